"""Whose turn it is to deliver: one process at a time for each Subscription.

A lease ends by itself, so that what a killed process held is taken up again. No transaction is
open while a subscriber is being called: one that is slow must not hold up those who write.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from server.database import Connection
from server.trial.errors import Unprocessable
from server.trial.locks import lock_keys
from server.trial.notification_bundle import Event, State
from server.trial.subscription_state import EVENTS_KEPT, events, to_state
from server.trial.types import Version
from server.trial.versions import add, current_versions

Status = Literal["active", "error", "off"]

DEFAULT_TIMEOUT: Final = 5
LONGEST_TIMEOUT: Final = 30
MARGIN: Final = 5
"""Seconds between the end of a call and the end of its lease."""

_NEXT: Final = (
    "SELECT s.id, s.events, s.delivered, s.failures FROM trial.subscription s"
    " WHERE (s.lease IS NULL OR s.lease_until < clock_timestamp())"
    " AND s.due <= clock_timestamp() AND (s.status = 'requested' OR s.status = 'active'"
    " AND (s.events > s.delivered OR s.heartbeat <= clock_timestamp()))"
    " ORDER BY s.due, s.id LIMIT 1 FOR UPDATE SKIP LOCKED"
)
_HOLD: Final = (
    "UPDATE trial.subscription SET lease = %s, lease_until = clock_timestamp() + %s WHERE id = %s"
)
_RELEASE: Final = "UPDATE trial.subscription SET lease = NULL WHERE id = %s AND lease = %s"
_DONE: Final = (
    "UPDATE trial.subscription SET lease = NULL, failures = 0, due = clock_timestamp(),"
    " delivered = %s, heartbeat = clock_timestamp() + %s WHERE id = %s AND lease = %s"
)
_FAILED: Final = (
    "UPDATE trial.subscription SET lease = NULL, failures = failures + 1,"
    " due = clock_timestamp() + %s WHERE id = %s AND lease = %s AND status = %s"
)
_STATUS: Final = (
    "UPDATE trial.subscription SET status = %s, failures = 0 WHERE id = %s AND status = %s"
)
_SILENCE: Final = "UPDATE trial.subscription SET status = 'off' WHERE id = %s"
_PRUNE: Final = "DELETE FROM trial.subscription_event WHERE subscription = %s AND number <= %s"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to call one subscriber once, and what to tell it."""

    token: uuid.UUID
    state: State
    events: tuple[Event, ...]
    delivered: int
    failures: int

    @property
    def timeout(self) -> int:
        """Seconds that the call may take."""
        return min(self.state.definition.timeout or DEFAULT_TIMEOUT, LONGEST_TIMEOUT)


async def take(connection: Connection) -> Lease | None:
    """Take the Subscription that has waited longest, or None if nothing is due."""
    row = await (await connection.execute(_NEXT)).fetchone()
    if row is None:
        return None
    key = ("Subscription", row["id"])
    try:
        state = to_state((await current_versions(connection, [key]))[key], row["events"])
    except Unprocessable:
        # Taken by an earlier release, which could do what this one can't.
        await connection.execute(_SILENCE, (row["id"],))
        return None
    due: Sequence[Event] = ()
    if state.status == "active":
        due = await events(
            connection, state.id, since=row["delivered"] + 1, limit=state.definition.max_count
        )
    lease = Lease(uuid.uuid4(), state, tuple(due), row["delivered"], row["failures"])
    hold = timedelta(seconds=lease.timeout + MARGIN)
    await connection.execute(_HOLD, (lease.token, hold, state.id))
    return lease


async def release(connection: Connection, lease: Lease) -> None:
    """Give it back without having called."""
    await connection.execute(_RELEASE, (lease.state.id, lease.token))


async def done(connection: Connection, lease: Lease) -> None:
    """Note that the subscriber has what it was told."""
    state = lease.state
    delivered = lease.events[-1].number if lease.events else lease.delivered
    period = state.definition.heartbeat
    wait = None if period is None else timedelta(seconds=period)
    await connection.execute(_DONE, (delivered, wait, state.id, lease.token))
    await connection.execute(_PRUNE, (state.id, delivered - EVENTS_KEPT))


async def failed(connection: Connection, lease: Lease, delay: timedelta) -> None:
    """Note that it has to be told again, after `delay`."""
    state = lease.state
    await connection.execute(_FAILED, (delay, state.id, lease.token, state.status))
    # A caller that reset the Subscription meanwhile starts afresh: only the lease is ours then.
    await release(connection, lease)


async def set_status(
    connection: Connection,
    lease: Lease,
    status: Status,
    base_url: str,
    *,
    error: str | None = None,
) -> None:
    """Give the Subscription another status, unless a caller changed it meanwhile."""
    key = ("Subscription", lease.state.id)
    await lock_keys(connection, [key])
    version = (await current_versions(connection, [key])).get(key)
    if version is None or version.body is None or version.body["status"] != lease.state.status:
        return
    rest = {name: value for name, value in version.body.items() if name != "error"}
    body = rest | {"status": status} | ({"error": error} if error else {})
    cursor = await connection.execute("SELECT date_trunc('milliseconds', clock_timestamp()) AS now")
    row = await cursor.fetchone()
    assert row is not None
    changed = Version(*key, version.number + 1, row["now"], "PUT", body)
    await add(connection, [changed], base_url)
    await connection.execute(_STATUS, (status, lease.state.id, lease.state.status))
