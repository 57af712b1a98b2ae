"""Locks that make conditional interactions free of races.

Rows can't be locked before they exist, so names are: two writers with the same criteria, or of the
same Type/id, take turns. All locks of a kind are taken in one order and criteria come before ids,
so no two transactions can wait for each other. PostgreSQL gives them back at the end of the
transaction, also when the process dies.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b

from server.database import Connection
from server.trial.query import Condition
from server.trial.types import Key


async def lock_criteria(
    connection: Connection, criteria: Iterable[tuple[str, Sequence[Condition]]]
) -> None:
    """Take turns with all who use the same criteria on the same type."""
    await _lock(connection, {f"criteria {kind} {tuple(found)!r}" for kind, found in criteria})


async def lock_keys(connection: Connection, keys: Iterable[Key]) -> None:
    """Take turns with all who write the same resources."""
    await _lock(connection, {f"resource {kind}/{name}" for kind, name in keys})


async def _lock(connection: Connection, names: set[str]) -> None:
    if names:
        await connection.execute(
            "SELECT pg_advisory_xact_lock(n) FROM unnest(%s::bigint[]) AS n",
            (sorted(map(_number, names)),),
        )


def _number(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)
