"""Documents as examples of relations: rows of features, and which outputs hold for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from models.relating.documents import concept_pairs
from models.relating.features import stretch
from models.relating.model import Output
from models.relating.pairs import Pairs, candidates, features
from models.relating.units import Mention, Units
from models.relating.words import Ints
from models.segmentation import sentences

Flags = npt.NDArray[np.bool_]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Inventory:
    """Groups of labels by number, and the outputs."""

    groups: Mapping[str, int]
    count: int
    outputs: tuple[Output, ...]

    @property
    def names(self) -> list[str]:
        """Names of the outputs, in order."""
        return [output.name for output in self.outputs]


@dataclass(frozen=True, slots=True)
class Examples:
    """Examples of one document.

    `sums` (rows, features) and `stretches` (rows, POSITIONS, ASPECTS; or none) describe pairs of
    mentions; `owners` is the example of each row, which is as good as its best row, and `heads`
    the place of the head of each example. `right` and
    `judged` (examples, outputs) say what holds and what is known. `pairs` names the examples;
    `missed` counts the gold relations that are no example. Examples of mentions know their `units`
    and the places of their `tails` in them.
    """

    sums: Ints
    stretches: Ints | None
    owners: Ints
    heads: Ints
    right: Flags
    judged: Flags
    pairs: tuple[Pair, ...]
    missed: Counter[str]
    tails: Ints | None = None
    units: Units | None = None

    @property
    def far(self) -> Flags:
        """Rows of pairs that are no neighbours: they have fewer features."""
        far: Flags = self.sums[:, -2] == 0
        return far

    def only(self, kept: Flags) -> Examples:
        """Those of the examples, where each has one row."""
        return replace(
            self,
            sums=self.sums[kept],
            stretches=None if self.stretches is None else self.stretches[kept],
            owners=np.arange(int(kept.sum())),
            heads=self.heads[kept],
            tails=None if self.tails is None else self.tails[kept],
            right=self.right[kept],
            judged=self.judged[kept],
            pairs=tuple(pair for pair, keep in zip(self.pairs, kept, strict=True) if keep),
        )


@dataclass(frozen=True, slots=True)
class Marked:
    """A document as a reader sees it: mentions with ids in text order, and related pairs.

    `judged` names the outputs that the document answers for; `related` those of each pair.
    """

    text: str
    mentions: tuple[Mention, ...]
    ids: tuple[str, ...]
    related: Mapping[Pair, frozenset[str]]
    judged: frozenset[str]


def units(marked: Marked, language: str, inventory: Inventory) -> Units:
    """Cut a document into units."""
    starts = [start for start, _ in sentences(marked.text, language)]
    return Units.of(marked.text, marked.mentions, starts, inventory.count)


def by_mentions(marked: Marked, language: str, inventory: Inventory) -> Examples | None:
    """Examples for all pairs of mentions that the model would look at."""
    cut = units(marked, language, inventory)
    pairs = candidates(cut, inventory.outputs)
    names = inventory.names
    judged = pairs.open & np.array([name in marked.judged for name in names])
    kept = judged.any(axis=1)
    pairs, judged = pairs.only(kept), judged[kept]
    if not len(pairs):
        return None
    ids = tuple(
        (marked.ids[head], marked.ids[tail])
        for head, tail in zip(pairs.heads.tolist(), pairs.tails.tolist(), strict=True)
    )
    right = np.array([[name in marked.related.get(pair, ()) for name in names] for pair in ids])
    every = _features(cut, pairs, inventory.outputs)
    read = judged[:, [output.stretch for output in inventory.outputs]].any()
    return Examples(
        sums=every,
        stretches=stretch(cut, pairs.heads, pairs.tails) if read else None,
        owners=np.arange(len(pairs)),
        heads=pairs.heads,
        right=right & judged,
        judged=judged,
        pairs=ids,
        missed=_missed(marked, names, ids, right & judged),
        tails=pairs.tails,
        units=cut,
    )


def _features(cut: Units, pairs: Pairs, outputs: Sequence[Output]) -> Ints:
    """Features in the order of the pairs; those of distant ones end in zeros."""
    close, distant = features(cut, pairs, outputs)
    every = np.zeros((len(pairs), close.shape[1]), np.int64)
    every[~pairs.far] = close
    every[pairs.far, : distant.shape[1]] = distant
    return every


def _missed(
    marked: Marked, names: Sequence[str], pairs: Sequence[Pair], right: Flags
) -> Counter[str]:
    every = Counter(name for found in marked.related.values() for name in found)
    every.subtract(dict(zip(names, right.sum(axis=0).tolist(), strict=True)))
    return +every


def by_concepts(marked: Marked, language: str, inventory: Inventory, name: str) -> Examples | None:
    """Examples for all pairs of concepts; `related` holds pairs of concepts."""
    if name not in inventory.names:
        return None
    place = inventory.names.index(name)
    output = inventory.outputs[place]
    cut = units(marked, language, inventory)
    concepts = [each.concept for each in marked.mentions]
    found = concept_pairs(cut, concepts, output.heads[0], output.tails[0])
    if found is None:
        return None
    right = np.zeros((len(found.pairs), len(inventory.outputs)), bool)
    right[:, place] = [pair in marked.related for pair in found.pairs]
    judged = np.zeros_like(right)
    judged[:, place] = True
    missed = len(set(marked.related) - set(found.pairs))
    return Examples(
        *(found.rows(cut), None, found.owners, np.zeros(len(right), np.int64)),
        *(right, judged, found.pairs),
        missed=Counter({name: missed} if missed else {}),
    )
