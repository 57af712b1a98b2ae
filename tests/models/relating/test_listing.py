"""Drugs that a list names side by side."""

import re

import numpy as np
import pytest

from models.relating.listing import listed
from models.relating.units import Mention, Units


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Avoid A, B (e.g. C).", {("A", "B"), ("A", "C"), ("B", "C")}),
        ("A and B interact.", set()),
        ("A, B and C interact.", {("A", "B"), ("A", "C")}),
        ("A raises B, C or D.", {("B", "C"), ("B", "D")}),
        ("A: A lowers B.", {("A", "A")}),
        ("A with B", set()),
    ],
)
def test_items_of_one_list_are_told_from_others(text, expected):
    found = list(re.finditer(r"\b[A-D]\b", text))
    units = Units.of(text, [Mention(*each.span(), 0) for each in found], [0], 1)
    heads, tails = np.triu_indices(len(found), 1)
    flags = listed(units, heads, tails)
    pairs = zip(heads.tolist(), tails.tolist(), flags.tolist(), strict=True)
    assert {(found[one].group(), found[other].group()) for one, other, flag in pairs if flag} == (
        expected
    )


def test_mentions_that_share_a_unit_are_no_list():
    units = Units.of("left knee", [Mention(0, 9, 0), Mention(5, 9, 0)], [0], 1)
    assert listed(units, np.array([0]), np.array([1])).tolist() == [False]
