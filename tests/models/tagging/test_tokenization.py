"""Offsets and letter shapes of pieces."""

import pytest
import tokenizers
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ModelCorrupt
from models.registry import Registry
from models.tagging.tokenization import Tokenizer

MODEL = Registry.load().of("en")


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.load(MODEL.folder / "tokenizer.json")


def rows(tokenizer, text):
    (pieces,) = tokenizer.encode(text, [(0, len(text))])
    return [
        (text[start:end], int(shape))
        for start, end, shape in zip(pieces.starts, pieces.ends, pieces.shapes, strict=True)
    ]


@pytest.mark.parametrize(
    ("text", "shape"),
    [("2", 0), ("pain", 1), ("Pain", 2), ("A", 2), ("PAIN", 3), ("mG", 4)],
)
def test_shape_tells_the_case(tokenizer, text, shape):
    assert rows(tokenizer, text) == [(text, shape)]


def test_shape_tells_what_is_glued_together(tokenizer):
    assert rows(tokenizer, "5 mg") == [("5", 0), ("mg", 1)]
    assert rows(tokenizer, "5mg") == [("5", 0), ("mg", 6)]
    assert rows(tokenizer, "pain\nin") == [("pain", 1), ("\n", 0), ("in", 1)]


def test_case_does_not_change_the_ids(tokenizer):
    lower, upper = tokenizer.encode("hepatitis HEPATITIS", [(0, 9), (10, 19)])
    assert lower.ids.tolist() == upper.ids.tolist()


def test_digits_are_alike(tokenizer):
    first, second = tokenizer.encode("12.5 98.7", [(0, 4), (5, 9)])
    assert first.ids.tolist() == second.ids.tolist()


def test_a_vocabulary_may_have_no_line_break(tokenizer):
    plain = tokenizers.Tokenizer(tokenizers.models.WordLevel({"a": 0}, "a"))
    assert Tokenizer(plain).line_break == -1
    assert tokenizer.line_break == tokenizer.vocabulary["\n"]


def test_a_wide_gap_reads_as_a_line_break(tokenizer):
    gap, line = tokenizer.encode("a    b c\nd", [(0, 6), (7, 10)])
    assert gap.ids[1] == line.ids[1] == tokenizer.vocabulary["\n"]


@pytest.mark.parametrize("language", Registry.load().languages)
def test_what_a_note_writes_is_never_padding(language):
    tokenizer = Tokenizer.load(Registry.load().of(language).folder / "tokenizer.json")
    (pieces,) = tokenizer.encode("Known [PAD], [UNK]", [(0, 18)])
    assert 0 not in pieces.ids


def test_nothing_in_nothing_out(tokenizer):
    assert tokenizer.encode("", []) == []
    assert [len(part) for part in tokenizer.encode("", [(0, 0)])] == [0]


TOKENIZER = Tokenizer.load(MODEL.folder / "tokenizer.json")


@given(st.text(st.characters(), max_size=60))
def test_offsets_stay_inside_the_text_and_in_order(text):
    (pieces,) = TOKENIZER.encode(text, [(0, len(text))])
    assert (pieces.starts < pieces.ends).all()
    assert (pieces.starts[1:] >= pieces.starts[:-1]).all()
    assert pieces.ends.max(initial=0) <= len(text)


def test_a_broken_file_is_named(tmp_path):
    path = tmp_path / "tokenizer.json"
    with pytest.raises(ModelCorrupt, match="missing"):
        Tokenizer.load(path)
    path.write_text("{}")
    with pytest.raises(ModelCorrupt, match=r"tokenizer\.json"):
        Tokenizer.load(path)
