from datetime import date, datetime

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
        moved.append(datetime.strptime(written, form).date())
    assert moved[1] - moved[0] == second - first
    assert (moved[0] - first).days == days


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
