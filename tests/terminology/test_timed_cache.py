from __future__ import annotations

from terminology.timed_cache import TimedCache


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_answer_is_forgotten_after_its_time() -> None:
    clock = Clock()
    cache = TimedCache[str, None](10, 5.0, clock=clock)
    cache.put("a", None)
    clock.now = 4.9
    assert cache.get("a") == (None,)
    clock.now = 5.0
    assert cache.get("a") is None
    assert len(cache) == 0


def test_what_nobody_asked_for_longest_goes_first() -> None:
    cache = TimedCache[int, str](2, 5.0)
    cache.put(1, "one")
    cache.put(2, "two")
    assert cache.get(1) == ("one",)
    cache.put(3, "three")
    assert cache.get(2) is None
    assert cache.get(1) == ("one",)
    assert len(cache) == 2
