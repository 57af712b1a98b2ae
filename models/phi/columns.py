"""What the headings of a table say of the cells below them, in [columns] of phi.toml.

Each category has its headings, and `empty` are words that fill a cell without naming anybody. A
word of `number` before or after one of ID or `numbered` makes a heading of ID, too. Of headings
only letters and digits count.

Some `headings` of a category in [columns.clinical] stand above findings as well: Site, Plan. Of a
cell below them only that counts which is no amount of `measures` and none of the `words`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from models import lexicon
from models.folding import fold, squeeze

_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
_TOKEN = re.compile(r"\w+")
_LONGEST = 60
"""Characters of a cell that is no sentence."""
_OLD = re.compile(r"[^\w\n]{0,3}(?:\d{1,3}[ ]?[-–/a][ ]?)?(?:9\d|1[01]\d)(?!\d)")
_NUMBER = r"\d{1,4}(?:[.,]\d{1,3})?"
_SPAN = rf"{_NUMBER}(?:[ ]?[-–x/][ ]?{_NUMBER})?"
_RANGE = re.compile(r"[<>≤≥][ ]?\d.*|\d{1,3}(?:[.,]\d+)?[ ]?[-–][ ]?\d{1,3}(?:[.,]\d+)?")
"""A reference range, which is no number of anybody."""
_DAY = re.compile(r"\d{1,2}[ ]?[-/][ ]?\d{1,2}(?!\d)")
_SHORT = 4
"""Letters from which an unknown word of a heading may be a name, not a test."""
_PARTICLE, _PROSE = 3, 1
"""Letters of a small word in a name; longer plain ones in small letters that a name may have."""
_POWER = r"(?:x[ ]?)?10[ ]?[*^]?[ ]?\d{1,2}"
_DISEASE = re.compile(r"(?<![\w.-])[A-TV-Z]\d\d\.\d{1,2}(?![\w.-])")
"""A code of ICD-10."""
_INITIALS = re.compile(r"[^\W\d_]\.?(?:[ .-][ ]?[^\W\d_]\.?){1,3}")


@dataclass(frozen=True, slots=True)
class Clinical:
    """What says nothing of a person in a cell below some headings of a category."""

    words: frozenset[str]
    amounts: Sequence[re.Pattern[str]]

    def without(self, cell: str) -> str:
        """Give a cell without amounts and words."""
        for amount in self.amounts:
            cell = amount.sub(" ", cell)
        return _TOKEN.sub(self._kept, cell)

    def _kept(self, token: re.Match[str]) -> str:
        return "" if fold(token.group()).text in self.words else token.group()


@dataclass(frozen=True, slots=True)
class Columns:
    """What a language calls its columns; `written` are the headings as the file writes them."""

    headings: Mapping[str, str]
    written: frozenset[str]
    empty: frozenset[str]
    words: frozenset[str]
    names: tuple[frozenset[str], ...]
    clinical: Mapping[str, Clinical]

    def category(self, heading: str) -> str | None:
        """Tell what stands below a heading."""
        whole, _, _ = heading.partition("(")
        return self.headings.get(_key(heading)) or self.headings.get(_key(whole))

    def may_name(self, heading: str) -> bool:
        """Tell whether what reads as a heading may be somebody: Page, Lea D., I. P."""
        written = _plain(heading)
        if self._is_listed(written) or _INITIALS.fullmatch(heading):
            return True
        words = (fold(word).text for word in _WORD.findall(heading))
        return written not in self.written and any(map(self._is_listed, words))

    def _is_listed(self, word: str) -> bool:
        return any(word in names for names in self.names)

    def is_plain(self, heading: str) -> bool:
        """Tell whether a cell heads a column and is nobody: a known heading, a word, a test."""
        if self.may_name(heading) or any(map(str.isdecimal, heading)):
            return False
        words = _WORD.findall(heading)
        known = (len(word) < _SHORT or fold(word).text in self.words for word in words)
        return self.category(heading) is not None or (bool(words) and all(known))

    def fits(self, category: str, cell: str, heading: str = "") -> bool:
        """Tell whether a cell may hold what its column does."""
        if len(cell) > _LONGEST:
            return False
        clinical = self.clinical.get(_key(heading))
        kept = clinical.without(cell) if clinical else cell
        if category == "LOCATION" and any(map(str.isalnum, kept)):
            kept = cell  # a wing named Left is told by both of its words
        return _FITS[category](self, kept)

    def fills(self, category: str, cell: str, label: str) -> bool:
        """Tell whether a cell that is no heading and no sentence holds what its label says."""
        if self.category(cell) and not self.may_name(cell):
            return False
        said = sum(
            word.islower() and len(word) > _PARTICLE and fold(word).text in self.words
            for word in _WORD.findall(cell)
        )
        if category == "DATE" and not _DAY.match(cell):
            return False
        most = _PROSE if category in {"NAME", "LOCATION"} else 0
        return said <= most and self.fits(category, cell, label)

    def is_name(self, cell: str) -> bool:
        """Tell whether a cell has words, of which one is none of the common ones or a capital."""
        words = [fold(word).text for word in _WORD.findall(cell)]
        if not words or not self.empty.isdisjoint([*words, _key(cell)]):
            return False
        return not cell.islower() or any(word not in self.words for word in words)


_FITS: Mapping[str, Callable[[Columns, str], bool]] = {
    "NAME": Columns.is_name,
    "LOCATION": lambda columns, cell: columns.is_name(cell) or any(map(str.isdecimal, cell)),
    "AGE": lambda _, cell: bool(_OLD.match(cell)),
    "DATE": lambda _, cell: any(map(str.isdecimal, cell)),
    "ID": lambda _, cell: sum(map(str.isdecimal, cell)) > 1 and not _RANGE.fullmatch(cell),
    "CONTACT": lambda _, cell: "@" in cell or sum(map(str.isdecimal, cell)) > 2,
}


@cache
def columns(language: str) -> Columns:
    """Read [columns] of a language, which may have none."""
    told: Mapping[str, Any] = lexicon.read(language, "phi").get("columns", {})
    headings = {_key(word): category for category in _FITS for word in told.get(category, ())}
    written = frozenset(_plain(word) for category in _FITS for word in told.get(category, ()))
    for word in (*told.get("ID", ()), *told.get("numbered", ())):
        for mark in told.get("number", ()):
            headings.setdefault(_key(mark + word), "ID")
            headings.setdefault(_key(word + mark), "ID")
    empty = frozenset(
        form for word in told.get("empty", ()) for form in (fold(word).text, _key(word))
    )
    lists = ("common_words", "family_names", "given_names")
    words, families, given = (
        lexicon.words(language, each) if told else frozenset[str]() for each in lists
    )
    return Columns(headings, written, empty, words, (families, given), _clinical(told))


def _clinical(told: Mapping[str, Any]) -> Mapping[str, Clinical]:
    """Read [columns.clinical], by heading."""
    measures = told.get("measures", ())
    units = _any(measures)
    amount = _amount(units, units)
    long_amount = _amount(_any(each for each in measures if each == "%" or len(each) > 1), units)
    part = rf"(?:{_NUMBER}[ ]?)?{units}"
    unit = re.compile(rf"(?<![\w.,-])(?:{_POWER}|{units})(?:[ ]?/[ ]?{part})+(?!\w)", re.IGNORECASE)
    amounts = {"LOCATION": [long_amount, unit], "ID": [amount, _DISEASE]}
    return {
        _key(heading): Clinical(
            frozenset(fold(word).text for word in each["words"]), amounts.get(category, [amount])
        )
        for category, each in told.get("clinical", {}).items()
        for heading in each["headings"]
    }


def _amount(first: str, units: str) -> re.Pattern[str]:
    """A number and its unit; a bed or a ward may be "4 L", where `first` has no single letter."""
    return re.compile(rf"(?<![\w.,-]){_SPAN}[ ]?{first}(?:[ ]?/[ ]?{units})*(?!\w)", re.IGNORECASE)


def _any(words: Iterable[str]) -> str:
    longest = sorted(words, key=len, reverse=True)
    return f"(?:{'|'.join(map(re.escape, longest))})"


def _plain(heading: str) -> str:
    """Write `Geb. dat.` as `geb. dat`."""
    return fold(heading).text.strip(" .:")


def _key(written: str) -> str:
    """Write `Geb. dat.` and `geb.dat` alike."""
    return squeeze(fold(written)).text
