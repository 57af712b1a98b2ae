import re
from re import _parser  # type: ignore[attr-defined]

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.phi.openings import opening, opens
from models.phi.starts import Keys, Starts

REGEXES = [
    r"\b(?:[Dd](?:r|octor)|Mr)\b\.?[ ](?P<phi>[A-Z][a-z]+)",
    r"(?<![\d./-])(?:0?[1-9]|[12]\d|3[01])[/-]\d\d",
    r"\d(?<![\w./-].)\d?(?:st|nd)",
    r"(?<!\w)[A-Z]{2}\d{2}",
    r"(?i)\b(?:straße|kind|ir)\b",
    r"(?<![\w+])(?:\+|00)[1-9]\d",
    r"(?:(?<=[,;][ ])|^)(?P<phi>Ana|[a-z]{2}\d)",
    r"\b(?:de[ ]){0,2}(?>[A-Z][a-z]++)(?=,)",
    r"\b(?i:nº|n\.)?[ ]?\d+",
    r"\b\w{2,3}-\w",
]

KEYS = Keys(filter(None, (opening(_parser.parse(regex)) for regex in REGEXES)))


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet=st.sampled_from("Dr.Mo de1203/-+,;AaKkIıİſSsßtnN9dº \n²"), max_size=40))
def test_a_match_begins_where_its_opening_fits(text):
    for regex in REGEXES:
        tree = _parser.parse(regex)
        if found := opening(tree):
            places = Starts(text, Keys([found])).of(found)
            assert places == Starts(text, KEYS).of(found)
            begun = {at for at in range(len(text) + 1) if re.compile(regex).match(text, at)}
            assert begun <= set(places), regex


def test_most_regexes_have_an_opening():
    assert sum(opening(_parser.parse(regex)) is not None for regex in REGEXES) >= 7


@pytest.mark.parametrize("regex", [r"[a-z]+", r"\b[^\s]x", r"(?<=x)\d", r"\b\w?"])
def test_a_match_that_may_begin_anywhere_has_none(regex):
    assert opening(_parser.parse(regex)) is None


def test_an_opening_is_as_narrow_as_its_regex():
    found = opening(_parser.parse(r"\b(?:Sr|Dra)\b[.][A-Z]"))
    assert found is not None
    assert Starts("Dra. A Dr. B sr. C Sra. D Sr.E", Keys([found])).of(found) == [0, 26]


def test_groups_that_begin_with_the_match():
    tree = _parser.parse(r"\b(?P<phi>(?P<given>[A-Z]\w+)[ ](?P<family>\w+))")
    assert opens(tree) == ["phi", "given"]
