"""Which pieces of a text spell a known clinical name: features that stand beside the pieces.

A name is kept as a hash of its pieces, so that looking all of them up costs the same however many
there are; the file holds no text. With 300,000 names, one stretch in 14,000 that is none of them
has the hash of one; the network, which weighs the features against the text, does not notice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain, pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from models.errors import ModelCorrupt
from models.tagging.tokenization import Integers, Marks, Pieces

LONGEST = 8
"""Pieces of the longest name that is kept."""
KINDS = 8
"""Kinds of names that one byte tells apart."""
PLACES = 3
"""A piece begins, continues or ends a name."""
MARKS = KINDS * PLACES

_SEED = np.uint64(0x9E3779B97F4A7C15)
_PRIME = np.uint64(0xFF51AFD7ED558CCD)
_GLUED = 5
_CASELESS = 0


@dataclass(frozen=True, slots=True)
class Dictionary:
    """`hashes` are sorted; `kinds` holds for each the bits of the kinds that have such a name."""

    hashes: npt.NDArray[np.uint32]
    kinds: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, names: Iterable[tuple[Sequence[int], int]]) -> Self:
        """Make one of names, each as its pieces and a kind (0..7); longer ones are left out."""
        rows: dict[int, list[Sequence[int]]] = {}
        bits: dict[int, list[int]] = {}
        for pieces, kind in names:
            if 0 < len(pieces) <= LONGEST:
                rows.setdefault(len(pieces), []).append(pieces)
                bits.setdefault(len(pieces), []).append(1 << kind)
        hashed = [_final(_hash(np.array(each, np.int64))) for each in rows.values()]
        hashes, places = np.unique(
            np.concatenate([np.zeros(0, np.uint32), *hashed]), return_inverse=True
        )
        kinds = np.zeros(len(hashes), np.uint8)
        np.bitwise_or.at(kinds, places, np.array([*chain(*bits.values())], np.uint8))
        return cls(hashes, kinds)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the file; `ModelCorrupt` when it is missing, damaged or something else."""
        if not path.is_file():
            raise ModelCorrupt(f"{path.name} is missing in {path.parent}")
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                return cls._read(arrays)
        except Exception as error:  # zipfile, zlib and NumPy's parser have no common base of theirs
            raise ModelCorrupt(f"{path} is not a dictionary") from error

    @classmethod
    def _read(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        hashes, kinds = arrays["hashes"], arrays["kinds"]
        if hashes.dtype != np.uint32 or kinds.dtype != np.uint8 or hashes.shape != kinds.shape:
            raise ValueError("the arrays do not fit")
        if hashes.ndim != 1 or (hashes[1:] <= hashes[:-1]).any():
            raise ValueError("the hashes are not sorted")
        return cls(hashes, kinds)

    def save(self, path: Path) -> None:
        """Write the file that `load` reads."""
        np.savez_compressed(path, hashes=self.hashes, kinds=self.kinds)

    def marked(self, parts: Sequence[Pieces], line_break: int) -> list[Pieces]:
        """Mark the parts of one text (windows.tile).

        A name may reach from one part into the next, and over a wrapped line.
        """
        if not parts:
            return []
        whole = Pieces.joined(parts)
        words = ~np.concatenate([_wraps(part.ids, line_break) for part in parts])
        marks = np.zeros((len(whole), MARKS), np.uint8)
        marks[words] = self.marks(whole.ids[words], whole.shapes[words])
        marked = replace(whole, marks=marks)
        edges = [0, *accumulate(map(len, parts))]
        return [marked.cut(first, last) for first, last in pairwise(edges)]

    def marks(self, ids: Integers, shapes: Integers) -> Marks:
        """Features (pieces, MARKS): for each kind, begins, continues, ends.

        A name begins and ends where a word does; names inside others are marked as well.
        """
        count = len(ids)
        marks = np.zeros((count, KINDS, PLACES), np.uint8)
        edges = _edges(shapes)
        hashed = np.full(count, _SEED)
        for length in range(1, min(LONGEST, count) + 1):
            hashed = _further(hashed[: count - length + 1], ids[length - 1 :])
            places = np.flatnonzero(edges[: len(hashed)] & edges[length:])
            bits = self._kinds(_final(hashed[places]))
            firsts = places[bits > 0]
            told = np.unpackbits(bits[bits > 0][:, None], axis=1, bitorder="little")
            marks[firsts, :, 0] |= told
            marks[firsts + length - 1, :, 2] |= told
            for offset in range(1, length):
                marks[firsts + offset, :, 1] |= told
        return marks.reshape(count, MARKS)

    def _kinds(self, hashed: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
        if not len(self.hashes):
            return np.zeros(len(hashed), np.uint8)
        places = np.minimum(np.searchsorted(self.hashes, hashed), len(self.hashes) - 1)
        known: npt.NDArray[np.uint8] = np.where(
            self.hashes[places] == hashed, self.kinds[places], np.uint8(0)
        )
        return known


def _wraps(ids: Integers, line_break: int) -> npt.NDArray[np.bool_]:
    """Line breaks within a part; those at its end part it from the next one, as a blank line."""
    breaks: npt.NDArray[np.bool_] = ids == line_break
    breaks[np.flatnonzero(~breaks).max(initial=-1) + 1 :] = False
    return breaks


def _edges(shapes: Integers) -> npt.NDArray[np.bool_]:
    """Where a word may begin or end: at white space, and beside what has no letter case."""
    edges = np.ones(len(shapes) + 1, bool)
    caseless = shapes % _GLUED == _CASELESS
    edges[1:-1] = (shapes[1:] < _GLUED) | caseless[1:] | caseless[:-1]
    return edges


def _hash(pieces: Integers) -> npt.NDArray[np.uint64]:
    """Hash rows of pieces, all of one length."""
    hashed = np.full(len(pieces), _SEED)
    for column in pieces.T:
        hashed = _further(hashed, column)
    return hashed


def _further(hashed: npt.NDArray[np.uint64], ids: Integers) -> npt.NDArray[np.uint64]:
    """Take in one more piece; the product wraps around, as a hash should."""
    mixed = (hashed ^ ids.astype(np.uint64)) * _PRIME
    turned: npt.NDArray[np.uint64] = mixed ^ (mixed >> np.uint64(29))
    return turned


def _final(hashed: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint32]:
    return (hashed >> np.uint64(32)).astype(np.uint32)
