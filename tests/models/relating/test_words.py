"""Words of a text, and where they may not go on."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.relating.words import Words, hashed, words


def read(text, bounds=()):
    found = Words.of(text).cut(text, np.array(bounds, np.int64))
    return [text[start:end] for start, end in zip(found.starts, found.ends, strict=True)]


@pytest.mark.parametrize(
    ("text", "bounds", "expected"),
    [
        ("Gout, 2.5 mg\n", [], ["Gout", ",", "2.5", "mg", "\n"]),
        ("Gout, 2.5 mg", [0, 4, 10, 12], ["Gout", ",", "2.5", "mg"]),
        ("Gout, 2.5 mg", [2], ["Go", "ut", ",", "2.5", "mg"]),
        ("Gout, 2.5 mg", [7, 8], ["Gout", ",", "2", ".", "5", "mg"]),
        ("1.2.3", [1], ["1", ".", "2.3"]),
        ("", [], []),
    ],
)
def test_words_end_at_bounds(text, bounds, expected):
    assert read(text, bounds) == expected


@settings(deadline=None)
@given(st.text(alphabet="ab1.,\n é", max_size=40), st.lists(st.integers(0, 40), max_size=6))
def test_the_parts_between_bounds_are_read_as_if_alone(text, drawn):
    bounds = sorted({min(each, len(text)) for each in drawn})
    parts = [text[start:end] for start, end in pairwise((0, *bounds, len(text)))]
    assert read(text, bounds) == [word for part in parts for word in words(part)]


def test_a_word_of_megabytes_is_hashed_like_any():
    long = "x" * 5_000_000
    assert hashed(long) == hashed("X" * 5_000_000)
    assert hashed(long)[0] != hashed("x" * 4_999_999)[0]
    assert hashed(long)[1] == hashed("xxxxx")[1]
