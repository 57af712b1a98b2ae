"""Hashed features of what is known of the two names of a pair, and of what the note claims of them.

Of the findings of a note, which one is a drug for? One that it is known to be for, that the patient
has, and that no nearer such finding takes from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

import numpy as np

from models.relating.buckets import Code, Flags, together
from models.relating.indications import ROLES, Masks, hashes
from models.relating.setting import Setting, log
from models.relating.sharing import Sharing, shared
from models.relating.units import Units
from models.relating.words import Hashes, Ints

_PROBLEMS, _AVOIDED = ROLES.index("problems"), ROLES.index("avoid")
_ROLES_OF_HEADS = [place for place in range(len(ROLES)) if place != _PROBLEMS]
_OWN = (0, 1, 4, 5)
"""Claims that the patient has or may have it, or had."""
_POSSIBLE, _HYPOTHETICAL = 2, 3
"""Claims below these: the patient has or may have it, now; or might come to."""


def fitting(units: Units, heads: Ints, tails: Ints) -> Flags:
    """Whether the head is known to be for the tail or forbidden by it, and the patient has that."""
    head, tail = units.known[heads], units.known[tails, _PROBLEMS]
    known = shared(np.bitwise_or.reduce(head[:, _ROLES_OF_HEADS], axis=1), tail)
    return known & np.isin(units.claims[tails], _OWN)


class Knowledge(Setting):
    """The pairs of one note with the groups of their names."""

    def parts(self) -> Iterator[Callable[[], Iterator[Code]]]:
        """Those of the setting, and what is claimed and known."""
        yield from super().parts()
        yield from (self.claims, self.fits, self.ranks, self.classes, self.labels)

    @cached_property
    def claim(self) -> tuple[Ints, Ints]:
        """What the note claims of each head and of each tail."""
        return self.units.claims[self.heads], self.units.claims[self.tails]

    @cached_property
    def apart_(self) -> Ints:
        """Lines apart, above zero."""
        return self.apart_in_lines + 8

    def _if(self, role: Masks, below: int) -> Masks:
        """The groups of the mentions that the note claims that much of."""
        return np.where((self.units.claims < below)[:, None], role, np.uint64(0))

    @cached_property
    def _for(self) -> Masks:
        """What each mention is for, be it given, done or looked for with it."""
        every: Masks = np.bitwise_or.reduce(self.units.known[:, :_PROBLEMS], axis=1)
        return every

    @cached_property
    def _is(self) -> Masks:
        """What each mention is."""
        return self.units.known[:, _PROBLEMS]

    @cached_property
    def known(self) -> Ints:
        """Whether the head is known, the tail is, and the head is for the tail: three bits."""
        head, tail = self._for[self.heads], self._is[self.tails]
        known: Ints = head.any(axis=1) + 2 * tail.any(axis=1) + 4 * shared(head, tail)
        return known

    @cached_property
    def forbids(self) -> Flags:
        """Whether the tail is known to forbid the head."""
        return shared(self.units.known[self.heads, _AVOIDED], self._is[self.tails])

    @cached_property
    def sharing(self) -> tuple[Sharing, Sharing, Sharing]:
        """Findings of the patient: those that the head is for, those that forbid it, all."""
        every = np.ones((len(self.units.claims), 1), np.uint64)
        likely = self._for, self._if(self._is, _POSSIBLE)
        harmed = self.units.known[:, _AVOIDED], self._if(self._is, _HYPOTHETICAL)
        actual = every, self._if(every, _POSSIBLE)
        one, two, three = Sharing.each(self.units, (likely, harmed, actual), self.heads, self.tails)
        return one, two, three

    @cached_property
    def needed(self) -> Sharing:
        """The heads that are known to be for the tail, and given."""
        masks = self._is, self._if(self._for, _HYPOTHETICAL)
        return next(Sharing.each(self.units, (masks,), self.tails, self.heads))

    def claims(self) -> Iterator[Code]:
        """What the note claims of the two, and how many findings that it has are nearer."""
        (head, tail), kind, case, has = self.claim, self.kind, self.case, self.sharing[2]
        nearer, opposite = np.minimum(has.nearer, 3), np.minimum(has.opposite, 3)
        behind, beyond = np.minimum(has.behind, 2), np.minimum(has.beyond, 2)
        yield 190, 0, kind, head
        yield 191, 0, kind, tail
        yield 193, 0, kind, head, tail, self.apart_
        yield 194, 0, case, tail, nearer, opposite
        yield 195, 0, case, nearer, behind, opposite, beyond

    def fits(self) -> Iterator[Code]:
        """Whether the head is known to be for the tail, or forbidden by it, and how far apart."""
        (head, tail), kind, case, known = self.claim, self.kind, self.case, self.known
        sentences = np.minimum(self.apart, 3)
        yield 170, 0, kind, known
        yield 171, 0, kind, known, self.apart_
        yield 172, 0, case, known, sentences
        yield 187, 0, case, known, np.minimum(self.gap, 4)
        yield 189, 0, kind, known, head, tail
        yield 182, 0, kind, self.forbids, head
        yield 183, 0, kind, self.forbids, known > 3, sentences
        yield 184, 0, kind, self.forbids, self.apart_, head

    def ranks(self) -> Iterator[Code]:
        """Which other findings the head may be for, and which other heads the tail may need."""
        kind, case, known = self.kind, self.case, self.known
        (mine, worse, _), theirs = self.sharing, self.needed
        nearer, opposite = np.minimum(mine.nearer, 3), np.minimum(mine.opposite, 2)
        behind, beyond = np.minimum(mine.behind, 2), np.minimum(mine.beyond, 2)
        between, across = np.minimum(theirs.nearer, 2), np.minimum(theirs.opposite, 2)
        others = np.minimum(mine.nearer + mine.opposite + mine.behind + mine.beyond, 4)
        nearest = self.nearest
        yield 173, 0, kind, known, nearer, opposite
        yield 174, 0, kind, known, others
        yield 175, 0, case, known, nearer, behind
        yield 176, 0, case, known, opposite, beyond
        yield 177, 0, kind, known, nearest, self.apart_
        yield 178, 0, kind, known, between, across
        yield 179, 0, kind, known, others, between, nearest
        yield 185, self.openings[1], kind, known, nearest
        yield 186, 0, kind, known, self.repeats, nearest
        yield 188, 0, case, known, log(self.gap), nearest
        yield 210, 0, kind, self.forbids, _nearest(worse), self.claim[0]

    @cached_property
    def nearest(self) -> Ints:
        """Whether no finding that the head is for is nearer: on this side, on the other one."""
        return _nearest(self.sharing[0])

    def classes(self) -> Iterator[Code]:
        """All that the head is for, and all that the tail is: names of every language alike."""
        kind, known, nearest = self.kind, self.known, self.nearest
        head, tail = hashes(self._for)[self.heads], hashes(self._is)[self.tails]
        group, both = self._common(), together(head, tail)
        yield 180, group, kind
        yield 181, group, kind, nearest
        yield 214, both, kind
        yield 215, both, kind, nearest
        yield 216, head, kind, known, nearest
        yield 217, tail, kind, known, nearest

    def labels(self) -> Iterator[Code]:
        """The labels of the two, of those that are one group: a sign is seldom what is treated."""
        kind, known = self.kind, self.known
        head, tail = self.units.labels[self.heads], self.units.labels[self.tails]
        both = together(head, tail)
        yield 218, both, kind, known
        yield 219, tail, kind, known, self.nearest
        yield 220, tail, kind, self.claim[1], known
        yield 221, both, kind, known, self.apart_
        yield 222, both, self.case, np.minimum(self.gap, 4)

    def _common(self) -> Hashes:
        """Hash of the groups that the two share; 0 for none."""
        fits = np.flatnonzero(self.known > 3)
        common = np.zeros(len(self.known), np.uint32)
        common[fits] = hashes(self._for[self.heads[fits]] & self._is[self.tails[fits]])
        return common


def _nearest(sharing: Sharing) -> Ints:
    sides: Ints = (sharing.nearer == 0) + 2 * (sharing.opposite == 0)
    return sides
