import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.dates import shifted


@pytest.mark.parametrize(
    ("text", "days", "moved"),
    [
        ("2024-03-05", -5, "2024-02-29"),
        ("2024-03-05T10:15:00Z", 1, "2024-03-06T10:15:00Z"),
        ("03/05/2024", 1, "03/06/2024"),
        ("3/5/24", 30, "4/4/24"),
        ("23/4/2024", 1, "24/4/2024"),
        ("5.3.1950", 1, "5.4.1950"),
        ("12/31/2023", 1, "01/01/2024"),
        ("20240305", -5, "20240229"),
        ("March 5th, 2024", -4, "March 1st, 2024"),
        ("MARCH 12TH", 1, "MARCH 13TH"),
        ("12-Mar-2024", 20, "1-Apr-2024"),
        ("5th of March 2024", 17, "22nd of March 2024"),
        ("March 2024", -30, "February 2024"),
        ("03/2024", 31, "04/2024"),
        ("3/5", 1, "3/6"),
        ("Sept. 4, 2024", 1, "Sep. 5, 2024"),
        ("2024", 400, "2024"),
    ],
)
def test_moves_and_writes_alike(text, days, moved):
    assert shifted(text, days, "en") == moved


@pytest.mark.parametrize("text", ["", "yesterday", "13/13/2024", "1 2 3 4", "March April", "9"])
def test_says_when_it_cannot_read(text):
    assert shifted(text, 1, "en") is None


def test_out_of_the_calendar():
    assert shifted("0001-01-01", -1, "en") is None


@settings(deadline=None)
@given(st.dates(), st.integers(-365, -1))
def test_there_and_back(day, days):
    moved = shifted(day.isoformat(), days, "en")
    assert moved is None or shifted(moved, -days, "en") == day.isoformat()


@settings(deadline=None)
@given(st.text(max_size=30))
def test_never_fails(text):
    shifted(text, -3, "en")
