import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappers.measurement import (
    _table,
    interpret,
    interpretation_display,
    measure,
    measure_pair,
    measure_range,
    ucum_unit,
)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("4.1 mmol/L", "en", (4.1, None, "mmol/L", None)),
        ("8.2%", "en", (8.2, None, "%", None)),
        ("<0.5 ng/mL", "en", (0.5, "<", "ng/mL", None)),
        ("≥ 90", "en", (90, ">=", None, None)),
        ("less than 10 mg/L", "en", (10, "<", "mg/L", None)),
        ("Mayor de 100 mg/dl", "es", (100, ">", "mg/dL", None)),
        ("kleiner dan 5 mg/l", "nl", (5, "<", "mg/L", None)),
        ("9.8 g/dL (low)", "en", (9.8, None, "g/dL", "L")),
        ("5.9 (H)", "en", (5.9, None, None, "H")),
        ("5,9 mmol/l [HH]", "nl", (5.9, None, "mmol/L", "HH")),
        ("0.04 ng/ml, elevated", "en", (0.04, None, "ng/mL", "H")),
        ("9,8 g/dl", "es", (9.8, None, "g/dL", None)),
        ("7,2 x10⁹/L", "nl", (7.2, None, "10*9/L", None)),
        ("585 × 109/L", "en", (585, None, "10*9/L", None)),
        ("150 x10^9/L", "en", (150, None, "10*9/L", None)),
        ("4.5 10e3/uL", "en", (4.5, None, "10*3/uL", None)),
        ("11.3 K/µL", "en", (11.3, None, "10*3/uL", None)),
        ("98 µmol/l", "nl", (98, None, "umol/L", None)),
        ("250 mg/24h", "es", (250, None, "mg/(24.h)", None)),
        ("62 ml/min/1,73m2", "nl", (62, None, "mL/min/{1.73_m2}", None)),
        ("-2.3 mmol/L", "en", (-2.3, None, "mmol/L", None)),
        ("−2.3 mmol/L", "en", (-2.3, None, "mmol/L", None)),
        ("4.2 *", "en", (4.2, None, None, None)),
        ("12,500", "en", (12500, None, None, None)),
        ("6 L", "en", (6, None, "L", None)),
        ("3410 gram", "nl", (3410, None, "g", None)),
        ("12,500", "EN", (12500, None, None, None)),
    ],
)
def test_a_number_is_read(text, language, expected):
    found = measure(text, language)
    assert (found.value, found.comparator, found.ucum, found.interpretation) == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("3+", "en"),
        ("3 of 5", "en"),
        ("1:40", "en"),
        ("10³", "en"),
        ("5½", "en"),
        ("120-130 mg/dL", "en"),
        ("5-", "en"),
        ("1.234 mg/dl", "es"),
        ("12.500 /mm3", "es"),
        ("1.2.3", "en"),
        ("12 13", "en"),
        ("5 parrots", "en"),
        ("5.9 H", "en"),
        ("10^9/L", "en"),
        ("positive", "en"),
        ("140/90 mmHg", "en"),
        ("mg/dL", "en"),
        ("", "en"),
        ("9,8 g/dl", "en"),
    ],
)
def test_what_is_not_understood_to_its_end_is_no_number(text, language):
    assert measure(text, language) is None


def test_a_unit_stays_as_it_is_written():
    assert measure("12 MG/dl", "en").unit == "MG/dl"


@pytest.mark.parametrize("text", ["120/80", "120 / 80 mmHg", "120/80 mm Hg (high)"])
def test_a_pair_is_read(text):
    high, low = measure_pair(text)
    assert (high.value, low.value) == (120, 80)


@pytest.mark.parametrize("text", ["1/2", "120/80/60", "120", "120/80 parrots", "120/8o", "12/2024"])
def test_what_is_no_pair_is_none(text):
    assert measure_pair(text) is None


@pytest.mark.parametrize(
    ("text", "language", "low", "high", "ucum"),
    [
        ("30–35%", "en", 30, 35, "%"),
        ("20%–25%", "en", 20, 25, "%"),
        ("15 to 20 percent", "en", 15, 20, "%"),
        ("9.1-9.2 mg/dl", "en", 9.1, 9.2, "mg/dL"),
        ("3,5 a 4,1 mmol/l", "es", 3.5, 4.1, "mmol/L"),
        ("2 tot 4", "nl", 2, 4, None),
    ],
)
def test_a_range_is_read(text, language, low, high, ucum):
    lower, higher = measure_range(text, language)
    assert (lower.value, higher.value) == (low, high)
    assert lower.ucum == higher.ucum == ucum


@pytest.mark.parametrize("text", ["35-30%", "3-5 parrots", "3-", "3-5-7", "3 mg-5 %", "2/6", "-3"])
def test_what_is_no_range_is_none(text):
    assert measure_range(text, "en") is None


@given(st.text(max_size=90), st.sampled_from(["en", "es", "nl", "fr", ""]))
def test_any_text_is_read_or_not(text, language):
    for read in (measure(text, language), measure_pair(text), measure_range(text, language)):
        assert read is None or any(char.isdigit() for char in text)


def test_what_is_as_long_as_a_sentence_is_no_number():
    for text in ("1 " * 20_000, "1-" * 20_000, "9" * 50_000, "1 high " * 5_000):
        assert measure(text, "en") is None
        assert measure_pair(text) is None
        assert measure_range(text, "en") is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("elevated", "H"),
        ("Within normal limits", "N"),
        ("(negative)", "NEG"),
        ("verlaagd", "L"),
        ("Geen afwijkingen", "N"),
        ("negativos", "NEG"),
        ("positivo", "POS"),
        ("not elevated", None),
        ("low-grade", None),
        ("h", None),
    ],
)
def test_only_what_is_said_is_an_interpretation(text, code):
    assert interpret(text) == code
    if code:
        assert interpretation_display(code)


def test_an_unknown_unit_has_no_code():
    assert ucum_unit("mg/parrot") is None
    assert ucum_unit("mmHg") == "mm[Hg]"


def test_the_words_of_the_table_are_written_as_they_are_compared():
    for name in ("whole", "numerators", "denominators", "comparators", "flags"):
        assert all(word == word.casefold().replace("µ", "μ") for word in _table()[name]), name
