"""The clinical names of a language as a dictionary over the pieces of a vocabulary."""

from __future__ import annotations

import csv
import lzma
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from models.tagging.dictionary import Dictionary
from models.tagging.tokenization import Tokenizer

TABLES = Path(__file__).with_name("dictionaries.toml")
SUPPLEMENTS = Path(__file__).parents[3] / "terminology"

_SHORTEST = 2
"""Letters; a single one is no name."""


def build(language: str, tables: Path, tokenizer: Tokenizer) -> Dictionary:
    """Compile the names of a language; `tables` is the folder of the terminology tables.

    Raises:
        FileNotFoundError: a table that dictionaries.toml names is not there.
    """
    return Dictionary.of(_pieces(names(language, tables), tokenizer))


def names(language: str, tables: Path) -> Iterator[tuple[str, int]]:
    """Yield each name with its kind; a name may come more than once."""
    content = tomllib.loads(TABLES.read_text("utf-8"))
    kinds, table = content["kinds"], content[language]
    own = [SUPPLEMENTS / f"supplement_{language}.tsv"]
    listed = [tables / f"{source}.tsv.xz" for source in table["sources"]]
    yield from _inflected(_read([*own, *listed], kinds, language), table["plurals"])
    if borrowed := table.get("borrowed"):
        group = borrowed["group"]
        paths = [tables / f"{source}.tsv.xz" for source in borrowed["sources"]]
        yield from _read(paths, {group: kinds[group]}, borrowed["language"])


def _read(
    paths: Iterable[Path], kinds: Mapping[str, int], language: str
) -> Iterator[tuple[str, int]]:
    for path in paths:
        for row in _rows(path):
            if row.get("lang", language) == language and row["group"] in kinds:
                yield row["name"], kinds[row["group"]]


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    opened = lzma.open if path.suffix == ".xz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def _inflected(
    found: Iterable[tuple[str, int]], plurals: Sequence[str]
) -> Iterator[tuple[str, int]]:
    """Each name, and what it is in the plural when its last word is regular."""
    for name, kind in found:
        yield name, kind
        if name[-1:].islower() and not name.endswith("s"):
            yield from ((name + ending, kind) for ending in plurals)


def _pieces(
    found: Iterable[tuple[str, int]], tokenizer: Tokenizer
) -> Iterator[tuple[Sequence[int], int]]:
    """Encode names; unknown pieces (id 1) would stand for anything, so such names are left out."""
    known = sorted({(name, kind) for name, kind in found if len(name) >= _SHORTEST})
    text = "\n".join(name for name, _ in known)
    bounds, start = list[tuple[int, int]](), 0
    for name, _ in known:
        bounds.append((start, start + len(name)))
        start += len(name) + 1
    for pieces, (_, kind) in zip(tokenizer.encode(text, bounds), known, strict=True):
        if not (pieces.ids == 1).any():
            yield pieces.ids.tolist(), kind
