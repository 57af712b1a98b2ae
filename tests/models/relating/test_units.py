"""Texts cut into units."""

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.relating import units as relation_units
from models.relating.units import Mention, Note, Units

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


def test_what_was_read_once_is_cut_for_each_model():
    spans = [(0, 9), (10, 16), (23, 33)]
    note = Note(TEXT, [0], spans, [0, 1, 2], ["DRUG", "DOSAGE", "DRUG"])
    for kept in ([0, 1, 2], [0, 2], [1], []):
        given = note.units(kept, [place % 2 for place in kept], 3)
        mentions = [
            Mention(*spans[place], place % 2, claim=place, label=note.labels[place])
            for place in kept
        ]
        alone = Units.of(TEXT, mentions, [0], 3)
        for name in Units.__dataclass_fields__:
            one, other = getattr(given, name), getattr(alone, name)
            assert one == other if name == "texts" else one.tolist() == other.tolist(), name


@pytest.mark.parametrize(
    ("mention", "pieces"),
    [((3, 6), ["Met", "min"]), ((10, 12), ["0"]), ((0, 9), []), ((13, 14), ["500"])],
)
def test_a_mention_may_cut_a_word(mention, pieces):
    text = "Metformin 500"
    units = cut(text, [(*mention, 0)] if mention[1] <= len(text) else [])
    plain = [word for word, kind in zip(units.words, kinds(units), strict=True) if kind < 0]
    for piece in pieces:
        assert relation_units.hashed(piece)[0] in plain


def kinds(units):
    """The group of each unit; -1 for words."""
    steps = units.groups[:, 1:] - units.groups[:, :-1]
    return [int(column.argmax()) if column.any() else -1 for column in steps.T]


def test_what_indications_say_is_looked_up_where_it_is_asked_for(monkeypatch):
    asked = []
    real = relation_units.known
    monkeypatch.setattr(relation_units, "known", lambda names: asked.append(1) or real(names))
    units = cut(TEXT, [(0, 9, 0)])
    assert not asked
    assert units.known.any()
    assert units.known.shape[0] == 1
    assert len(asked) == 1


def test_a_word_of_megabytes_does_not_stay_in_memory():
    cut("gout", [(0, 4, 0)]).known.any()
    tracemalloc.start()
    try:
        for letter in "abc":
            text = letter * 2_000_000
            for mentions in ([], [(0, len(text), 0)], [(0, 9, 0)]):
                cut(text, mentions).known.any()
        del text
        kept = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000
