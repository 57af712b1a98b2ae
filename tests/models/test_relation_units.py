"""Texts cut into units."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from models.relation_units import Mention, Units

TEXT = "Metformin 500 mg, then\nlisinopril."


def cut(text, mentions, starts=(0,)):
    return Units.of(text, [Mention(*each) for each in mentions], list(starts), 3)


def test_a_mention_is_one_unit_and_so_is_a_line_break():
    units = cut(TEXT, [(0, 9, 0), (10, 16, 1), (23, 33, 0)])
    assert units.places.tolist() == [0, 1, 5]
    assert len(units.words) == 7
    assert units.groups[:, -1].tolist() == [2, 1, 0]
    assert units.marks[0].tolist() == [0, 0, 0, 0, 0, 1, 1, 1][: len(units.words) + 1]


def test_a_nested_mention_shares_the_unit():
    units = cut("left knee pain", [(0, 14, 0), (0, 9, 1), (5, 9, 1)])
    assert units.places.tolist() == [0, 0, 0]


def test_sentences_number_the_units():
    units = cut("One. Two.", [(0, 3, 0), (5, 8, 0)], (0, 5))
    assert units.sentences[units.places].tolist() == [1, 2]


def test_numbers_and_inflections_are_alike():
    units = cut("inhibits 5 inhibitor 7,5", [])
    assert units.words[1] == units.words[3]
    assert units.words[0] != units.words[2]
    assert units.stems[0] == units.stems[2]


@settings(deadline=None)
@given(st.text(max_size=60), st.lists(st.integers(0, 60), max_size=8))
def test_any_text_with_any_mentions(text, offsets):
    ends = sorted({min(offset, len(text)) for offset in offsets})
    mentions = [(start, end, 0) for start, end in pairwise(ends)]
    units = cut(text, mentions)
    assert len(units.places) == len(mentions)
    assert all(0 <= place < len(units.words) for place in units.places)
