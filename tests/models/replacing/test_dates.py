from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.replacing.dates import shifted, told_year


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
        ("2024", 400, "2025"),
        ("2024", -182, "2024"),
        ("2024", -183, "2023"),
        ("March", 31, "April"),
        ("Monday", 3, "Thursday"),
        ("Mon, March 4, 2024", 1, "Tue, March 5, 2024"),
        ("Monday 3/4/24", -7, "Monday 2/26/24"),
        ("3/4/24 - 3/9/24", 1, "3/5/24 - 3/10/24"),
        ("2019-2021", 365, "2020-2022"),
        ("March 3 to April 5, 2024", 1, "March 4 to April 6, 2024"),
        ("3 to 5 March 2024", 1, "4 March 2024 to 6 March 2024"),
    ],
)
def test_moves_and_writes_alike(text, days, moved):
    assert shifted(text, days, "en") == moved


@pytest.mark.parametrize("text", ["", "yesterday", "13/13/2024", "1 2 3 4", "March April", "9"])
def test_says_when_it_cannot_read(text):
    assert shifted(text, 1, "en") is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Febuary 3, 2021", "en"),
        ("Monday, March 3, 2020", "nl"),
        ("Thanksgiving 2021", "en"),
        ("spring 2021", "en"),
        ("the 1950s", "en"),
        ("1" * 5000 + "/13", "en"),
    ],
)
def test_a_word_or_number_that_is_no_date_would_stay(text, language):
    assert shifted(text, -3, language) is None


@pytest.mark.parametrize("text", ["Setiembre 12, 2020", "12 set 2020"])
def test_months_have_other_names(text):
    moved = shifted(text, -30, "es")
    assert moved is not None
    assert "13" in moved


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


FORMATS = {
    "en": ("%m/%d/%Y", "%B %d, %Y", "%d %b %Y", "%Y-%m-%d", "%m/%d/%y", "%A, %B %d, %Y", "%Y%m%d"),
    "es": ("%d/%m/%Y", "%d-%m-%y", "%Y-%m-%d", "%d.%m.%Y"),
    "nl": ("%d-%m-%Y", "%d/%m/%y", "%Y-%m-%d", "%d.%m.%Y"),
}
DAYS = st.dates(date(1970, 1, 1), date(2035, 12, 31))


@settings(deadline=None)
@given(st.sampled_from(sorted(FORMATS)), st.data(), DAYS, DAYS, st.integers(-365, -1))
def test_intervals_are_kept_in_every_format(
    language: str, data: st.DataObject, first: date, second: date, days: int
) -> None:
    moved = []
    for day in (first, second):
        form = data.draw(st.sampled_from(FORMATS[language]))
        written = shifted(day.strftime(form), days, language)
        assert written is not None
        # May is short and long at once: what it becomes is written long.
        read = form.replace("%b", "%B") if day.month == 5 else form
        moved.append(datetime.strptime(written, read).date())
    assert moved[1] - moved[0] == second - first
    assert (moved[0] - first).days == days


@pytest.mark.parametrize(
    ("text", "days", "moved"),
    [
        ("March 3-5, 2021", -44, "January 18-20, 2021"),
        ("March 3rd to 5th, 2021", -44, "January 18th to 20th, 2021"),
        ("March 30 - 31", -44, "February 14 - 15"),
        ("March 3-15", -60, "January 2-14"),
        ("March 1-20, 2021", -44, "January 16, 2021-February 4, 2021"),
        ("Jan 3-5, 2021", -4, "December 30, 2020-Jan 1, 2021"),
        ("Mar-3-21", -44, "Jan-18-21"),
    ],
)
def test_two_days_after_one_month(text: str, days: int, moved: str) -> None:
    assert shifted(text, days, "en") == moved.replace("December", "Dec")


@pytest.mark.parametrize("text", ["Q1 2021", "W12 2021"])
def test_a_letter_at_a_number_makes_no_month_of_it(text: str) -> None:
    assert shifted(text, -44, "en") is None


def test_a_date_without_a_year_moves_as_those_around_it() -> None:
    assert shifted("3/1/2021", -44, "en") == "1/16/2021"
    assert shifted("3/1", -44, "en", told_year(["3/1/2021", "2021-03-05", "2020"])) == "1/16"
    assert shifted("3/1", -44, "en", 2024) == "1/17"
    assert shifted("2/29", -1, "en", 2021) == "2/28"
    assert told_year(["3/1", "May"]) is None


@pytest.mark.parametrize(
    ("text", "days", "language", "moved"),
    [
        ("lunes, 4 de marzo de 2024", 1, "es", "martes, 5 de marzo de 2024"),
        ("mar 5 mar 2024", 7, "es", "mar 12 mar 2024"),
        ("3 al 5 de marzo de 2024", 1, "es", "4 de marzo de 2024 al 6 de marzo de 2024"),
        ("ma 5 mrt 2024", 1, "nl", "di 6 mrt 2024"),
        ("3-5 maart 2024", 1, "nl", "4 maart 2024-6 maart 2024"),
        ("03-05-2024 t/m 05-05-2024", 1, "nl", "04-05-2024 t/m 06-05-2024"),
    ],
)
def test_days_of_the_week_and_ranges(text: str, days: int, language: str, moved: str) -> None:
    assert shifted(text, days, language) == moved
