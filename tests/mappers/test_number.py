import pytest

from mappers.number import read_number, shortest


@pytest.mark.parametrize(
    ("text", "language", "number"),
    [
        ("12", "en", 12.0),
        ("9.8", "en", 9.8),
        ("12,500", "en", 12500.0),
        ("0.125", "en", 0.125),
        ("9,8", "es", 9.8),
        ("9.8", "es", 9.8),
        ("0,125", "nl", 0.125),
    ],
)
def test_a_number_is_read(text, language, number):
    assert read_number(text, language) == number


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("1.234", "es"),
        ("1,234", "nl"),
        ("9,8", "en"),
        ("1.2.3", "en"),
        ("", "en"),
        ("1.", "en"),
        ("9" * 20, "en"),
        ("0." + "3" * 20, "nl"),
        ("9" * 12 + ",000,000", "en"),
    ],
)
def test_what_may_be_another_number_is_none(text, language):
    assert read_number(text, language) is None


def test_a_whole_number_has_no_decimals():
    assert repr(shortest(4.0)) == "4"
    assert repr(shortest(4.5)) == "4.5"
