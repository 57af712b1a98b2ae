from __future__ import annotations

import os
import time
from collections.abc import Sequence
from functools import partial

from server.bulk.workers import Workers
from server.errors import ServiceError
from server.settings import Settings, read_settings


def work(numbers: Sequence[int]) -> list[str]:
    for number in numbers:
        if number < 0:
            os._exit(9)
        if number == 1000:
            time.sleep(60)
    return [f"{number}" for number in numbers]


def failed(number: int, error: ServiceError) -> list[str]:
    return [f"{type(error).__name__} {number}"]


def settings(**overrides: float) -> Settings:
    return read_settings(auth="off", processes=2, **overrides)


def test_results_keep_the_order() -> None:
    with Workers(settings(), work, failed) as workers:
        done = list(workers.results([n, n + 1] for n in range(0, 40, 2)))
    assert [one for batch in done for one in batch] == [str(n) for n in range(40)]


def test_what_kills_its_process_costs_itself_alone() -> None:
    assert run([[1, -2, 3], [4]]) == ["1", "ReaderDied -2", "3", "4"]


def test_what_hangs_costs_itself_alone() -> None:
    expected = ["5", "NoteTimeout 1000", "6", "7"]
    assert run([[5, 1000, 6], [7]], note_seconds=1.5) == expected


def run(batches: list[list[int]], **overrides: float) -> list[str]:
    with Workers(settings(**overrides), work, failed) as workers:
        return [one for batch in workers.results(batches) for one in batch]


def test_input_is_read_as_it_is_needed() -> None:
    taken = []

    def batches() -> object:
        for number in range(100):
            taken.append(number)
            yield [number]

    with Workers(settings(), partial(work), failed) as workers:
        results = workers.results(batches())  # type: ignore[arg-type]
        assert next(results) == ["0"]
        assert len(taken) < 10
        assert len(list(results)) == 99
