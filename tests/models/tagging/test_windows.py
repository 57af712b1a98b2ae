"""Cuts, joins and stretches cover everything exactly once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.tagging.windows import chunks, join, keepers, pad, tile


@given(st.text(st.sampled_from(list("ab A.:\n ?!")), max_size=80))
def test_tiles_cover_the_text(text):
    parts = tile(text)
    assert "".join(text[start:end] for start, end in parts) == text
    assert all(start < end for start, end in parts)


def test_cuts_at_sentence_ends_but_not_in_names_or_wrapped_lines():
    text = "Dr. Smith saw him today. He has pain\nin the chest. Plan:\nRest. "
    assert [text[start:end] for start, end in tile(text)] == [
        "Dr. Smith saw him today. ",
        "He has pain\nin the chest. ",
        "Plan:\n",
        "Rest. ",
    ]


def test_join_fills_up_to_the_target():
    assert join([3, 4, 10, 2, 2], 7) == [(0, 2), (2, 3), (3, 5)]
    assert join([], 7) == []


@given(st.lists(st.integers(1, 30), max_size=20), st.integers(1, 40))
def test_join_keeps_every_part_once(lengths, target):
    groups = join(lengths, target)
    assert [i for first, last in groups for i in range(first, last)] == list(range(len(lengths)))


@given(st.integers(1, 500), st.integers(2, 90), st.integers(0, 80))
def test_kept_parts_of_chunks_cover_all_once(length, limit, overlap):
    overlap = min(overlap, limit - 1)
    bounds = chunks(length, limit, overlap)
    assert all(0 < end - start <= limit for start, end in bounds)
    kept = keepers(bounds)
    assert [i for first, last in kept for i in range(first, last)] == list(range(length))
    for (start, end), (first, last) in zip(bounds, kept, strict=True):
        assert start <= first <= last <= end


def test_pad_writes_zeros_at_the_end():
    assert pad([np.array([1, 2]), np.array([3])]).tolist() == [[1, 2], [3, 0]]


@pytest.mark.parametrize("size", [100_000])
def test_cutting_takes_linear_time(size):
    assert len(tile("x. " * size)) >= 1
    assert len(tile("\n \n" * size)) >= 1
    assert len(tile(" " * size)) == 1
