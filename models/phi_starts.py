"""Where in a text the matches of patterns can begin."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from models.folding import fold
from models.phi_marks import Kind, case, letters, shape
from models.phi_openings import DEEPEST, END, LONGEST, Opening

_TOKEN = re.compile(r"\w+")
_DIGITS = re.compile(r"\d+")
_RUN = re.compile(r"[^\W\d_]+")

_MARKS = {"letters": letters, "shape": shape, "digits": shape}

_SLACK = 16


@dataclass(frozen=True, slots=True)
class After:
    """Where the text begins and where a regex ends."""

    regex: re.Pattern[str]


Begins = re.Pattern[str] | After | frozenset[str] | Opening
"""At the matches of a regex, after them, at words of these letters, or where an opening fits."""


class Keys:
    """The openings that each key is of."""

    def __init__(self, openings: Iterable[Opening]) -> None:
        self._openings: dict[Kind, dict[str, list[Opening]]] = {}
        for opening in set(openings):
            of_kind = self._openings.setdefault(opening.kind, {})
            for key in opening.keys:
                of_kind.setdefault(key, []).append(opening)

    def places(self, kind: Kind, words: dict[str, list[int]]) -> dict[Opening, list[list[int]]]:
        """Give the places of the words that a key of an opening fits."""
        openings = self._openings.get(kind, {})
        found: dict[Opening, list[list[int]]] = {}
        for word, places in _written(kind, words).items():
            for length in range(1, len(word) + 1):
                for opening in openings.get(word[:length], ()):
                    fit = found.setdefault(opening, [])
                    if not fit or fit[-1] is not places:
                        fit.append(places)
        return found


class Starts:
    """Where in a text the matches of patterns can begin; patterns that begin alike look once."""

    def __init__(self, text: str, keys: Keys | None = None) -> None:
        self._text = text
        self._keys = keys
        self._found: dict[Begins, list[int]] = {}
        self._words = _places(_TOKEN, text)
        self._fit: dict[Kind, dict[Opening, list[list[int]]]] = {}
        self._runs: dict[str, list[int]] | None = None

    def of(self, begins: Begins) -> list[int]:
        """List the offsets, in order."""
        found = self._found.get(begins)
        if found is None:
            found = self._found[begins] = sorted(self._look(begins))
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
        if isinstance(begins, frozenset):
            return [place for run in self._run_places(begins) for place in run]
        fit = self._fitting(begins)
        signs = (re.finditer(re.escape(sign), self._text) for sign in begins.signs)
        return [*chain.from_iterable(fit), *(each.start() for found in signs for each in found)]

    def _fitting(self, opening: Opening) -> list[list[int]]:
        kind = opening.kind
        if self._keys is None:
            return Keys([opening]).places(kind, self._words_of(kind)).get(opening, [])
        if kind not in self._fit:
            self._fit[kind] = self._keys.places(kind, self._words_of(kind))
        return self._fit[kind].get(opening, [])

    def _words_of(self, kind: Kind) -> dict[str, list[int]]:
        return _places(_DIGITS, self._text) if kind == "digits" else self._words

    def _run_places(self, runs: frozenset[str]) -> Iterable[list[int]]:
        if self._runs is None:
            self._runs = {}
            for word, places in self._words.items():
                if run := _RUN.match(word):
                    self._runs.setdefault(_plain(run.group()), []).extend(places)
        if len(runs) < len(self._runs):
            return [self._runs[run] for run in runs if run in self._runs]
        return [places for run, places in self._runs.items() if run in runs]


def _places(regex: re.Pattern[str], text: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for match in regex.finditer(text):
        found.setdefault(match.group(), []).append(match.start())
    return found


def _plain(run: str) -> str:
    return run.lower() if run.isascii() else fold(run).text


def _written(kind: Kind, words: dict[str, list[int]]) -> dict[str, list[int]]:
    """Write words as keys; those that look alike become one."""
    table = {ord(mark): _MARKS[kind](mark) for mark in set().union(*words)}
    longest = LONGEST if kind == "letters" else DEEPEST
    written: dict[str, list[int]] = {}
    for word, places in words.items():
        begun = case(word[0]) if kind == "letters" else ""
        key = begun + word[:longest].translate(table) + END
        written.setdefault(key, []).extend(places)
    return written
