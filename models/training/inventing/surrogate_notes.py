"""The project's own notes again, with other people and other findings in them.

Four hundred notes hold too few names to learn what a name looks like, and too few diseases and
drugs. Names, numbers, dates and places are replaced; so is now and then a disease, symptom, drug or
test, by another mention of its label. The words around them stay, so that every entity keeps its
label and only moves.
"""

from __future__ import annotations

import csv
import lzma
import random
import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models import lexicon
from models.training.inventing.identities import SURNAMES, names
from models.training.scoring.phi_sets import people

PROJECT = Path(__file__).parents[3]
TABLES = Path(__file__).with_name("surrogate_notes.toml")
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]+")
_SEED = 31
_COMMON = 3000
_SWAPPED = 0.3
"""Share of the clinical mentions that are replaced, where there is something to replace them by."""
_LISTED = 0.5
"""Share of the replacements that come from a list; the others are mentions of other notes."""


def documents(
    originals: Iterable[Mapping[str, Any]], language: str, lists: Path, copies: int
) -> Iterator[Mapping[str, Any]]:
    """Yield `copies` variants of each note; `lists` is the folder of the lists."""
    notes = list(originals)
    cast = Cast.of(language, lists, notes)
    for original in notes:
        for number in range(copies):
            yield variant(original, cast, number)


@dataclass(frozen=True, slots=True)
class Cast:
    """What there is to draw from; names of a test (identities.py, phi_sets/) are not among it."""

    given: Sequence[str]
    surnames: Sequence[str]
    lists: Mapping[str, Any]
    particles: frozenset[str]
    mentions: Mapping[str, Sequence[str]]
    terms: Mapping[str, Sequence[str]]
    draw: random.Random

    @classmethod
    def of(cls, language: str, folder: Path, notes: Iterable[Mapping[str, Any]]) -> Cast:
        """Read the lists of one language, and the mentions of the notes."""
        table = tomllib.loads(TABLES.read_text("utf-8"))[language]
        apart = people(language)
        lists = {
            key: _without(apart, values)
            for key, values in lexicon.read(language, "surrogates").items()
            if isinstance(values, list)
        }
        names_folder = folder / "names" / language
        return cls(
            _without(apart, _names(names_folder, table.get("given"))) or lists["given"],
            _without(apart, _names(names_folder, table.get("surnames"))) or lists["family"],
            lists,
            frozenset(table["particles"]),
            _mentions(notes),
            {
                label: [term for each in sources for term in _terms(folder, **each)]
                for label, sources in table.get("terms", {}).items()
            },
            random.Random(_SEED),
        )

    def replace(self, label: str, text: str) -> str:
        """Another value in the form of the old one."""
        match label:
            case "NAME":
                return self._name(text)
            case "ID" | "CONTACT" | "DATE":
                return self._digits(text)
            case "LOCATION":
                return self._place(text)
            case "PROFESSION" if text.islower():
                profession: str = self.draw.choice(self.lists["professions"])
                return profession
            case "DISEASE" | "SYMPTOM" | "DRUG" | "PROCEDURE" | "DIAGNOSTIC_PROCEDURE" | "LAB_TEST":
                return self._other(label, text)
            case _:
                return text

    def _other(self, label: str, text: str) -> str:
        if self.draw.random() >= _SWAPPED:
            return text
        listed = self.draw.random() < _LISTED
        choices = (self.terms.get(label) if listed else None) or self.mentions.get(label) or [text]
        other = self.draw.choice(choices)
        if text.islower() or (text.isupper() and len(other) < 6):
            return other
        return other[0].upper() + other[1:] if text[0].isupper() else other

    def _name(self, text: str) -> str:
        words = [word for word in _WORD.findall(text) if not self._stays(word)]
        given = set(words[:1]) if len(words) > 1 and "," not in text else set()
        return _WORD.sub(lambda found: self._word(found[0], given), text)

    def _stays(self, word: str) -> bool:
        return len(word) == 1 or word.lower() in self.particles

    def _word(self, word: str, given: set[str]) -> str:
        if self._stays(word):
            return word
        drawn = self._often(self.given if word in given else self.surnames).split()[-1]
        if word.isupper():
            return drawn.upper()
        return drawn.lower() if word.islower() else drawn

    def _often(self, values: Sequence[str]) -> str:
        """Half of the time one of the common names, which stand first."""
        common = self.draw.random() < 0.5
        return values[self.draw.randrange(min(len(values), _COMMON) if common else len(values))]

    def _digits(self, text: str) -> str:
        """Dates stay possible: a digit is replaced by one that is not higher."""
        return _DIGIT.sub(lambda found: str(self.draw.randint(0, int(found[0]))), text)

    def _place(self, text: str) -> str:
        if _DIGIT.search(text):
            return self._digits(text)
        city: str = self.draw.choice(self.lists["cities"])
        return city if " " not in text and text.istitle() else text


def _names(folder: Path, name: str | None) -> list[str]:
    return names(folder / name, False)[:SURNAMES] if name else []


def _without(apart: frozenset[str], values: Sequence[str]) -> list[str]:
    """Leave out the names of the held-out sets, also where they are part of another one."""
    return [value for value in values if apart.isdisjoint((value, *value.split()))]


def _mentions(notes: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for note in notes:
        for entity in note["entities"]:
            text = note["text"][entity["start"] : entity["end"]]
            found.setdefault(entity["label"], []).append(text)
    return found


def _terms(
    folder: Path, *, file: str, column: str, where: str, words: int, **condition: str
) -> Iterator[str]:
    path = PROJECT / file if (PROJECT / file).exists() else folder / file
    opened = lzma.open if path.suffix == ".xz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row[where] == condition["is"] and len(row[column].split()) <= words:
                yield row[column]


def variant(original: Mapping[str, Any], cast: Cast, number: int) -> Mapping[str, Any]:
    """The note with another cast; overlapping mentions keep the first."""
    text = original["text"]
    parts: list[str] = []
    ends, shifts = [0], [0]
    for entity in sorted(original["entities"], key=lambda each: (each["start"], -each["end"])):
        old = text[entity["start"] : entity["end"]]
        if entity["start"] < ends[-1] or (new := cast.replace(entity["label"], old)) == old:
            continue
        parts += [text[ends[-1] : entity["start"]], new]
        ends.append(entity["end"])
        shifts.append(shifts[-1] + len(new) - len(old))
    parts.append(text[ends[-1] :])

    def moved(place: int) -> int:
        return place + shifts[bisect_right(ends, place) - 1]

    return {
        **original,
        "id": f"{original['id']}-{number}",
        "text": "".join(parts),
        "entities": [
            {**entity, "start": moved(entity["start"]), "end": moved(entity["end"])}
            for entity in original["entities"]
        ],
    }
