"""What the store counts about Subscriptions, and the events that it keeps for them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from server.database import Connection
from server.trial.errors import Unprocessable
from server.trial.notification_bundle import Event, State
from server.trial.subscription import read_definition
from server.trial.types import Version
from server.trial.versions import COLUMNS, to_version

LARGEST_NUMBER: Final = 2**63 - 1
EVENTS_KEPT: Final = 1000
"""Delivered events that $events can still give."""

_STATES: Final = (
    f"SELECT {COLUMNS}, s.events FROM trial.subscription s"  # noqa: S608 - a constant
    " JOIN trial.resource r ON r.type = 'Subscription' AND r.id = s.id AND r.current"
    " WHERE (s.id = ANY(%s) OR %s) AND (s.status = ANY(%s) OR %s) ORDER BY s.id"
)
_EVENTS: Final = (
    f"SELECT {COLUMNS}, e.number FROM trial.subscription_event e"  # noqa: S608 - a constant
    " JOIN trial.resource r ON r.type = e.type AND r.id = e.id AND r.version = e.version"
    " WHERE e.subscription = %s AND e.number BETWEEN %s AND %s ORDER BY e.number LIMIT %s"
)


async def states(
    connection: Connection, ids: Sequence[str] = (), statuses: Sequence[str] = ()
) -> list[State]:
    """Return the Subscriptions with these ids and these statuses; none given means all."""
    values = (list(ids), not ids, list(statuses), not statuses)
    cursor = await connection.execute(_STATES, values, prepare=False)
    found = []
    for row in await cursor.fetchall():
        # One that an earlier release took and this one can't do has no status to tell.
        with suppress(Unprocessable):
            found.append(to_state(to_version(row), row["events"]))
    return found


def to_state(version: Version, events: int) -> State:
    """Read a stored Subscription."""
    body = version.body or {}
    return State(version.id, read_definition(body), body["status"], events, body.get("error"))


async def events(
    connection: Connection,
    subscription: str,
    *,
    since: int,
    until: int = LARGEST_NUMBER,
    limit: int,
) -> list[Event]:
    """Return events by number, both ends included, with the versions that fired."""
    cursor = await connection.execute(_EVENTS, (subscription, since, until, limit))
    return [Event(row["number"], to_version(row)) for row in await cursor.fetchall()]
