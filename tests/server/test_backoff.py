from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from procrastinate.jobs import Job

from server.backoff import LONGEST_WAIT, Backoff


@pytest.mark.parametrize(
    ("first", "waits"),
    [
        (1, [1, 2, 4, 8, 16, 32, 60, 60]),
        (0.02, [0.02, 0.04, 0.08]),
        (300, [60, 60]),
    ],
)
def test_the_wait_doubles_up_to_a_minute(first: float, waits: list[float]) -> None:
    backoff = Backoff(first)
    assert [backoff.wait(attempts) for attempts in range(len(waits))] == pytest.approx(waits)


def test_an_outage_of_weeks_waits_no_longer() -> None:
    assert Backoff(0.02).wait(1_000_000) == LONGEST_WAIT


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 0.25), (3, 2), (99, 60)])
def test_the_queue_is_told_when(attempts: int, seconds: float) -> None:
    job = Job(queue="q", lock=None, queueing_lock=None, task_name="read", attempts=attempts)
    asked = datetime.now(UTC)
    decision = Backoff(0.25).get_retry_decision(exception=ValueError(), job=job)
    assert decision is not None
    assert decision.retry_at is not None
    late = decision.retry_at - asked - timedelta(seconds=seconds)
    assert timedelta(0) <= late < timedelta(seconds=1)
