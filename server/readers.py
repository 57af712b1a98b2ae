"""The processes that read notes.

Each holds the models and the index. A note that hangs or kills its process is stopped alone,
and the process is replaced.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from typing import Any, TypeVar, cast

from pebble import ProcessExpired, ProcessPool

from server.errors import NoteTimeout, ReaderDied
from server.extraction import Extraction
from server.parts import Parts
from server.pipeline import extract
from server.reading import Reading, to_reading
from server.settings import Settings

T = TypeVar("T")

WARM_UP = "Mr. Example denies chest pain. Hypertension, on lisinopril 10 mg daily since 3 March."


class Readers:
    """A pool of reading processes."""

    def __init__(self, settings: Settings) -> None:
        self._seconds = settings.note_seconds
        self._settings = settings
        self._pool = self._open()
        self._closed = False

    def _open(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self._settings.processes,
            # fork would copy threads and open connections into the child.
            context=multiprocessing.get_context("spawn"),
            initializer=_warm_up,
            initargs=(self._settings,),
        )

    async def extract(self, reading: Reading) -> Extraction:
        """Run `pipeline.extract` in one of the processes.

        Raises:
            NoteTimeout: it took longer than CHARTLOOM_NOTE_SECONDS; its process was stopped.
            ReaderDied: its process died (out of memory, say).
        """
        return await self.call(_extract, self._settings, reading)

    async def call(self, work: Callable[..., T], *arguments: Any) -> T:
        """Run `work` in one of the processes; raises as `extract` does, and what `work` does."""
        pool = self._pool
        try:
            future = pool.schedule(work, args=arguments, timeout=self._seconds)
        except RuntimeError:
            await self._replace(pool)
            raise ReaderDied("the pool of reading processes broke; it was replaced") from None
        try:
            return cast("T", await asyncio.wrap_future(future))
        except TimeoutError:
            raise NoteTimeout(f"reading the note took over {self._seconds:g} seconds") from None
        except ProcessExpired as error:
            raise ReaderDied(f"the reading process died with exit code {error.exitcode}") from None
        except BrokenProcessPool:
            await self._replace(pool)
            raise ReaderDied("the pool of reading processes broke; it was replaced") from None

    async def _replace(self, broken: ProcessPool) -> None:
        """Put a fresh pool in the place of `broken`; the first of several callers does it."""
        if self._closed or self._pool is not broken:
            return
        self._pool = self._open()
        await asyncio.to_thread(_stop, broken)

    def close(self) -> None:
        """Stop the processes; what they were doing is lost and done again by the next server."""
        self._closed = True
        _stop(self._pool)


def _stop(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def _warm_up(settings: Settings) -> None:
    """Load everything before the first note comes; what is wrong shows when it does come."""
    with contextlib.suppress(Exception):
        _extract(settings, to_reading(WARM_UP))


@cache
def parts_of(settings: Settings) -> Parts:
    """Return the parts of this process, loaded once."""
    return Parts.open(settings)


def _extract(settings: Settings, reading: Reading) -> Extraction:
    return extract(reading, parts_of(settings))
