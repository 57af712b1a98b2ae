"""Words of terminologies and of open clinical text: a list to tell an unlisted name from a word.

Some lists of names are long, and texts cite people, so that a word that is a name as well may need
a terminology or the small letters.
"""

from __future__ import annotations

import csv
import lzma
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from models import lexicon
from models.folding import fold
from models.training.words.word_counts import Reading


def clinical_words(folder: Path, language: str, tables: Mapping[str, Any]) -> set[str]:
    """Gather them below `folder`, after the table of the language, less the lists that it names."""
    table = tables["clinical_words"]
    found = set(_terms(folder, table["terms"]))
    names = _listed(language, table.get("names", ()))
    for reading in table.get("read", ()):
        found |= Reading.of(reading).words(folder, language, names)
    return found - _listed(language, table.get("less", ()))


def _listed(language: str, lists: Iterable[str]) -> set[str]:
    return set[str]().union(*(lexicon.words(language, name) for name in lists))


def _terms(folder: Path, table: Mapping[str, Any]) -> Iterator[str]:
    """Folded words of the rows that have one of the values of `only` and none of `without`."""
    only, without = table.get("only", {}), table.get("without", {})
    for file in table["files"]:
        with lzma.open(folder / f"{file}.tsv.xz", "rt", encoding="utf-8") as rows:
            for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE):
                held = all(row[name] in values for name, values in only.items())
                if held and not any(row.get(name) in without[name] for name in without):
                    found = re.findall(table["word"], row[table["column"]])
                    yield from (fold(word).text for word in found)
