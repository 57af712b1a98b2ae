import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappers.deidentification.anchors import anchored
from models.deidentification import deidentify
from models.types import Note, PhiSpan, Span

TEXT = "Zoë Wetherden has gout 😀 since 5 March 1950, says Dr. Lowmoor"
PHI = [(0, 13, "NAME"), (31, 43, "DATE"), (54, 61, "NAME")]
COPY = deidentify(
    Note(TEXT, "en"), [PhiSpan(Span.of(TEXT, a, b), kind, 1.0, "known") for a, b, kind in PHI]
)


@given(st.integers(0, len(TEXT) - 1), st.integers(1, 20))
def test_what_is_moved_reads_the_same_and_the_rest_is_not_moved(start, length):
    end = min(start + length, len(TEXT))
    moved = anchored(start, end, COPY)
    if any(start < b and a < end for a, b, _ in PHI):
        assert moved is None
    else:
        assert COPY.text[moved : moved + end - start] == TEXT[start:end]


@pytest.mark.parametrize(("start", "end"), [(60, 90), (1000, 1001), (62, 70)])
def test_a_place_outside_the_text_is_none(start, end):
    assert anchored(start, end, COPY) is None
