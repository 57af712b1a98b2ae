"""Names of a dictionary are found where they stand, whole, and nowhere else."""

import contextlib

import numpy as np
import pytest

from models.errors import ModelCorrupt
from models.registry import Registry
from models.tagging.dictionary import KINDS, LONGEST, MARKS, PLACES, Dictionary
from models.tagging.tokenization import Pieces, Tokenizer
from models.tagging.windows import tile

DISORDER, DRUG, BREAK = 0, 2, 9
KNOWN = Dictionary.of([((11, 12), DISORDER), ((12,), DRUG), ((20, 21, 22), DISORDER)])


def marked(ids, shapes=None):
    shapes = np.ones(len(ids), np.int64) if shapes is None else np.array(shapes)
    return KNOWN.marks(np.array(ids), shapes).reshape(len(ids), KINDS, PLACES)


def test_marks_what_begins_continues_and_ends():
    marks = marked([5, 20, 21, 22, 5])
    assert marks[1, DISORDER].tolist() == [1, 0, 0]
    assert marks[2, DISORDER].tolist() == [0, 1, 0]
    assert marks[3, DISORDER].tolist() == [0, 1, 1]
    assert marks.sum() == 4


def test_marks_names_inside_others():
    marks = marked([11, 12])
    assert marks[1, DISORDER].tolist() == [0, 1, 1]
    assert marks[1, DRUG].tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("shapes", "found"),
    [
        ([1, 1, 1], True),
        ([1, 6, 1], False),
        ([1, 1, 6], False),
        ([0, 6, 0], True),
        ([1, 1, 5], True),
    ],
)
def test_a_name_begins_and_ends_where_a_word_does(shapes, found):
    assert marked([5, 12, 5], shapes)[1].any() == found


def test_parts_of_a_text_are_read_as_one():
    whole = np.array([5, 11, 12, 5])
    pieces = Pieces(whole, np.ones(4, np.int64), whole, whole)
    first, second = KNOWN.marked([pieces.cut(0, 2), pieces.cut(2, 4)], BREAK)
    assert first.marks[1, 0] == 1
    assert second.marks[0, 2] == 1
    assert KNOWN.marked([], BREAK) == []


@pytest.mark.parametrize(
    ("ids", "begins", "ends"),
    [
        ([[5, 11, 9, 12, 5]], [1], [3]),
        ([[20, 9, 21, 9, 9, 22]], [0], [5]),
        ([[9, 11, 12, 9]], [1], [2]),
        ([[5, 11, 9], [12, 5]], [], []),
        ([[11], [9, 12]], [0], [2]),
        ([[11], [9], [9, 9], [12]], [], []),
    ],
)
def test_a_name_reaches_over_a_wrapped_line_and_not_over_the_end_of_a_part(ids, begins, ends):
    parts = []
    for part in ids:
        row = np.array(part)
        parts.append(Pieces(row, np.where(row == BREAK, 0, 1), row, row))
    marked = Pieces.joined(KNOWN.marked(parts, BREAK))
    marks = marked.marks.reshape(len(marked), KINDS, PLACES)[:, DISORDER]
    assert np.flatnonzero(marks[:, 0]).tolist() == begins
    assert np.flatnonzero(marks[:, 2]).tolist() == ends
    assert not marks[marked.ids == BREAK].any()


def test_no_names_and_names_that_are_too_long():
    long = Dictionary.of([(tuple(range(LONGEST + 1)), DRUG)])
    assert long.marks(np.array([1, 2]), np.ones(2, np.int64)).tolist() == [[0] * MARKS] * 2
    assert KNOWN.marks(np.zeros(0, np.int64), np.zeros(0, np.int64)).shape == (0, MARKS)


def test_saves_and_loads(tmp_path):
    KNOWN.save(tmp_path / "dictionary.npz")
    again = Dictionary.load(tmp_path / "dictionary.npz")
    assert np.array_equal(again.hashes, KNOWN.hashes)
    assert np.array_equal(again.kinds, KNOWN.kinds)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"words"])
def test_a_broken_file_is_one_clear_error(tmp_path, content):
    path = tmp_path / "dictionary.npz"
    path.write_bytes(content)
    with pytest.raises(ModelCorrupt, match=r"dictionary\.npz"):
        Dictionary.load(path)


def test_damage_anywhere_is_one_clear_error(tmp_path):
    """Inside of what is compressed, and in the head that NumPy parses."""
    path = tmp_path / "dictionary.npz"
    draw = np.random.default_rng(1)
    Dictionary(np.arange(0, 9000, 3, np.uint32), draw.integers(1, 128, 3000, np.uint8)).save(path)
    content = path.read_bytes()
    for place in range(60, len(content), 97):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :])
        with contextlib.suppress(ModelCorrupt):  # the date of an archive may change
            assert len(Dictionary.load(path).hashes) == 3000


@pytest.mark.parametrize("hashes", [[5, 3], [3, 3], [[3], [5]]])
def test_hashes_out_of_order_are_an_error(tmp_path, hashes):
    values = np.array(hashes, np.uint32)
    np.savez(tmp_path / "dictionary.npz", hashes=values, kinds=np.ones(values.shape, np.uint8))
    with pytest.raises(ModelCorrupt, match=r"dictionary\.npz is not a dictionary"):
        Dictionary.load(tmp_path / "dictionary.npz")


def test_other_arrays_and_no_file_are_errors(tmp_path):
    np.savez(tmp_path / "other.npz", hashes=np.zeros(2), kinds=np.zeros(3, np.uint8))
    with pytest.raises(ModelCorrupt, match="is not a dictionary"):
        Dictionary.load(tmp_path / "other.npz")
    with pytest.raises(ModelCorrupt, match="is missing"):
        Dictionary.load(tmp_path / "none.npz")


def test_real_pieces_of_a_text():
    tokenizer = Tokenizer.load(Registry.load().of("en").folder / "tokenizer.json")

    def encode(text):
        return tokenizer.encode(text, [(0, len(text))])[0]

    known = Dictionary.of([(encode("Heart failure").ids.tolist(), DISORDER)])
    text = "Acute heart failure, heart-failure clinic, HEART FAILURE."
    pieces = encode(text)
    starts = pieces.starts[known.marks(pieces.ids, pieces.shapes)[:, DISORDER] == 1]
    assert starts.tolist() == [6, 43]


@pytest.mark.parametrize("gap", ["\n", "\r\n", "  ", " \n    ", "\t"])
def test_a_name_is_marked_wherever_its_line_is_wrapped(gap):
    tokenizer = Tokenizer.load(Registry.load().of("en").folder / "tokenizer.json")
    (name,) = tokenizer.encode("heart failure", [(0, 13)])
    known = Dictionary.of([(name.ids.tolist(), DISORDER)])
    text = f"Acute heart{gap}failure."
    (pieces,) = known.marked(tokenizer.encode(text, tile(text)), tokenizer.line_break)
    begins, ends = pieces.marks[:, DISORDER] == 1, pieces.marks[:, DISORDER + 2] == 1
    assert pieces.starts[begins].tolist() == [6]
    assert pieces.ends[ends].tolist() == [len(text) - 1]
