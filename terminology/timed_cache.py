"""Answers that are remembered for a while, up to a number of them."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class TimedCache(Generic[K, V]):
    """At most `most` answers, each for `seconds`; the one asked for longest ago goes first."""

    def __init__(
        self, most: int, seconds: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._kept: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K) -> tuple[V] | None:
        """Return the answer in a tuple, since None may be one; None when there is none."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or self._clock() >= kept[0]:
                self._kept.pop(key, None)
                return None
            self._kept.move_to_end(key)
            return (kept[1],)

    def put(self, key: K, answer: V) -> None:
        """Remember an answer."""
        with self._lock:
            self._kept[key] = (self._clock() + self._seconds, answer)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)
