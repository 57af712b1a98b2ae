"""The queue: what is to be read, by whom, and what became of it.

procrastinate keeps the queue in PostgreSQL; the ledger (server/ledger.py) says what became of each
piece of work. Both are written in one transaction, so neither knows of work that the
other does not. Everything that a job does may be repeated: a worker that dies leaves its job
to the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import procrastinate
import structlog
from procrastinate.exceptions import AlreadyEnqueued

from server import ledger
from server.backoff import LONGEST_WAIT, Again, Backoff
from server.database import Connection, Pool
from server.errors import Fate, NotFound, describe, verdict
from server.job import UNVERSIONED, Job, Outcome
from server.settings import Settings

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of work: `defer` queues a piece by its key, `keys` are those that wait or run."""

    defer: Callable[[Connection, str], Awaitable[None]]
    keys: Callable[[], Awaitable[frozenset[str]]]


class Jobs:
    """The queue and its ledger over one pool."""

    def __init__(self, pool: Pool, settings: Settings) -> None:
        self._pool = pool
        self._settings = settings
        self._app = procrastinate.App(connector=procrastinate.PsycopgConnector())
        self._backoff = backoff = Backoff(settings.retry_seconds)
        self._read = self._app.task(name="read", retry=backoff)(self._run_read)
        self._locate = self._app.task(name="locate", retry=backoff, pass_context=True)(
            self._run_locate
        )
        self._process: Callable[[Job], Awaitable[Outcome]] | None = None
        self._find: Callable[[str], Awaitable[Job]] | None = None
        self._working = False

    async def open(self) -> None:
        """Connect the queue to the pool."""
        await self._app.open_async(self._pool)

    def add(self, name: str, run: Callable[[str], Awaitable[None]], *, lock: str) -> Work:
        """Add another kind of work, before the worker starts.

        `run` takes the key of a piece, and may be called with it again: after an error, or when
        its worker has died. Work of one `lock` is done one at a time.
        """

        async def work(key: str) -> None:
            await run(key)

        task = self._app.task(name=name, retry=self._backoff)(work)

        async def defer(connection: Connection, key: str) -> None:
            # Without a queueing lock: what a dead worker was at could not be queued again beside
            # another entry with the same one.
            await task.configure(lock=lock, connection=connection).defer_async(key=key)

        async def keys() -> frozenset[str]:
            manager = self._app.job_manager
            found = [
                job
                for status in ("todo", "doing")
                for job in await manager.list_jobs_async(task=name, status=status)
            ]
            return frozenset(str(job.task_kwargs["key"]) for job in found)

        return Work(defer, keys)

    # Putting work in

    async def submit(self, job: Job) -> bool:
        """Queue the job unless it is known already (ledger.enter); tell whether it was queued."""
        async with self._pool.connection() as connection:
            row = await ledger.enter(connection, job)
            if row is not None:
                await self._defer(connection, row)
        return row is not None

    async def announce(self, reference: str, pipeline: str) -> None:
        """Queue a look at a document of which only the name is known; duplicates coalesce."""
        try:
            await self._locate.configure(queueing_lock=f"locate|{reference}").defer_async(
                reference=reference, pipeline=pipeline
            )
        except AlreadyEnqueued:
            log.debug("announcement.coalesced")

    async def retry(self, job_id: int) -> None:
        """Queue a job that was parked or skipped once more.

        Raises:
            NotFound: there is no such job, or it is queued or done.
        """
        if not await self._reopen(["parked", "skipped"], job_id):
            raise NotFound(f"no parked or skipped job {job_id}")

    async def retry_all(self) -> int:
        """Queue every parked job once more, and return how many."""
        return await self._reopen(["parked"])

    async def _reopen(self, states: Sequence[str], job_id: int | None = None) -> int:
        async with self._pool.connection() as connection:
            rows = await ledger.reopen(connection, states, job_id)
            for row in rows:
                await self._defer(connection, row)
        return len(rows)

    async def _defer(self, connection: Connection, row: ledger.Row) -> None:
        # The lock keeps two versions of one document from being written at the same time.
        try:
            async with connection.transaction():
                await self._read.configure(
                    lock=row["reference"],
                    queueing_lock=f"read|{row['id']}",
                    connection=connection,
                ).defer_async(job_id=row["id"])
        except AlreadyEnqueued:  # it waits still, left from an earlier run: one is enough
            log.debug("job.coalesced", job=row["id"])

    # Looking at it

    async def list(self, *states: str, limit: int = 1000) -> list[ledger.Row]:
        """Return the ledger's rows, the latest first; all states when none is named."""
        async with self._pool.connection() as connection:
            return await ledger.rows(connection, states, limit)

    async def show(self, job_id: int) -> ledger.Row:
        """Return one row.

        Raises:
            NotFound: there is no such job.
        """
        async with self._pool.connection() as connection:
            return await ledger.row(connection, job_id)

    async def count(self) -> dict[str, int]:
        """Count the jobs by state."""
        async with self._pool.connection() as connection:
            return await ledger.counts(connection)

    async def ready(self) -> None:
        """Ask the database; raises within seconds when it does not answer."""
        async with self._pool.connection(timeout=5) as connection:
            await connection.execute("SELECT 1")

    @property
    def working(self) -> bool:
        """Whether a worker runs."""
        return self._working

    # Doing it

    async def work(
        self,
        process: Callable[[Job], Awaitable[Outcome]],
        find: Callable[[str], Awaitable[Job]],
    ) -> None:
        """Run jobs until cancelled: `process` does one, `find` names the version to read.

        A worker gives up when the database is away for long; then another one takes its place.
        """
        self._process, self._find = process, find
        sweeper = asyncio.create_task(self._sweep())
        ended, loop = 0, asyncio.get_running_loop()
        try:
            while True:
                started = loop.time()
                await self._run_worker()
                if loop.time() - started > LONGEST_WAIT:
                    ended = 0
                await asyncio.sleep(self._backoff.wait(ended))
                ended += 1
        finally:
            sweeper.cancel()

    async def _run_worker(self) -> None:
        reason = None
        self._working = True
        try:
            await self._app.run_worker_async(
                concurrency=self._settings.jobs_at_once,
                install_signal_handlers=False,
                # New jobs are notified; those that wait for their turn or time are polled for.
                fetch_job_polling_interval=0.5,
                update_heartbeat_interval=self._settings.stalled_seconds / 4,
                stalled_worker_timeout=self._settings.stalled_seconds,
                # A job that is given up at shutdown is taken up again by the next worker.
                shutdown_graceful_timeout=5.0,
                delete_jobs="successful",
            )
        except Exception as error:
            reason = describe(error)
        finally:
            self._working = False
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            # A worker that cannot sign off at shutdown raises that in place of the cancellation.
            raise asyncio.CancelledError
        log.warning("worker.ended", error=reason)

    async def _sweep(self) -> None:
        """Take up again what a dead worker left behind."""
        while True:
            await asyncio.sleep(self._settings.stalled_seconds / 4)
            try:
                manager = self._app.job_manager
                for job in await manager.get_stalled_jobs(
                    seconds_since_heartbeat=self._settings.stalled_seconds
                ):
                    log.warning("job.taken_up_again", queued=job.id)
                    await manager.retry_job(job)
            except Exception as error:
                log.warning("jobs.sweep_failed", error=describe(error))

    async def _run_locate(
        self, context: procrastinate.JobContext, reference: str, pipeline: str
    ) -> None:
        assert self._find is not None
        try:
            await self.submit(await self._find(reference))
        except Exception as error:
            fate, attempts = verdict(error).fate, context.job.attempts + 1
            few = fate is Fate.FEW and attempts < self._settings.max_attempts
            if fate is Fate.RETRY or few:
                raise Again from None
            # Reading it ends the same way, but in the ledger, and withdraws what it said.
            log.info("announcement.unversioned", error=describe(error))
            await self.submit(Job(reference, UNVERSIONED, pipeline))

    async def _run_read(self, job_id: int) -> None:
        assert self._process is not None
        async with self._pool.connection() as connection:
            row = await ledger.begin(connection, job_id)
        if row is None:
            return
        if row["failures"] >= self._settings.max_attempts:
            await self._end(job_id, Outcome("parked", "the process that read it died each time"))
            return
        job = Job(row["reference"], row["version"], row["pipeline"], row["attempt"])
        try:
            outcome = await self._process(job)
        except Exception as error:
            await self._settle(row, error)
        else:
            await self._end(job_id, outcome)

    async def _settle(self, row: Mapping[str, Any], error: Exception) -> None:
        reason, fate = describe(error), verdict(error).fate
        failures = row["failures"] + (fate is Fate.FEW)
        if fate is Fate.SKIP:
            await self._end(row["id"], Outcome("skipped", reason))
        elif fate is Fate.PARK or failures >= self._settings.max_attempts:
            log.warning("job.parked", job=row["id"], reason=reason)
            await self._end(row["id"], Outcome("parked", reason))
        else:
            log.info("job.retrying", job=row["id"], reason=reason, attempt=row["attempt"])
            await self._end(row["id"], Outcome("retrying", reason), failures)
            raise Again from None

    async def _end(self, job_id: int, outcome: Outcome, failures: int | None = None) -> None:
        async with self._pool.connection() as connection:
            again = await ledger.end(connection, job_id, outcome, failures)
            if again is not None:
                await self._defer(connection, again)
