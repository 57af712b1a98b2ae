"""Counts, and neighbours that make sense."""

import numpy as np
import pytest

pytest.importorskip("torch")

from models.training.words.embeddings import cooccurrences, vectors


def test_counts_of_a_short_document():
    counts = cooccurrences([np.array([2, 3, 2])], size=4, contexts=2)
    before, after, around = counts
    column = {2: 0, 3: 1}
    assert before[3, column[2]] == 1
    assert before[2, column[3]] == 1
    assert after[2, column[3]] == 1
    assert around[2, column[2]] == 2
    assert counts[:, :2].sum() == 0


def test_pieces_in_the_same_places_are_neighbours():
    draw = np.random.default_rng(0)
    drugs, doses = np.arange(2, 8), np.arange(8, 14)
    documents = [np.array([14, draw.choice(drugs), draw.choice(doses), 15]) for _ in range(3000)]
    made = vectors(cooccurrences(documents, 40, 20), dimensions=6)
    unit = made / np.linalg.norm(made, axis=1, keepdims=True).clip(1e-6)
    assert unit[2] @ unit[5] > 0.8
    assert unit[2] @ unit[9] < 0.5
