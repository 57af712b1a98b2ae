import pytest

from mappers.deidentification.rules import shipped_rules

VOCABULARY = shipped_rules().vocabulary


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("MA", "MA"),
        (" massachusetts ", "MA"),
        ("ma", "MA"),
        ("Boston", None),
        ("", None),
        (3, None),
    ],
)
def test_states_are_those_of_the_table(value, code):
    assert VOCABULARY.state(value) == code


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("US", "US"),
        ("NLD", "NLD"),
        ("España", "ES"),
        ("us", None),
        ("The Farm", None),
        (None, None),
    ],
)
def test_countries_are_codes(value, code):
    assert VOCABULARY.country(value) == code


@pytest.mark.parametrize(
    ("value", "digits"),
    [("02139", "021"), ("02139-4307", "021"), ("021394307", "021"), ("03601", "000"),
     ("0213", None), ("02139 Boston", None), ("١٢٣٤٥", None), (2139, None)],
)  # fmt: skip
def test_zip_codes_are_three_digits(value, digits):
    assert VOCABULARY.zip3(value) == digits


@pytest.mark.parametrize(
    ("unit", "code", "known"),
    [
        ("mg", "mg", True),
        ("MmHg", None, True),
        ("comprimidos", None, True),
        ("mg/dL", None, True),
        ("Wetherden", None, False),
        ("of Zoë", "mg", False),
    ],
)
def test_units_are_known_ones(unit, code, known):
    assert VOCABULARY.knows_unit(unit, code) is known


def test_the_longest_system_decides():
    assert VOCABULARY.codes_of("http://hl7.org/fhir/administrative-gender")
    assert VOCABULARY.codes_of("http://hl7.org/fhir/sid/us-ssn") is None
    assert VOCABULARY.codes_of("http://hl7.org/fhir/sid/cvx")
    assert VOCABULARY.codes_of("http://terminology.hl7.org/CodeSystemX") is None
