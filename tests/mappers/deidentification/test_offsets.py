import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappers.deidentification.offsets import read_extension, to_extension
from models.types import DeidentifiedNote


@given(
    st.lists(st.tuples(st.integers(0, 90), st.integers(1, 90), st.integers(0, 90)), max_size=9),
    st.dictionaries(st.sampled_from(["NAME", "DATE", "ID"]), st.integers(1, 9)),
    st.sampled_from(["tag", "redact", "surrogate"]),
)
def test_every_map_reads_back(steps, counts, mode):
    offsets, end, new_end = [], 0, 0
    for gap, old, new in steps:
        offsets.append((end + gap, end + gap + old, new_end + gap, new_end + gap + new))
        _, end, _, new_end = offsets[-1]
    copy = DeidentifiedNote("", "en", None, counts, tuple(offsets), mode)
    text = to_extension(copy)["valueString"]
    assert text == text.strip()
    assert read_extension(text) == (mode, counts, tuple(offsets))


@pytest.mark.parametrize("text", ["", "tag", "tag -", "tag - - -", "tag NAME - ", "TAG - -"])
def test_what_is_no_map_is_none(text):
    assert read_extension(text) is None
