"""Where in a text the matches of patterns can begin."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from threading import Lock

from models.folding import fold
from models.phi.marks import Kind, case, letters, shape
from models.phi.openings import DEEPEST, END, LONGEST, Opening

_TOKEN = re.compile(r"\w+")
_DIGITS = re.compile(r"\d+")
_RUN = re.compile(r"[^\W\d_]+")

_SLACK = 16
_KEPT, _KEPT_LONGEST = 65_536, 32
"""Words that a process remembers, and the characters of the longest of them."""


@dataclass(frozen=True, slots=True)
class After:
    """Where the text begins and where a regex ends."""

    regex: re.Pattern[str]


Fitted = frozenset[str] | Opening
"""At words of these letters, or where an opening fits."""
Begins = re.Pattern[str] | After | Fitted
"""At the matches of a regex, after them, or at words that fit."""


class Keys:
    """What the words of a text fit; words come again, so what was found of one is kept."""

    def __init__(self, begins: Iterable[Begins]) -> None:
        self._openings: dict[Kind, dict[str, tuple[Opening, ...]]] = {}
        self._sets: list[frozenset[str]] = []
        for each in dict.fromkeys(begins):
            if isinstance(each, Opening):
                self._add(each)
            elif isinstance(each, frozenset):
                self._sets.append(each)
        # What fits alike has one number. How much can differ the openings bound, not the texts.
        self._numbers_of: dict[tuple[Fitted, ...], int] = {(): 0}
        self._together: list[tuple[Fitted, ...]] = [()]
        self._numbering = Lock()
        self._words, self._digits = _Kept(self._of_word), _Kept(self._of_digits)

    def places(self, text: str) -> dict[Fitted, list[int]]:
        """Give the offsets, in order, of the words that fit."""
        alike: dict[int, list[int]] = {}
        for regex, kept in ((_TOKEN, self._words), (_DIGITS, self._digits)):
            for match in regex.finditer(text):
                if number := kept[match.group()]:
                    alike.setdefault(number, []).append(match.start())
        found: dict[Fitted, list[int]] = {}
        for number, places in alike.items():
            for each in self._together[number]:
                found.setdefault(each, []).extend(places)
        for places in found.values():
            places.sort()
        return found

    def _add(self, opening: Opening) -> None:
        """Open with it what begins with its keys; keys that open alike share one tuple."""
        of_kind = self._openings.setdefault(opening.kind, {})
        longer: dict[tuple[Opening, ...], tuple[Opening, ...]] = {}
        for key in opening.keys:
            before = of_kind.get(key, ())
            of_kind[key] = longer.setdefault(before, (*before, opening))

    def _number(self, fitted: Iterable[Fitted]) -> int:
        together = tuple(dict.fromkeys(fitted))
        with self._numbering:
            number = self._numbers_of.setdefault(together, len(self._together))
            if number == len(self._together):
                self._together.append(together)
        return number

    def _of_word(self, word: str) -> int:
        fitted: list[Fitted] = [*self._fitting("letters", _by_letters(word))]
        fitted += self._fitting("shape", _by_shape(word))
        if self._sets and (run := _RUN.match(word)):
            plain = _plain(run.group())
            fitted += (words for words in self._sets if plain in words)
        return self._number(fitted)

    def _of_digits(self, digits: str) -> int:
        return self._number(self._fitting("digits", _by_shape(digits)))

    def _fitting(self, kind: Kind, written: str) -> Iterator[Opening]:
        openings = self._openings.get(kind, {})
        for length in range(1, len(written) + 1):
            yield from openings.get(written[:length], ())


class _Kept(dict[str, int]):
    """The numbers of what words fit, looked up once a word."""

    def __init__(self, look: Callable[[str], int]) -> None:
        super().__init__()
        self._look = look

    def __missing__(self, word: str) -> int:
        fitted = self._look(word)
        if len(word) <= _KEPT_LONGEST:
            if len(self) >= _KEPT:
                self.clear()
            self[word] = fitted
        return fitted


class Starts:
    """Where in a text the matches of patterns can begin; patterns that begin alike look once."""

    def __init__(self, text: str, keys: Keys) -> None:
        self._text = text
        self._fitted = keys.places(text)
        self._found: dict[Begins, list[int]] = {}

    def of(self, begins: Begins) -> list[int]:
        """List the offsets, in order; `begins` is one of the keys, or a regex."""
        found = self._found.get(begins)
        if found is None:
            found = self._found[begins] = self._look(begins)
        return found

    def near(
        self, needs: re.Pattern[str], before: int, places: Sequence[int] | None
    ) -> Iterator[int]:
        """Yield the places, or all offsets, with what is needed at most `before` characters after.

        A look-ahead at the end of a pattern may need it a little farther on.
        """
        at = 0
        for place in self.of(needs):
            first = max(at, place - before - _SLACK)
            at = place + 1
            if places is None:
                yield from range(first, at)
            else:
                yield from places[bisect_left(places, first) : bisect_left(places, at)]

    def _look(self, begins: Begins) -> list[int]:
        if isinstance(begins, re.Pattern):
            return [match.start() for match in begins.finditer(self._text)]
        if isinstance(begins, After):
            return [0, *(match.end() for match in begins.regex.finditer(self._text))]
        fitted = self._fitted.get(begins, [])
        if isinstance(begins, frozenset) or not begins.signs:
            return fitted
        return sorted([*fitted, *self._signs(begins.signs)])

    def _signs(self, signs: frozenset[str]) -> Iterator[int]:
        for sign in signs:
            at = self._text.find(sign)
            while at >= 0:
                yield at
                at = self._text.find(sign, at + 1)


def _plain(run: str) -> str:
    return run.lower() if run.isascii() else fold(run).text


def _by_letters(word: str) -> str:
    return case(word[0]) + "".join(map(letters, word[:LONGEST])) + END


def _by_shape(word: str) -> str:
    return "".join(map(shape, word[:DEEPEST])) + END
