"""How often open texts write a word in small letters and with a capital.

Words are facts; no sentence is kept.
"""

from __future__ import annotations

import json
import lzma
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from models.folding import fold

NOTES = Path(__file__).parents[1] / "notes"


@dataclass(frozen=True, slots=True)
class Counts:
    """Times, or documents, that each folded word was met in small letters and with a capital."""

    small: Counter[str]
    large: Counter[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """What makes a word count: so many writings, such a share of them in small letters."""

    small: int = 0
    large: int = 0
    share: float = 0.0
    among: Literal["names", "others"] | None = None

    def holds(self, word: str, counts: Counts, names: Set[str]) -> bool:
        """Tell whether the counts of a word suffice; `names` are what `among` speaks of."""
        if self.among and (word in names) != (self.among == "names"):
            return False
        small, large = counts.small[word], counts.large[word]
        share = small / max(small + large, 1)
        return small >= self.small and large >= self.large and share >= self.share


@dataclass(frozen=True, slots=True)
class Reading:
    """Which texts are read, how, and which words of them count; word_lists.toml tells the keys."""

    word: str
    rules: tuple[Rule, ...]
    texts: tuple[str, ...]
    notes: str = "*.txt"
    once: bool = False
    titled: bool = False
    persons: frozenset[str] = frozenset()
    measured: tuple[str, ...] = ()

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Reading:
        """Make one of a table of word_lists.toml."""
        rules = tuple(Rule(**rule) for rule in table["rules"])
        sets = {"persons": frozenset(table.get("persons", ()))}
        tuples = {name: tuple(table.get(name, ())) for name in ("texts", "measured")}
        return cls(**{**table, **sets, **tuples, "rules": rules})

    def words(self, folder: Path, language: str, names: Set[str]) -> set[str]:
        """Return the folded words that one of the rules takes."""
        counts = self.counts(folder, language)
        return {
            word
            for word in counts.small.keys() | counts.large.keys()
            if any(rule.holds(word, counts, names) for rule in self.rules)
        }

    def counts(self, folder: Path, language: str) -> Counts:
        """Count the words of the texts of a language.

        Raises:
            FileNotFoundError: `folder` has no open text of the language.
        """
        return _counts(self, folder, language)

    def documents(self, folder: Path, language: str) -> Iterator[Mapping[str, Any]]:
        """Yield the open texts, less what is measured on, and the project's own notes."""
        if "open" in self.texts:
            measured = _measured(folder, language, self.measured)
            for path in _open(folder / "text", language):
                for document in map(json.loads, lines(path)):
                    if document.get("id", "").removeprefix("nubes-") not in measured:
                        yield document
        if "notes" in self.texts:
            for path in sorted((NOTES / language).glob(self.notes)):
                yield {"text": path.read_text("utf-8")}


@cache
def _counts(reading: Reading, folder: Path, language: str) -> Counts:
    counts = Counts(Counter(), Counter())
    pattern = re.compile(reading.word)
    for document in reading.documents(folder, language):
        found: Iterable[str] = pattern.findall(document["text"])
        named = document.get("source") in reading.persons
        for word in set(found) if reading.once else found:
            if word.islower():
                counts.small[fold(word).text] += 1
            elif not named and (word[1:].islower() or not reading.titled):
                counts.large[fold(word).text] += 1
    return counts


def _open(folder: Path, language: str) -> list[Path]:
    paths = sorted(folder.glob(f"{language}.*.jsonl.xz"))
    if not paths:
        raise FileNotFoundError(folder / f"{language}.*.jsonl.xz")
    return paths


def lines(path: Path) -> Iterator[str]:
    """Yield the lines of a packed file without what surrounds them."""
    with lzma.open(path, "rt", encoding="utf-8") as packed:
        yield from (line.strip() for line in packed)


def _measured(folder: Path, language: str, corpora: Iterable[str]) -> set[str]:
    """Documents of the dev parts, which the lists must not have read."""
    found = set[str]()
    for corpus in corpora:
        path = folder / "corpora" / language / corpus / "dev.jsonl.xz"
        identifiers = (json.loads(line)["id"] for line in (lines(path) if path.is_file() else ()))
        found.update(each.removeprefix(f"{language}-").rpartition("/")[2] for each in identifiers)
    return found
