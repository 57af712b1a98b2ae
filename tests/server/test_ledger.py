"""What the rows of `chartloom_job` say; how the queue and they go together is in test_jobs.py."""

from __future__ import annotations

from collections.abc import AsyncIterator

import psycopg
import pytest

from server import ledger
from server.database import Connection, open_pool
from server.errors import NotFound
from server.job import Job, Outcome
from server.settings import read_settings

NOTE = Job("DocumentReference/1", "1", "p1")
UNVERSIONED = Job("DocumentReference/1", "", "p1")
DONE = Outcome("done", summary={"language": "en"})


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    settings = read_settings(DATABASE_URL=database_url, auth="off")
    async with open_pool(settings) as pool, pool.connection() as connection:
        yield connection


async def entered(connection: Connection, job: Job = NOTE) -> int:
    row = await ledger.enter(connection, job)
    assert row is not None
    return int(row["id"])


async def begun(connection: Connection, job: Job = NOTE) -> int:
    identity = await entered(connection, job)
    assert await ledger.begin(connection, identity) is not None
    return identity


async def test_a_job_goes_from_queued_through_running_to_its_end(connection: Connection) -> None:
    identity = await entered(connection)
    queued = await ledger.row(connection, identity)
    assert (queued["state"], queued["attempt"], queued["started_at"]) == ("queued", 0, None)
    running = await ledger.begin(connection, identity)
    assert running is not None
    assert (running["state"], running["attempt"], running["failures"]) == ("running", 1, 0)
    assert await ledger.end(connection, identity, DONE) is None
    done = await ledger.row(connection, identity)
    assert (done["state"], done["summary"]) == ("done", {"language": "en"})
    assert done["queued_at"] <= done["started_at"] <= done["finished_at"]


@pytest.mark.parametrize("state", ["done", "skipped", "parked"])
async def test_what_has_ended_is_not_begun_again(connection: Connection, state: str) -> None:
    identity = await begun(connection)
    await ledger.end(connection, identity, Outcome(state, "why"))
    assert await ledger.begin(connection, identity) is None
    row = await ledger.row(connection, identity)
    assert (row["state"], row["reason"], row["attempt"]) == (state, "why", 1)
    assert await ledger.begin(connection, identity + 1) is None


async def test_a_death_counts_as_a_failure_and_a_wait_does_not(connection: Connection) -> None:
    identity = await begun(connection)
    died = await ledger.begin(connection, identity)
    assert died is not None
    assert (died["attempt"], died["failures"]) == (2, 1)
    assert await ledger.end(connection, identity, Outcome("retrying", "HTTP 503")) is None
    waited = await ledger.begin(connection, identity)
    assert waited is not None
    assert (waited["attempt"], waited["failures"]) == (3, 1)
    await ledger.end(connection, identity, Outcome("retrying", "ValueError"), failures=2)
    assert (await ledger.row(connection, identity))["failures"] == 2


async def test_what_was_submitted_while_it_ran_is_queued_at_its_end_and_no_sooner(
    connection: Connection,
) -> None:
    identity = await begun(connection, UNVERSIONED)
    assert await ledger.enter(connection, UNVERSIONED) is None
    assert await ledger.end(connection, identity, Outcome("retrying", "HTTP 503")) is None
    assert (await ledger.row(connection, identity))["state"] == "retrying"
    assert await ledger.begin(connection, identity) is not None
    assert await ledger.enter(connection, UNVERSIONED) is None
    again = await ledger.end(connection, identity, DONE, failures=2)
    assert again is not None
    assert (again["id"], again["reference"]) == (identity, UNVERSIONED.reference)
    row = await ledger.row(connection, identity)
    assert (row["state"], row["failures"], row["again"]) == ("queued", 0, False)
    assert row["finished_at"] is None


async def test_only_the_states_and_the_job_that_are_asked_for_are_reopened(
    connection: Connection,
) -> None:
    states = {"1": "parked", "2": "parked", "3": "skipped", "4": "done"}
    identities = {}
    for version, state in states.items():
        identities[version] = await begun(connection, Job(NOTE.reference, version, "p1"))
        await ledger.end(connection, identities[version], Outcome(state), failures=3)
    (only,) = await ledger.reopen(connection, ["parked"], identities["2"])
    assert only == {"id": identities["2"], "reference": NOTE.reference}
    assert await ledger.reopen(connection, ["parked"], identities["3"]) == []
    rows = await ledger.rows(connection, [], 9)
    assert [(row["version"], row["state"], row["failures"]) for row in rows] == [
        ("4", "done", 3),
        ("3", "skipped", 3),
        ("2", "queued", 0),
        ("1", "parked", 3),
    ]


async def test_rows_are_the_latest_of_the_states(connection: Connection) -> None:
    for version in "123":
        await entered(connection, Job(NOTE.reference, version, "p1"))
    done = await begun(connection, Job(NOTE.reference, "4", "p1"))
    await ledger.end(connection, done, DONE)

    async def versions(*states: str, limit: int = 9) -> str:
        return "".join(row["version"] for row in await ledger.rows(connection, states, limit))

    assert await versions() == "4321"
    assert await versions("queued", limit=2) == "32"
    assert await versions("done", "parked") == "4"
    assert await ledger.counts(connection) == {"queued": 3, "done": 1}


async def test_a_row_that_is_not_there(connection: Connection) -> None:
    assert await ledger.counts(connection) == {}
    with pytest.raises(NotFound, match="no job 7"):
        await ledger.row(connection, 7)


async def test_a_state_that_nobody_knows_is_refused(connection: Connection) -> None:
    identity = await begun(connection)
    with pytest.raises(psycopg.errors.CheckViolation):
        await ledger.end(connection, identity, Outcome("lost"))
