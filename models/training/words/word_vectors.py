"""Vectors of whole words, learned from plain text, for a `models.relating.reader`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.relating.reader import FIRST, UNKNOWN, Floats
from models.relating.words import Hashes, hashed, words
from models.training.words.embeddings import CONTEXTS, cooccurrences, vectors
from models.training.words.vocabulary import texts

_SCALE = 0.3
"""Standard deviation of a vector's values, near that of the other things that a reader adds."""


def word_vectors(files: Sequence[Path], size: int, dimensions: int) -> tuple[Hashes, Floats]:
    """The hashes of the `size` most frequent words, and rows (`FIRST` + words, dimensions).

    Of the rows before `FIRST`, that of no word is 0, and the others are chance vectors of the same
    size. Words of one hash are one word.
    """
    documents, frequency = _read(files)
    chosen = np.array([word for word, _ in frequency.most_common(size)], np.uint32)
    order = np.argsort(chosen)
    numbered = [_numbers(document, chosen[order], order) for document in documents]
    count = len(chosen)
    counts = cooccurrences(numbered, count + FIRST, min(CONTEXTS, count))
    rows = vectors(counts, dimensions)
    rows = rows / max(float(rows[FIRST:].std()), 1e-6) * _SCALE
    rows[:FIRST] = np.random.default_rng(0).normal(0, _SCALE, (FIRST, dimensions))
    rows[0] = 0
    return chosen, rows.astype(np.float32)


def _read(files: Sequence[Path]) -> tuple[list[Hashes], Counter[int]]:
    documents = []
    frequency: Counter[int] = Counter()
    for text in texts(files):
        found = [hashed(word)[0] for word in words(text)]
        frequency.update(found)
        documents.append(np.array(found, np.uint32))
    return documents, frequency


def _numbers(
    document: Hashes, chosen: Hashes, order: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    place = np.minimum(np.searchsorted(chosen, document), len(chosen) - 1)
    known = chosen[place] == document
    return np.where(known, order[place] + FIRST, UNKNOWN).astype(np.int64)
