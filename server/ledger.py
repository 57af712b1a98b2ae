"""What became of each piece of work: the rows of `chartloom_job`.

Each function works on a connection whose transaction is the caller's, so that the queue and the
ledger are written together or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg.types.json import Jsonb

from server.database import Connection
from server.errors import NotFound
from server.job import Job, Outcome

Row = dict[str, Any]


async def enter(connection: Connection, job: Job) -> Row | None:
    """Write a job down unless it is known already; its row when it is to be queued.

    A version is read once. A job without one says nothing of what it read, so it may be queued
    again once it has ended; while it runs, it is marked to be queued again at its end.
    """
    cursor = await connection.execute(
        "INSERT INTO chartloom_job AS old (reference, version, pipeline)"
        " VALUES (%s, %s, %s) ON CONFLICT (reference, version, pipeline) DO UPDATE SET"
        " state = CASE WHEN old.state = 'running' THEN 'running' ELSE 'queued' END,"
        " again = old.state = 'running',"
        " failures = CASE WHEN old.state = 'running' THEN old.failures ELSE 0 END,"
        " queued_at = now(), finished_at = NULL"
        " WHERE old.version = '' AND old.state NOT IN ('queued', 'retrying')"
        " RETURNING id, state, reference",
        (job.reference, job.version, job.pipeline),
    )
    row = await cursor.fetchone()
    return row if row is not None and row["state"] == "queued" else None


async def begin(connection: Connection, job_id: int) -> Row | None:
    """Mark a job as running; nothing when it has ended already.

    A row that is still `running` was left so by a worker that died: that counts as a failure.
    """
    cursor = await connection.execute(
        "UPDATE chartloom_job SET state = 'running', started_at = now(),"
        " attempt = attempt + 1, again = false,"
        " failures = failures + (CASE WHEN state = 'running' THEN 1 ELSE 0 END)"
        " WHERE id = %s AND state IN ('queued', 'retrying', 'running') RETURNING *",
        (job_id,),
    )
    return await cursor.fetchone()


async def end(
    connection: Connection, job_id: int, outcome: Outcome, failures: int | None = None
) -> Row | None:
    """Write down how a job ended; its row when it was submitted again while it ran.

    What it read may be older than that, so such a job is to be queued once more, and is marked so.
    """
    cursor = await connection.execute(
        "UPDATE chartloom_job SET state = %s, reason = %s, summary = %s,"
        " failures = coalesce(%s, failures), finished_at = now() WHERE id = %s"
        " RETURNING id, reference, again",
        (outcome.state, outcome.reason, Jsonb(dict(outcome.summary)), failures, job_id),
    )
    row = await cursor.fetchone()
    if row is None or not row["again"] or outcome.state == "retrying":
        return None
    await connection.execute(
        "UPDATE chartloom_job SET state = 'queued', failures = 0, finished_at = NULL,"
        " again = false WHERE id = %s",
        (job_id,),
    )
    return row


async def reopen(
    connection: Connection, states: Sequence[str], job_id: int | None = None
) -> list[Row]:
    """Mark jobs of these states as queued, all of them or the one of this id; their rows."""
    cursor = await connection.execute(
        "UPDATE chartloom_job SET state = 'queued', failures = 0, finished_at = NULL"
        " WHERE state = ANY(%(states)s) AND id = coalesce(%(id)s, id) RETURNING id, reference",
        {"states": list(states), "id": job_id},
    )
    return await cursor.fetchall()


async def rows(connection: Connection, states: Sequence[str], limit: int) -> list[Row]:
    """The latest rows first; all states when none is named."""
    cursor = await connection.execute(
        "SELECT * FROM chartloom_job WHERE cardinality(%(states)s::text[]) = 0"
        " OR state = ANY(%(states)s) ORDER BY id DESC LIMIT %(limit)s",
        {"states": list(states), "limit": limit},
    )
    return await cursor.fetchall()


async def row(connection: Connection, job_id: int) -> Row:
    """One row.

    Raises:
        NotFound: there is no such job.
    """
    cursor = await connection.execute("SELECT * FROM chartloom_job WHERE id = %s", (job_id,))
    if (found := await cursor.fetchone()) is None:
        raise NotFound(f"no job {job_id}")
    return found


async def counts(connection: Connection) -> dict[str, int]:
    """How many jobs there are, by state."""
    cursor = await connection.execute(
        "SELECT state, count(*) AS jobs FROM chartloom_job GROUP BY state"
    )
    return {found["state"]: found["jobs"] for found in await cursor.fetchall()}
