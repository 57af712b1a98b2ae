"""Hashed features of where the two mentions of a pair stand in a note, however far apart.

Lines and what opens them, the words beside each mention, whose name it bears, and how many of its
kind stand in the line or came before: what ties a medication list to a list of problems.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import chain

import numpy as np

from models.relating.buckets import Code, Template, coded, together
from models.relating.features import Pairs, count
from models.relating.words import Hashes, Ints

_BESIDE = np.array([-2, -1, 1, 2])[:, None]
"""Units beside a mention that are read, counted from it."""


class Setting(Pairs):
    """The pairs of one note with their lines."""

    def columns(self) -> Iterator[Template]:
        """All of it."""
        yield from self.neighbours()
        yield coded(chain.from_iterable(part() for part in self.parts()))

    def parts(self) -> Iterator[Callable[[], Iterator[Code]]]:
        """What tells the templates of one column."""
        yield from (self.lines, self.telling, self.numbers)

    @cached_property
    def line(self) -> tuple[Ints, Ints]:
        """Number of the line of each head and of each tail."""
        lines = self.units.marks[0]
        return lines[self.places[0]], lines[self.places[1]]

    @cached_property
    def places(self) -> tuple[Ints, Ints]:
        """Unit of each head and of each tail."""
        return self.units.places[self.heads], self.units.places[self.tails]

    @cached_property
    def apart_in_lines(self) -> Ints:
        """Lines from the head to the tail: up to two counted, then by doubling; signed."""
        lines = self.line[1] - self.line[0]
        steps: Ints = np.ceil(np.log2(np.abs(lines) + 1)).astype(np.int64)
        apart: Ints = np.sign(lines) * np.minimum(steps, 5)
        return apart

    @cached_property
    def starts(self) -> Ints:
        """First unit of each line of the note."""
        breaks = np.diff(self.units.marks[0])
        return np.concatenate([[0], np.flatnonzero(breaks) + 1])

    @cached_property
    def openings(self) -> tuple[Hashes, Hashes]:
        """Stem that opens the line of each head and of each tail."""
        one, other = (self._first(lines) for lines in self.line)
        stems = self.units.stems
        return self.at(stems, one, one >= 0), self.at(stems, other, other >= 0)

    def _first(self, lines: Ints) -> Ints:
        return self.starts[np.minimum(lines, len(self.starts) - 1)]

    def lines(self) -> Iterator[Code]:
        """How many lines apart, what opens them, and how far inside the two stand."""
        apart, (head, tail), same = (
            self.apart_in_lines,
            self.openings,
            self.line[0] == self.line[1],
        )
        in_head, in_tail = (
            np.minimum(place - self._first(line), 3)
            for place, line in zip(self.places, self.line, strict=True)
        )
        signed = apart + 8
        yield 140, 0, self.kind, signed
        yield 141, head, self.kind
        yield 142, tail, self.kind
        yield 143, together(head, tail), self.kind, same
        yield 144, 0, self.kind, in_head, in_tail, np.sign(apart) + 1
        yield 145, 0, self.kind, in_tail, signed

    def neighbours(self) -> Iterator[Template]:
        """Stems beside each of the two, in its line; and what stands before both."""
        units, kind, close = self.units, self.kind, np.minimum(self.apart, 1)
        before = []
        for salt, place, line in zip((146, 150), self.places, self.line, strict=True):
            beside = place + _BESIDE
            live = (beside >= 0) & (beside < len(units.words))
            live &= units.marks[0].take(beside, mode="clip") == line
            stems = self.at(units.stems, beside, live)
            yield Template(salt + np.arange(len(_BESIDE)), (stems, kind, close), live)
            before.append(stems[1])
        yield Template([154], (*before, kind))

    def telling(self) -> Iterator[Code]:
        """The telling words of the two names and how they end, alone and as a pair."""
        (stem, end), (stem_tail, end_tail) = (
            self.units.telling[each].T for each in (self.heads, self.tails)
        )
        yield 155, stem, self.kind
        yield 156, stem_tail, self.kind
        yield 157, end, self.kind
        yield 158, end_tail, self.kind
        yield 159, together(stem, stem_tail), self.kind
        yield 160, together(end, stem_tail), self.kind
        yield 161, together(end, end_tail), self.kind

    def numbers(self) -> Iterator[Code]:
        """Mentions like the tail: before it, in the line of the head, in between."""
        units, (head, tail) = self.units, self.places
        group, apart = units.kinds[self.tails], self.apart_in_lines + 8
        every = units.groups[group, -1]
        earlier = units.groups[group, tail]
        first = self._first(self.line[0])
        last = np.append(self.starts, len(units.words))[self.line[0] + 1]
        here = np.minimum(count(units.groups, group, first, last), 3)
        ahead = np.minimum(count(units.groups, group, first, np.maximum(head, first)), 2)
        between = count(units.groups, group, self.left + 1, np.maximum(self.right, self.left + 1))
        yield 162, 0, self.kind, np.minimum(earlier, 5)
        yield 163, 0, self.kind, np.minimum(earlier, 3), apart
        yield 164, 0, self.kind, log(every), np.minimum(earlier, 2)
        yield 165, 0, self.kind, here, ahead, apart
        yield 166, 0, self.case, log(between)
        yield 167, 0, self.kind, self.repeats, self._again
        yield 168, 0, self.kind, self.repeats, apart

    @cached_property
    def repeats(self) -> Ints:
        """Whether the tail's name stood in the note before: up to twice."""
        return self._earlier[self.tails]

    @cached_property
    def _again(self) -> Ints:
        """Whether the head's name stood in the note before: up to twice."""
        return self._earlier[self.heads]

    @cached_property
    def _earlier(self) -> Ints:
        """How many mentions before each one bear its name, up to two."""
        names = self.units.names[:, 0]
        order = np.argsort(names, kind="stable")
        begins = np.searchsorted(names[order], names[order], side="left")
        ranks = np.empty(len(names), np.int64)
        ranks[order] = np.arange(len(names)) - begins
        return np.minimum(ranks, 2)


def log(counts: Ints) -> Ints:
    """Logarithms to the base of two, up to 6."""
    rounded: Ints = np.log2(np.maximum(counts, 0) + 1).round().astype(np.int64)
    return np.minimum(rounded, 6)
