from hypothesis import given
from hypothesis import strategies as st

from models.replacing.draws import Draw

DRAW = Draw(b"a key of this test alone", "Patient/1")


def test_the_parts_are_kept_apart():
    assert DRAW.number("ab", "c") != DRAW.number("a", "bc")
    assert DRAW.number("a") != Draw(DRAW.key, "Patient/2").number("a")
    assert DRAW.number("a") != Draw(b"another key of this test", "Patient/1").number("a")


@given(st.text(max_size=80))
def test_a_shape_is_kept(text):
    drawn = DRAW.shape(text)
    assert len(drawn) == len(text)
    for mark, other in zip(text, drawn, strict=True):
        assert mark.isdecimal() == other.isdecimal() or not mark.isalnum()
        assert mark == other or mark.isalnum()
