"""When to leave a server alone that keeps failing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

FAILURES = 3
FIRST_PAUSE = 30.0
LONGEST_PAUSE = 600.0


class Breaker:
    """Open for nobody after three failures in a row, for 30 seconds and twice as long each time.

    After a pause one caller may try; if that fails too, the next pause begins.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._next = 0.0

    def lets_through(self) -> bool:
        """Tell whether the server may be asked now; at the end of a pause only the first may."""
        with self._lock:
            if self._failures < FAILURES:
                return True
            if self._clock() < self._next:
                return False
            self._pause()
            return True

    def succeeded(self) -> None:
        """Note that the server works."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """Note that the server does not work."""
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES:
                self._pause()

    def _pause(self) -> None:
        doublings = max(0, self._failures - FAILURES)
        self._next = self._clock() + min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(doublings, 10))
