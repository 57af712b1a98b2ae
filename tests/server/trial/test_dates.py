from datetime import UTC, datetime, timedelta

import pytest

from server.trial.dates import EARLIEST, LATEST, date_range, instant, value_range


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2026", "2026-01-01T00:00:00", "2027-01-01T00:00:00"),
        ("2026-12", "2026-12-01T00:00:00", "2027-01-01T00:00:00"),
        ("2028-02-29", "2028-02-29T00:00:00", "2028-03-01T00:00:00"),
        ("2026-03-01T10:00Z", "2026-03-01T10:00:00", "2026-03-01T10:01:00"),
        ("2026-03-01T10:00:05+02:00", "2026-03-01T08:00:05", "2026-03-01T08:00:06"),
        ("2026-03-01T10:00:05 02:00", "2026-03-01T08:00:05", "2026-03-01T08:00:06"),
        ("2026-03-01T10:00:05.2Z", "2026-03-01T10:00:05.200000", "2026-03-01T10:00:05.300000"),
        ("2026-03-01T10:00:05.123456Z", "2026-03-01T10:00:05.123456", "2026-03-01T10:00:05.123457"),
    ],
)  # fmt: skip
def test_a_date_is_as_long_as_it_is_exact(text, low, high):
    span = date_range(text)
    assert span is not None
    assert [edge.replace(tzinfo=None).isoformat() for edge in (span.low, span.high)] == [low, high]


@pytest.mark.parametrize(
    "text",
    ["", "x", "26", "2026-13", "2026-02-30", "2026-03-01T25:00Z", "2026-03-01T10", "0000", "9999"],
)
def test_what_is_no_date(text):
    assert date_range(text) is None


def test_periods_may_be_open():
    assert value_range({"start": "2026"}).high == LATEST
    assert value_range({"end": "2026"}).low == EARLIEST
    assert value_range({}) is None
    assert value_range(5) is None


def test_an_instant_reads_back():
    moment = datetime(2026, 3, 1, 10, 0, 5, 123000, tzinfo=UTC)
    assert instant(moment) == "2026-03-01T10:00:05.123Z"
    assert date_range(instant(moment)).low == moment
    assert date_range(instant(moment)).high == moment + timedelta(milliseconds=1)
