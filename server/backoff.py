"""How long the queue waits before it does once more what failed."""

from __future__ import annotations

import procrastinate
from procrastinate.jobs import Job

LONGEST_WAIT = 60.0
"""Seconds."""
_DOUBLINGS = 16


class Again(Exception):
    """Raised by work that is to be done again later; the queue waits longer each time."""


class Backoff(procrastinate.BaseRetryStrategy):
    """Doubles the wait up to a minute, without end: when to give up is the ledger's decision."""

    def __init__(self, first: float) -> None:
        self._first = first

    def wait(self, attempts: int) -> float:
        """Seconds until the next attempt; `attempts` came before the one that failed."""
        return float(min(self._first * 2 ** min(attempts, _DOUBLINGS), LONGEST_WAIT))

    def get_retry_decision(
        self, *, exception: BaseException, job: Job
    ) -> procrastinate.RetryDecision | None:
        """Tell procrastinate when."""
        milliseconds = round(self.wait(job.attempts) * 1000)
        return procrastinate.RetryDecision(retry_in={"milliseconds": milliseconds})
