"""From written resources to events of Subscriptions, in the transaction that writes them.

Either both are there after a crash, or neither. Numbers have no gaps, since the row of the
Subscription is locked from its counter's increase to the end of the transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from server.database import Connection
from server.trial.clauses import where
from server.trial.errors import Unprocessable
from server.trial.subscription import Definition, read_definition
from server.trial.types import Version
from server.trial.versions import COLUMNS, to_version

CHANNEL: Final = "chartloom_trial_subscription"
"""The NOTIFY channel that wakes those who deliver."""

_LIVE: Final = (
    f"SELECT {COLUMNS} FROM trial.subscription s"  # noqa: S608 - a constant
    " JOIN trial.resource r ON r.type = 'Subscription' AND r.id = s.id AND r.current"
    " WHERE s.status <> 'off' AND r.body IS NOT NULL ORDER BY s.id"
)
# A reset by the caller also forgets the failures, so that it is tried at once.
_REGISTER: Final = (
    "INSERT INTO trial.subscription (id, status) VALUES (%s, %s) ON CONFLICT (id) DO UPDATE SET"
    " status = excluded.status, failures = 0, due = now()"
)
_COUNT: Final = "UPDATE trial.subscription SET events = events + %s WHERE id = %s RETURNING events"
_EVENTS: Final = (
    "INSERT INTO trial.subscription_event (subscription, number, type, id, version)"
    " SELECT %s, number, type, id, version FROM"
    " unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[]) AS n (number, type, id, version)"
)


async def follow(connection: Connection, changed: Sequence[Version], base_url: str) -> None:
    """Register the Subscriptions among the versions, and note events for those that match."""
    subscriptions = [version for version in changed if version.type == "Subscription"]
    for version in subscriptions:
        await _register(connection, version)
    others = [version for version in changed if version.body and version.type != "Subscription"]
    noted = bool(others) and await _note(connection, others, base_url)
    if subscriptions or noted:
        await connection.execute("SELECT pg_notify(%s, '')", (CHANNEL,))


async def _register(connection: Connection, version: Version) -> None:
    if version.body is None:
        await connection.execute("DELETE FROM trial.subscription WHERE id = %s", (version.id,))
    else:
        await connection.execute(_REGISTER, (version.id, version.body["status"]))


async def _note(connection: Connection, versions: Sequence[Version], base_url: str) -> bool:
    cursor = await connection.execute(_LIVE)
    noted = False
    for row in await cursor.fetchall():
        found = to_version(row)
        definition = _definition(found)
        if definition is None:
            continue
        if definition.end is not None and definition.end <= versions[0].updated:
            continue
        fired = [
            version
            for resource_type in definition.triggers
            for version in await _matching(
                connection, definition, resource_type, versions, base_url
            )
        ]
        if fired:
            await _enqueue(connection, found.id, fired)
            noted = True
    return noted


def _definition(subscription: Version) -> Definition | None:
    """None if an earlier release took what this one does not: writers must not suffer for it."""
    try:
        return read_definition(subscription.body or {})
    except Unprocessable:
        return None


async def _matching(
    connection: Connection,
    definition: Definition,
    resource_type: str,
    versions: Sequence[Version],
    base_url: str,
) -> list[Version]:
    candidates = [version for version in versions if version.type == resource_type]
    conditions = definition.triggers[resource_type]
    if not candidates or not conditions:
        return candidates
    clause = where(conditions, base_url)
    sql = (
        "SELECT r.id FROM trial.resource r WHERE r.type = %s AND r.id = ANY(%s) AND r.current AND "
    )
    ids = [version.id for version in candidates]
    cursor = await connection.execute(
        sql + clause.sql, (resource_type, ids, *clause.values), prepare=False
    )
    matching = {row["id"] for row in await cursor.fetchall()}
    return [version for version in candidates if version.id in matching]


async def _enqueue(connection: Connection, subscription: str, versions: Sequence[Version]) -> None:
    cursor = await connection.execute(_COUNT, (len(versions), subscription))
    row = await cursor.fetchone()
    if row is None:
        return
    first = row["events"] - len(versions) + 1
    numbers = list(range(first, row["events"] + 1))
    await connection.execute(
        _EVENTS,
        (
            subscription,
            numbers,
            [version.type for version in versions],
            [version.id for version in versions],
            [version.number for version in versions],
        ),
    )
