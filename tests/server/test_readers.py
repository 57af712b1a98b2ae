"""Notes that hang or kill their process take nothing else with them."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator

import pytest

from mappers.errors import NoteEmpty
from server.errors import NoteTimeout, ReaderDied
from server.readers import Readers
from server.reading import to_reading
from server.settings import read_settings

NOTE = "Hypertension. Denies chest pain."


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    readers = Readers(read_settings(auth="off", processes=1, note_seconds=1.0))
    # The first call waits for the process; the time allowed counts for the note alone.
    asyncio.run(readers.call(os.getpid))
    yield readers
    readers.close()


async def test_a_note_that_hangs_is_stopped_and_the_next_one_is_read(readers: Readers) -> None:
    first = await readers.call(os.getpid)
    started = time.monotonic()
    with pytest.raises(NoteTimeout, match="over 1 seconds"):
        await readers.call(time.sleep, 600)
    assert time.monotonic() - started < 10
    found = await readers.extract(to_reading(NOTE))
    assert found.summary["resources"]["Condition"] >= 1
    assert await readers.call(os.getpid) != first


async def test_a_process_that_dies_is_replaced(readers: Readers) -> None:
    with pytest.raises(ReaderDied, match="exit code -9"):
        await readers.call(signal.raise_signal, signal.SIGKILL)
    with pytest.raises(ReaderDied, match="exit code 3"):
        await readers.call(os._exit, 3)
    assert (await readers.extract(to_reading(NOTE))).language == "en"


async def test_a_pool_that_breaks_is_replaced(readers: Readers) -> None:
    broken = readers._pool
    # A process that dies between two notes breaks the whole pool.
    os.kill(await readers.call(os.getpid), signal.SIGKILL)
    async with asyncio.timeout(10):
        while broken.active:  # noqa: ASYNC110 - pebble has no event for it
            await asyncio.sleep(0.02)
    with pytest.raises(ReaderDied, match="replaced"):
        await readers.call(os.getpid)
    assert (await readers.extract(to_reading(NOTE))).language == "en"


async def test_those_who_wait_behind_a_hanging_note_are_read(readers: Readers) -> None:
    hanging = asyncio.create_task(readers.call(time.sleep, 600))
    waiting = [asyncio.create_task(readers.extract(to_reading(NOTE))) for _ in range(3)]
    with pytest.raises(NoteTimeout):
        await hanging
    assert [found.language for found in await asyncio.gather(*waiting)] == ["en"] * 3


async def test_an_error_comes_back_as_what_it_is(readers: Readers) -> None:
    with pytest.raises(NoteEmpty):
        await readers.extract(to_reading("  "))
