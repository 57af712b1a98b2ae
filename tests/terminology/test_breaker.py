from __future__ import annotations

from terminology.breaker import FAILURES, FIRST_PAUSE, LONGEST_PAUSE, Breaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def _broken(clock: Clock) -> Breaker:
    breaker = Breaker(clock=clock)
    for _ in range(FAILURES):
        assert breaker.lets_through()
        breaker.failed()
    return breaker


def test_it_opens_after_failures_in_a_row() -> None:
    breaker = _broken(Clock())
    assert not breaker.lets_through()


def test_a_success_between_keeps_it_closed() -> None:
    breaker = Breaker(clock=Clock())
    for _ in range(10):
        breaker.failed()
        breaker.failed()
        breaker.succeeded()
    assert breaker.lets_through()


def test_after_a_pause_one_may_try() -> None:
    clock = Clock()
    breaker = _broken(clock)
    clock.now = FIRST_PAUSE
    assert breaker.lets_through()
    assert not breaker.lets_through()
    breaker.succeeded()
    assert breaker.lets_through()
    assert breaker.lets_through()


def test_each_pause_is_longer_up_to_a_limit() -> None:
    clock = Clock()
    breaker = _broken(clock)
    pauses = []
    for _ in range(10):
        pause = 0.0
        while not breaker.lets_through():
            pause += FIRST_PAUSE
            clock.now += FIRST_PAUSE
        breaker.failed()
        pauses.append(pause)
    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pauses[-1] == LONGEST_PAUSE
