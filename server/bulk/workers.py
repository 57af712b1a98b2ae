"""Processes that work through batches side by side; what comes out keeps the order."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from server.errors import NoteTimeout, ReaderDied, ServiceError
from server.settings import Settings

T = TypeVar("T")
R = TypeVar("R")


class Workers(Generic[T, R]):
    """`work` is a function of a module, since it is called in other processes.

    A batch that hangs or kills its process is done again one by one, so that one bad note costs
    itself alone: for that one `failed` says what comes out.
    """

    def __init__(
        self,
        settings: Settings,
        work: Callable[[Sequence[T]], R],
        failed: Callable[[T, ServiceError], R],
    ) -> None:
        self._work, self._failed = work, failed
        self._seconds = settings.note_seconds
        # While one batch is being written, every process has one to do and one to go on with.
        self._ahead = 2 * settings.processes + 1
        self._pool = ProcessPool(
            max_workers=settings.processes,
            context=multiprocessing.get_context("spawn"),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is None:
            self._pool.close()  # type: ignore[no-untyped-call]
        else:
            self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def results(self, batches: Iterable[Sequence[T]]) -> Iterator[R]:
        """Do all batches and give what came out of each, in their order, with bounded memory.

        Raises: what `work` raises.
        """
        waiting: deque[tuple[Sequence[T], ProcessFuture[R]]] = deque()
        for batch in batches:
            waiting.append((batch, self._start(batch)))
            if len(waiting) >= self._ahead:
                yield from self._finished(*waiting.popleft())
        while waiting:
            yield from self._finished(*waiting.popleft())

    def _start(self, batch: Sequence[T]) -> ProcessFuture[R]:
        # Of many lines none may take as long as one alone: that one is found by itself.
        seconds = self._seconds + len(batch) - 1
        return self._pool.schedule(self._work, args=(batch,), timeout=seconds)

    def _finished(self, batch: Sequence[T], future: ProcessFuture[R]) -> Iterator[R]:
        try:
            yield future.result()
        except (TimeoutError, ProcessExpired) as error:
            if len(batch) == 1:
                yield self._failed(batch[0], self._reason(error))
                return
            for one in batch:
                yield from self._finished([one], self._start([one]))

    def _reason(self, error: Any) -> ServiceError:
        if isinstance(error, TimeoutError):
            return NoteTimeout(f"reading the note took over {self._seconds:g} seconds")
        return ReaderDied(f"the reading process died with exit code {error.exitcode}")
