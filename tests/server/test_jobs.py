from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from procrastinate.exceptions import ConnectorException

from mappers.errors import DocumentWithdrawn, NoteEmpty
from server.database import open_pool
from server.errors import DocumentGone, NotFound, StoreRefused, StoreUnavailable
from server.job import Job, Outcome
from server.jobs import Jobs
from server.settings import Settings, read_settings

Process = Callable[[Job], Awaitable[Outcome]]
NOTE = Job("DocumentReference/1", "1", "p1")


@pytest.fixture
def settings(database_url: str) -> Settings:
    return read_settings(
        DATABASE_URL=database_url, auth="off", retry_seconds=0.02, stalled_seconds=2, max_attempts=3
    )


@pytest.fixture
async def jobs(settings: Settings) -> AsyncIterator[Jobs]:
    async with open_pool(settings) as pool:
        jobs = Jobs(pool, settings)
        await jobs.open()
        yield jobs


async def find(reference: str) -> Job:
    return Job(reference, "7", "p1")


async def run_until(
    jobs: Jobs,
    process: Process,
    *states: str,
    seconds: float = 20,
    find: Callable[[str], Awaitable[Job]] = find,
) -> list[Any]:
    """Work until every job is in one of the states."""
    worker = asyncio.create_task(jobs.work(process, find))
    try:
        async with asyncio.timeout(seconds):
            while True:
                rows = await jobs.list()
                if rows and all(row["state"] in states for row in rows):
                    return rows
                await asyncio.sleep(0.02)
    finally:
        await stop(worker)


async def stop(worker: asyncio.Task[None]) -> None:
    worker.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await worker


async def done(job: Job) -> Outcome:
    return Outcome("done", summary={"language": "en"})


async def test_a_job_is_done_once_however_often_it_is_submitted(jobs: Jobs) -> None:
    seen = []

    async def process(job: Job) -> Outcome:
        seen.append(job.key)
        return Outcome("done")

    assert await jobs.submit(NOTE)
    assert not await jobs.submit(NOTE)
    await run_until(jobs, process, "done")
    assert not await jobs.submit(NOTE)
    assert seen == [NOTE.key]


async def test_another_version_and_another_pipeline_are_other_work(jobs: Jobs) -> None:
    assert await jobs.submit(NOTE)
    assert await jobs.submit(Job(NOTE.reference, "2", "p1"))
    assert await jobs.submit(Job(NOTE.reference, "1", "p2"))
    rows = await run_until(jobs, done, "done")
    assert len(rows) == 3


async def test_two_versions_of_one_document_are_never_read_at_the_same_time(jobs: Jobs) -> None:
    running: set[str] = set()

    async def process(job: Job) -> Outcome:
        assert job.reference not in running
        running.add(job.reference)
        await asyncio.sleep(0.05)
        running.remove(job.reference)
        return Outcome("done")

    for version in "12345":
        await jobs.submit(Job(NOTE.reference, version, "p1"))
    rows = await run_until(jobs, process, "done", "parked")
    assert {row["state"] for row in rows} == {"done"}


async def test_an_outage_is_waited_out_however_long_it_takes(jobs: Jobs) -> None:
    attempts = []

    async def process(job: Job) -> Outcome:
        attempts.append(job.attempt)
        if len(attempts) < 6:  # more than max_attempts
            raise StoreUnavailable("HTTP 503")
        return Outcome("done")

    await jobs.submit(NOTE)
    await run_until(jobs, process, "done")
    assert attempts == [1, 2, 3, 4, 5, 6]


async def test_an_unknown_error_is_tried_a_few_times_then_parked_without_its_message(
    jobs: Jobs,
) -> None:
    attempts = []

    async def process(job: Job) -> Outcome:
        attempts.append(job.attempt)
        raise ValueError("Mrs Example has a cough")

    await jobs.submit(NOTE)
    (row,) = await run_until(jobs, process, "parked")
    assert len(attempts) == 3
    assert row["reason"] == "ValueError"


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (NoteEmpty("the note holds only white space"), "parked"),
        (DocumentWithdrawn("entered in error"), "skipped"),
    ],
)
async def test_the_table_of_errors_decides(jobs: Jobs, error: Exception, state: str) -> None:
    async def process(job: Job) -> Outcome:
        raise error

    await jobs.submit(NOTE)
    (row,) = await run_until(jobs, process, "parked", "skipped", "done")
    assert row["state"] == state
    assert row["reason"] == f"{type(error).__name__}: {error}"
    assert row["attempt"] == 1


async def test_a_parked_job_can_be_tried_again(jobs: Jobs) -> None:
    async def process(job: Job) -> Outcome:
        raise NoteEmpty("the note holds only white space")

    await jobs.submit(NOTE)
    (row,) = await run_until(jobs, process, "parked")
    await jobs.retry(row["id"])
    (row,) = await run_until(jobs, done, "done")
    assert row["summary"] == {"language": "en"}
    with pytest.raises(NotFound):
        await jobs.retry(row["id"])


async def test_an_announcement_finds_its_version_and_coalesces(jobs: Jobs) -> None:
    for _ in range(5):
        await jobs.announce("DocumentReference/9", "p1")
    (row,) = await run_until(jobs, done, "done")
    assert (row["reference"], row["version"]) == ("DocumentReference/9", "7")


async def test_an_announcement_of_a_deleted_document_ends_in_the_ledger(jobs: Jobs) -> None:
    async def gone(reference: str) -> Job:
        raise DocumentGone("HTTP 410")

    async def process(job: Job) -> Outcome:
        raise DocumentGone("HTTP 410")

    await jobs.announce("DocumentReference/9", "p1")
    (row,) = await run_until(jobs, process, "skipped", find=gone)
    assert (row["reference"], row["version"], row["pipeline"]) == ("DocumentReference/9", "", "p1")
    assert row["reason"] == "DocumentGone: HTTP 410"


async def test_an_announcement_that_the_store_refuses_is_parked_in_the_end(jobs: Jobs) -> None:
    asked = []

    async def refused(reference: str) -> Job:
        asked.append(reference)
        raise StoreRefused("HTTP 403")

    async def process(job: Job) -> Outcome:
        raise StoreRefused("HTTP 403")

    await jobs.announce("DocumentReference/9", "p1")
    (row,) = await run_until(jobs, process, "parked", find=refused)
    assert len(asked) == 3
    assert (row["version"], row["reason"]) == ("", "StoreRefused: HTTP 403")


async def test_an_announcement_waits_for_a_store_however_long_it_is_away(jobs: Jobs) -> None:
    asked = []

    async def away(reference: str) -> Job:
        asked.append(reference)
        if len(asked) < 6:  # more than max_attempts
            raise StoreUnavailable("HTTP 503")
        return await find(reference)

    await jobs.announce("DocumentReference/9", "p1")
    (row,) = await run_until(jobs, done, "done", find=away)
    assert row["version"] == "7"


async def test_a_job_without_a_version_runs_again_when_submitted_while_it_runs(
    jobs: Jobs,
) -> None:
    whatever = Job(NOTE.reference, "", "p1")
    attempts = []

    async def process(job: Job) -> Outcome:
        attempts.append(job.attempt)
        if len(attempts) == 1:
            assert not await jobs.submit(whatever)
            assert not await jobs.submit(whatever)
        return Outcome("done")

    assert await jobs.submit(whatever)
    assert not await jobs.submit(whatever)
    await run_until(jobs, process, "done")
    assert attempts == [1, 2]
    assert await jobs.submit(whatever)
    await run_until(jobs, process, "done")
    assert attempts == [1, 2, 3]


async def test_another_worker_takes_the_place_of_one_that_ended(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, calls = jobs._app.run_worker_async, []

    async def fail_twice(**options: Any) -> None:
        calls.append(jobs.working)
        if len(calls) == 1:
            raise ConnectorException
        if len(calls) == 2:
            return  # as a worker does whose listener failed
        await run(**options)

    monkeypatch.setattr(jobs._app, "run_worker_async", fail_twice)
    assert not jobs.working
    await jobs.submit(NOTE)
    await run_until(jobs, done, "done")
    assert calls == [True] * 3
    assert not jobs.working


async def test_a_worker_that_fails_at_shutdown_is_not_replaced(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = asyncio.Event()

    async def fail_when_cancelled(**options: Any) -> None:
        started.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise ConnectorException from None

    monkeypatch.setattr(jobs._app, "run_worker_async", fail_when_cancelled)
    worker = asyncio.create_task(jobs.work(done, find))
    await started.wait()
    worker.cancel()
    async with asyncio.timeout(5):
        with pytest.raises(asyncio.CancelledError):
            await worker


async def test_a_job_that_waits_in_the_queue_still_is_not_queued_twice(jobs: Jobs) -> None:
    await jobs.submit(NOTE)
    async with jobs._pool.connection() as connection:
        await connection.execute("UPDATE chartloom_job SET state = 'parked'")
    assert await jobs.retry_all() == 1
    (row,) = await run_until(jobs, done, "done")
    assert row["attempt"] == 1


async def test_all_parked_jobs_are_queued_again_however_many(jobs: Jobs) -> None:
    async with jobs._pool.connection() as connection:
        await connection.execute(
            "INSERT INTO chartloom_job (reference, version, pipeline, state, failures)"
            " SELECT 'DocumentReference/' || n, '1', 'p1',"
            " CASE WHEN n <= 1005 THEN 'parked' ELSE 'skipped' END, 3"
            " FROM generate_series(1, 1010) AS n"
        )
    assert await jobs.retry_all() == 1005
    assert await jobs.count() == {"queued": 1005, "skipped": 5}
    assert await jobs.retry_all() == 0


CRASHING = """
    import asyncio, os, sys
    from server.database import open_pool
    from server.job import Job, Outcome
    from server.jobs import Jobs
    from server.settings import read_settings

    async def process(job):
        print("started", flush=True)
        await asyncio.sleep(60)

    async def find(reference):
        raise AssertionError

    async def main():
        settings = read_settings(auth="off", stalled_seconds=2)
        async with open_pool(settings) as pool:
            jobs = Jobs(pool, settings)
            await jobs.open()
            await jobs.work(process, find)

    asyncio.run(main())
"""


async def test_a_job_survives_the_death_of_its_worker(
    jobs: Jobs, settings: Settings, database_url: str
) -> None:
    await jobs.submit(NOTE)
    worker = subprocess.Popen(  # noqa: ASYNC220 - the test waits for its first line anyway
        [sys.executable, "-c", textwrap.dedent(CRASHING)],
        env=os.environ | {"DATABASE_URL": database_url},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "started\n"
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    (row,) = await run_until(jobs, done, "done")
    assert (row["attempt"], row["failures"]) == (2, 1)


async def test_a_note_that_kills_its_worker_each_time_is_parked(jobs: Jobs) -> None:
    await jobs.submit(NOTE)
    async with jobs._pool.connection() as connection:
        await connection.execute(
            "UPDATE chartloom_job SET state = 'running', failures = 2, attempt = 3"
        )
    (row,) = await run_until(jobs, done, "parked", "done")
    assert row["state"] == "parked"
    assert "died" in row["reason"]
