"""Piece vectors from counts: positive pointwise mutual information, then a truncated SVD."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import torch

CONTEXTS = 3000
SMOOTHING = 0.75
# Blocks of columns: the piece before, the piece after, and the two or three away on each side.
OFFSETS: tuple[tuple[int, ...], ...] = ((-1,), (1,), (-3, -2, 2, 3))

Vectors = npt.NDArray[np.float32]


def cooccurrences(documents: Iterable[npt.NDArray[np.int64]], size: int, contexts: int) -> Vectors:
    """Count (blocks, piece, context piece); piece ids below `contexts` + 2 are the contexts.

    BPE ids follow the order of merging, so contexts are picked by frequency, not by id.
    """
    stream = np.concatenate([np.append(document, [0, 0, 0]) for document in documents])
    frequency = np.bincount(stream, minlength=size)
    frequency[:2] = 0
    chosen = np.argsort(-frequency, kind="stable")[:contexts]
    column = np.full(size, -1, np.int64)
    column[chosen] = np.arange(contexts)
    counts = np.zeros((len(OFFSETS), size * contexts), np.float32)
    for block, offsets in enumerate(OFFSETS):
        for offset in offsets:
            _add(counts[block], stream, column, offset, contexts)
    return counts.reshape(len(OFFSETS), size, contexts)


def _add(
    counts: Vectors,
    stream: npt.NDArray[np.int64],
    column: npt.NDArray[np.int64],
    offset: int,
    contexts: int,
) -> None:
    width = abs(offset)
    centre = stream[width:] if offset < 0 else stream[:-width]
    around = stream[:-width] if offset < 0 else stream[width:]
    columns = column[around]
    keep = (columns >= 0) & (centre > 1)
    counts += np.bincount(centre[keep] * contexts + columns[keep], minlength=len(counts))


def vectors(counts: Vectors, dimensions: int, seed: int = 0) -> Vectors:
    """Turn counts into rows of unit variance: smoothed PPMI and a randomised SVD."""
    blocks = []
    for block in counts:
        total = block.sum()
        smoothed = block.sum(0) ** SMOOTHING
        expected = np.outer(block.sum(1) / total, smoothed / smoothed.sum())
        with np.errstate(divide="ignore", invalid="ignore"):
            information = np.log(block / total / expected)
        blocks.append(np.where(block > 0, np.maximum(information, 0), 0).astype(np.float32))
    matrix = torch.from_numpy(np.concatenate(blocks, 1))
    torch.manual_seed(seed)
    left, values, _ = torch.svd_lowrank(matrix, q=dimensions + 20, niter=3)
    rows = left[:, :dimensions] * values[:dimensions].sqrt()
    scaled: Vectors = (rows / rows.std().clamp(min=1e-6)).numpy().astype(np.float32)
    return scaled
