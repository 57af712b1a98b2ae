"""Parts of a text that the network reads at once: sentences, joined while they are short."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Number = TypeVar("Number", bound=np.generic)

# A cut here loses at most some context: pieces of one part are decoded together, so the rule
# would rather miss a sentence end than cut a mention. A line break alone does not cut, because
# notes are wrapped by hand; a blank line, or one after a full stop or a colon, does.
_CUT = re.compile(
    r"(?:\n[^\S\n]*\n\s*|[.:;!?][\"')\]]?[^\S\n]*\n\s*|(?<=[^\W\d_]{4}[.!?])[^\S\n]+(?=[^\W\d_a-z]))"
)


def tile(text: str) -> list[tuple[int, int]]:
    """Cut the whole of `text` into parts (start, end) that touch each other."""
    edges = [0, *(match.end() for match in _CUT.finditer(text)), len(text)]
    return [(start, end) for start, end in pairwise(edges) if start < end]


def join(lengths: Sequence[int], target: int) -> list[tuple[int, int]]:
    """Group neighbouring parts while together they have at most `target` pieces.

    Returns ranges (first, last) over the parts; a part above the target stays alone.
    """
    groups: list[tuple[int, int]] = []
    first, total = 0, 0
    for index, length in enumerate(lengths):
        if index > first and total + length > target:
            groups.append((first, index))
            first, total = index, 0
        total += length
    if first < len(lengths):
        groups.append((first, len(lengths)))
    return groups


def chunks(length: int, limit: int, overlap: int) -> list[tuple[int, int]]:
    """Cover `length` pieces with overlapping stretches of at most `limit`."""
    if length <= limit:
        return [(0, length)]
    starts = range(0, length - overlap, limit - overlap)
    return [(start, min(start + limit, length)) for start in starts]


def keepers(bounds: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Tell which pieces to keep of each chunk: up to the middle of each overlap."""
    inner = [(left[1] + right[0]) // 2 for left, right in pairwise(bounds)]
    return list(zip([bounds[0][0], *inner], [*inner, bounds[-1][1]], strict=True))


def pad(rows: Sequence[npt.NDArray[Number]]) -> npt.NDArray[Number]:
    """Stack rows (length, ...) of different lengths, zeros at the end."""
    width = max(map(len, rows))
    stacked = np.zeros((len(rows), width, *rows[0].shape[1:]), rows[0].dtype)
    for index, values in enumerate(rows):
        stacked[index, : len(values)] = values
    return stacked
