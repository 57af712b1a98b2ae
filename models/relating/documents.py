"""Pairs of concepts of a short text: each stands for the nearest pairs of their mentions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import log2

import numpy as np

from models.relating.buckets import Template, buckets
from models.relating.features import near
from models.relating.units import Units
from models.relating.words import Ints, checksum

NEAREST = 4
"""Pairs of mentions that stand for a pair of concepts."""
_SENTENCE = 200
"""Units that a sentence in between counts as."""
_FIRST = 200
"""Number of the first template of a document."""
_Values = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class ConceptPairs:
    """`owners[i]` is the pair of concepts that the mentions `heads[i]` and `tails[i]` stand for.

    `pairs` holds the concepts of each pair; `extras` (rows, features) what the document says.
    """

    pairs: tuple[tuple[str, str], ...]
    owners: Ints
    heads: Ints
    tails: Ints
    extras: Ints

    def rows(self, units: Units) -> Ints:
        """Features of the mentions and of the document."""
        return np.concatenate([near(units, self.heads, self.tails), self.extras], axis=1)


@dataclass(frozen=True, slots=True)
class _Concept:
    """The mentions of one concept: places, units and sentences."""

    name: str
    places: Ints
    units: Ints
    sentences: Ints


def concept_pairs(
    units: Units, concepts: Sequence[str], heads: int, tails: int
) -> ConceptPairs | None:
    """Pair the concepts of two groups, given that of each mention; None where there is no pair."""
    ones = list(_concepts(units, concepts, heads))
    others = list(_concepts(units, concepts, tails))
    if not ones or not others:
        return None
    chosen: list[tuple[int, int, int]] = []
    extras: list[_Values] = []
    for owner, (one, other) in enumerate(product(ones, others)):
        nearest = list(_nearest(one, other))
        chosen += [(owner, head, tail) for head, tail in nearest]
        extras += [_extras(one, other, ones, others)] * len(nearest)
    owners, at_head, at_tail = np.array(chosen, np.int64).T
    names = tuple((one.name, other.name) for one, other in product(ones, others))
    return ConceptPairs(names, owners, at_head, at_tail, _hashed(extras))


def _concepts(units: Units, concepts: Sequence[str], group: int) -> Iterator[_Concept]:
    places: dict[str, list[int]] = {}
    for place in np.flatnonzero(units.kinds == group).tolist():
        places.setdefault(concepts[place], []).append(place)
    for name, found in places.items():
        at = units.places[found]
        yield _Concept(name, np.array(found, np.int64), at, units.sentences[at])


def _nearest(one: _Concept, other: _Concept) -> Iterator[tuple[int, int]]:
    """Yield the nearest pairs of mentions; only the first may cross sentences."""
    distance = np.abs(one.units[:, None] - other.units[None, :])
    distance += _SENTENCE * np.abs(one.sentences[:, None] - other.sentences[None, :])
    order = np.argsort(distance, axis=None, kind="stable")[:NEAREST]
    for rank, (head, tail) in enumerate(divmod(int(at), len(other.places)) for at in order):
        if rank and one.sentences[head] != other.sentences[tail]:
            return
        yield int(one.places[head]), int(other.places[tail])


def _extras(
    one: _Concept, other: _Concept, ones: Sequence[_Concept], others: Sequence[_Concept]
) -> _Values:
    here, there = set(one.sentences.tolist()), set(other.sentences.tolist())
    together = len(here & there)
    close = min(together, 1)
    apart = min(abs(left - right) for left, right in product(here, there))
    most = len(one.places) == max(len(each.places) for each in ones)
    most_other = len(other.places) == max(len(each.places) for each in others)
    first, first_other = int(1 in here), int(1 in there)
    return (
        (_size(len(one.places)), _size(len(other.places))),
        (min(together, 3),),
        (min(apart, 4),),
        (first, first_other),
        (int(most), int(most_other), close),
        (_size(len(ones)), close),
        (_size(len(others)), close),
        (_size(len(one.places)), min(together, 2)),
        (_size(len(other.places)), min(together, 2)),
        (first, first_other, close, int(most)),
        (checksum(one.name),),
        (checksum(other.name),),
        (checksum(f"{one.name} {other.name}"),),
    )


def _hashed(extras: Sequence[_Values]) -> Ints:
    columns = zip(*extras, strict=True)
    return buckets(
        Template([_FIRST + place], tuple(np.array(values, np.int64).T))
        for place, values in enumerate(columns)
    )


def _size(count: int) -> int:
    return min(round(log2(count + 1)), 5)
