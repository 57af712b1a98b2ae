"""Given names, family names and towns out of public lists and of those written for this project."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from itertools import islice
from pathlib import Path
from typing import Any

from models.folding import fold
from models.training.inventing.identities import TEMPLATES
from models.training.words.word_counts import Reading, lines

KINDS = ("given_names", "family_names", "cities")


def names(folder: Path, language: str, tables: Mapping[str, Any]) -> set[str]:
    """Names of persons of the lists that are made or, without any, all words of the public lists.

    Raises:
        FileNotFoundError: a public list is not below `folder`.
    """
    if "given_names" not in tables:
        return _all(folder / "lists/names" / language)
    given, family = tables["given_names"], tables["family_names"]
    listed = _listed(folder, language, given) | _listed(folder, language, family)
    return listed | written(given)


def name_list(
    folder: Path, language: str, tables: Mapping[str, Any], kind: str, common: Set[str]
) -> set[str]:
    """Make the list of one kind; towns that are `common` words are left out."""
    table = tables[kind]
    found = _listed(folder, language, table)
    if most := table.get("most"):
        reading = Reading.of(tables["common_words"]["read"][0])
        small = reading.counts(folder, language).small
        found = {name for name in found if small[name] < most}
    found |= written(table) | always(table)
    return found - common if kind == "cities" else found


def written(table: Mapping[str, Any]) -> set[str]:
    """Names written for this project."""
    return _split([row for row in _own(table) if row[:1] not in {"#", "!"}], table)


def always(table: Mapping[str, Any]) -> set[str]:
    """Names written for this project that no count makes words of."""
    return _split([row[1:] for row in _own(table) if row[:1] == "!"], table)


def _own(table: Mapping[str, Any]) -> list[str]:
    return (TEMPLATES / table["own"]).read_text("utf-8").splitlines() if "own" in table else []


def _all(folder: Path) -> set[str]:
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    named = (fold(line).text for path in folder.glob("*.txt.xz") for line in lines(path))
    return {word for name in named for word in re.findall(r"[^\W\d_]{2,30}", name)}


def _split(written: list[str], table: Mapping[str, Any]) -> set[str]:
    return _folded((name for line in written for name in line.split(table["between"])), table)


def _listed(folder: Path, language: str, table: Mapping[str, Any]) -> set[str]:
    path = folder / "lists/names" / language / f"{table['file']}.txt.xz"
    return _folded(islice(filter(None, lines(path)), table.get("first")), table)


def _folded(found: Iterable[str], table: Mapping[str, Any]) -> set[str]:
    folded = (fold(name.strip()).text for name in found)
    return {name for name in folded if len(name) >= table.get("shortest", 1)}
