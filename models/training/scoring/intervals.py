"""How sure a score is: a bootstrap over documents (Efron 1979; Koehn 2004).

Documents are drawn with replacement, because mentions of one document are not independent; the
2.5th and 97.5th percentile of the F1 of all draws are the interval. A draw in which there is
nothing to score says nothing and is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.training.scoring.evaluate import Score, micro

RESAMPLES = 1000
_SEED = 1
_PERCENTILES = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A score, and the interval that holds its strict F1 in 95 of 100 draws."""

    score: Score
    low: float
    high: float


def estimates(
    documents: Mapping[str, Sequence[Score]], resamples: int = RESAMPLES
) -> dict[str, Estimate]:
    """Add up the scores of each label; every label has one score a document, in the same order."""
    counts = np.array(
        [[(each.gold, each.found, each.hits) for each in scores] for scores in documents.values()],
        np.float32,
    )
    lows, highs = _bounds(counts, resamples)
    return {
        label: Estimate(micro(scores), float(low), float(high))
        for (label, scores), low, high in zip(documents.items(), lows, highs, strict=True)
    }


def _bounds(counts: npt.NDArray[np.float32], resamples: int) -> npt.NDArray[np.float64]:
    """Percentiles (2, labels) of counts (labels, documents, 3)."""
    if counts.size == 0:
        return np.zeros((2, len(counts)))
    labels, documents, _ = counts.shape
    flat = counts.transpose(1, 0, 2).reshape(documents, -1)
    sums = (_draws(documents, resamples) @ flat).reshape(resamples, labels, 3)
    gold, found, hits = sums[..., 0], sums[..., 1], sums[..., 2]
    f1 = np.where(gold + found > 0, 2 * hits / np.maximum(gold + found, 1), np.nan)
    f1[:, np.isnan(f1).all(axis=0)] = 0
    return np.asarray(np.nanpercentile(f1, _PERCENTILES, axis=0))


def _draws(documents: int, resamples: int) -> npt.NDArray[np.float32]:
    """How often each document is in each draw (resamples, documents)."""
    draw = np.random.default_rng(_SEED)
    drawn = np.empty((resamples, documents), np.float32)
    for row in drawn:
        row[:] = np.bincount(draw.integers(0, documents, documents), minlength=documents)
    return drawn
