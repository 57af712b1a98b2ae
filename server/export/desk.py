"""What clients see of their exports: rows and files, each to the client that ordered it only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from psycopg.types.json import Jsonb

from mappers.types import Resource
from server.database import Connection, Pool
from server.errors import NotFound, Overloaded, Throttled
from server.export.manifest import BATCHES_A_FILE
from server.export.order import Order
from server.export.parts import Gzip, unpack

MOST_OF_ONE: Final = 4
"""Exports of one client that may wait or run."""
MOST: Final = 16
"""Exports of all clients that may wait or run."""
PATIENCE: Final = 60
"""Seconds after which a client may try to order again."""
_UNFINISHED: Final = "state IN ('queued', 'running')"
_DESK_LOCK: Final = 0x43484C45


@dataclass(frozen=True, slots=True)
class Status:
    """How an export stands; `wait` are the seconds after which the client may ask again."""

    state: str
    separate: bool
    progress: str = ""
    wait: int = 1
    manifest: dict[str, Any] | None = None
    expires: datetime | None = None
    failure: Resource | None = None
    code: int = 500


class Desk:
    """What routes read and write, over one pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def take(self, connection: Connection, order: Order) -> None:
        """Write the order down.

        Raises:
            Throttled: the client has too many under way.
            Overloaded: all clients together have.
        """
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_DESK_LOCK,))
        cursor = await connection.execute(
            "SELECT count(*) AS everybody, count(*) FILTER (WHERE client = %s) AS theirs"  # noqa: S608
            f" FROM chartloom_export WHERE {_UNFINISHED}",
            (order.client,),
        )
        row = await cursor.fetchone()
        if row and row["theirs"] >= MOST_OF_ONE:
            raise Throttled(
                f"{MOST_OF_ONE} exports of this client are under way", retry_after=PATIENCE
            )
        if row and row["everybody"] >= MOST:
            raise Overloaded(f"{MOST} exports are under way", retry_after=PATIENCE)
        await connection.execute(
            "INSERT INTO chartloom_export"
            " (id, client, request, level, cohort, wishes, separate, secret, instant)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                order.id,
                order.client,
                order.request,
                order.level,
                order.group,
                Jsonb(order.wishes.to_json()),
                order.separate,
                order.secret,
                order.instant,
            ),
        )

    async def status(self, key: str, client: str) -> Status:
        """Say how an export stands.

        Raises:
            NotFound: there is none for this client.
            Throttled: it is under way, and the client asks sooner than it was told to.
        """
        row = await self._row(key, client)
        if row["state"] == "done":
            return Status(
                "done", row["separate"], manifest=row["manifest"], expires=row["expires_at"]
            )
        if row["state"] == "failed":
            return Status("failed", row["separate"], failure=row["failure"], code=row["status"])
        wait = _wait(row["instant"])
        await self._pace(key, wait)
        return Status(row["state"], row["separate"], await self._progress(row), wait)

    async def result(self, key: str, client: str, name: str) -> Any:
        """Return the `report` or the `dictionary` of an export that is done.

        Raises:
            NotFound: there is none for this client.
        """
        row = await self._row(key, client)
        if row["state"] != "done":
            raise NotFound("the export is not done")
        return row[name]

    async def size(self, key: str, client: str, kind: str, number: int) -> int:
        """Return the size of a file in bytes, before compression.

        Raises:
            NotFound: there is no such file for this client.
        """
        row = await self._row(key, client)
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT sum(size)::bigint AS size FROM chartloom_export_part"
                " WHERE order_id = %s AND kind = %s AND batch / %s = %s",
                (key, kind, BATCHES_A_FILE, number),
            )
            found = await cursor.fetchone()
        if row["state"] != "done" or found is None or found["size"] is None:
            raise NotFound("no such file")
        return int(found["size"])

    async def read(self, key: str, kind: str, number: int, *, gzip: bool) -> AsyncIterator[bytes]:
        """Yield a file, part by part: a slow client holds no connection and little memory.

        Raises:
            NotFound: it went away meanwhile, which breaks the answer off.
        """
        sent = Gzip()
        if gzip:
            yield sent.start()
        after = (number * BATCHES_A_FILE, -1)
        while (part := await self._part(key, kind, number, after)) is not None:
            content, after = part
            yield sent.add(content) if gzip else unpack(content)
        async with self._pool.connection() as connection:
            cursor = await connection.execute("SELECT FROM chartloom_export WHERE id = %s", (key,))
            if await cursor.fetchone() is None:
                raise NotFound("the export was removed")
        if gzip:
            yield sent.end()

    async def delete(self, key: str, client: str) -> None:
        """Remove an export; one that runs is stopped.

        Raises:
            NotFound: there is none for this client.
        """
        await self._row(key, client)
        async with self._pool.connection() as connection:
            await connection.execute("DELETE FROM chartloom_export WHERE id = %s", (key,))

    async def check(self, key: str, client: str) -> None:
        """Make sure that there is such an export; raises as `delete` does."""
        await self._row(key, client)

    async def _row(self, key: str, client: str) -> dict[str, Any]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT * FROM chartloom_export WHERE id = %s AND client = %s"
                " AND (expires_at IS NULL OR expires_at > now())",
                (key, client),
            )
            row = await cursor.fetchone()
        if row is None:
            raise NotFound("no such export, or it has expired")
        return row

    async def _pace(self, key: str, wait: int) -> None:
        """Let the client ask again after `wait` seconds, and no sooner."""
        async with self._pool.connection() as connection:
            # A tenth of a second: clocks and networks are not that exact.
            cursor = await connection.execute(
                "UPDATE chartloom_export SET poll_after = now() + make_interval(secs => %s)"
                " WHERE id = %s AND coalesce(poll_after, now()) <= now() + interval '0.1 s'",
                (wait, key),
            )
            if cursor.rowcount == 0:
                raise Throttled("the status was asked for sooner than told", retry_after=wait)

    async def _progress(self, row: dict[str, Any]) -> str:
        if row["state"] == "queued":
            return "waiting"
        if not row["listed"]:
            return "looking for the patients"
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT count(*) AS patients, count(*) FILTER (WHERE done) AS done"
                " FROM chartloom_export_item WHERE order_id = %s AND kind = 'Patient'",
                (row["id"],),
            )
            counts = await cursor.fetchone() or {"done": 0, "patients": 0}
        return f"{counts['done']} of {counts['patients']} patients"

    async def _part(
        self, key: str, kind: str, number: int, after: tuple[int, int]
    ) -> tuple[bytes, tuple[int, int]] | None:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT batch, number, content FROM chartloom_export_part"
                " WHERE order_id = %s AND kind = %s AND (batch, number) > (%s, %s) AND batch < %s"
                " ORDER BY batch, number LIMIT 1",
                (key, kind, *after, (number + 1) * BATCHES_A_FILE),
            )
            row = await cursor.fetchone()
        return None if row is None else (bytes(row["content"]), (row["batch"], row["number"]))


def _wait(instant: datetime) -> int:
    """Return how long to wait between two questions: the longer it takes, the longer."""
    age = (datetime.now(UTC) - instant).total_seconds()
    return min(max(1, int(age / 30)), 30)
