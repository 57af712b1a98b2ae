"""The rows of an export, written by its worker; routes read them (server/export/desk.py).

Everything that a worker writes is tied to its turn (`run`): once another one has taken the order
up, or the client has deleted it, `Lost` says so and nothing is written.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib import resources
from typing import Any, Final

from psycopg.types.json import Json, Jsonb

from mappers.types import Resource
from server.database import SCHEMA_LOCK, Connection, Pool
from server.errors import ServiceError
from server.export.items import add_items, assign_batches, forget_items
from server.export.manifest import BATCHES_A_FILE, File
from server.export.order import Batch, Order, Wishes
from server.export.parts import OUTCOME, Part
from server.export.tally import Tally, Yield
from server.trial.dates import instant

LAST: Final = 1_000_000
"""Number of the part that is written at the end of all."""
CLAIMED: Final = "Provenance"
"""One of several targets belongs to the batch that meets it first."""

SCHEMA: Final = resources.files(__package__).joinpath("schema.sql").read_text("utf-8")


class Lost(ServiceError):
    """The order was deleted, or another worker has taken it up."""


def to_order(row: Mapping[str, Any]) -> Order:
    """Read a row of chartloom_export."""
    run, secret = row["run"], row["secret"]
    return Order(
        id=row["id"],
        client=row["client"],
        request=row["request"],
        level=row["level"],
        group=row["cohort"],
        wishes=Wishes.from_json(row["wishes"]),
        instant=instant(row["instant"]),
        separate=row["separate"],
        secret=None if secret is None else bytes(secret),
        run=None if run is None else str(run),
        listed=row["listed"],
    )


class Ledger:
    """What workers write, over one pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def open(self) -> None:
        """Create the tables that are missing; several servers may call it at once."""
        async with self._pool.connection() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", (SCHEMA_LOCK,))
            await connection.execute(SCHEMA)

    async def begin(self, key: str) -> tuple[Order, int] | None:
        """Take the order up; returns it and how many turns in a row have come to nothing.

        None when it has ended or was deleted.
        """
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "UPDATE chartloom_export SET state = 'running', run = %s, failures = failures + 1"
                " WHERE id = %s AND state IN ('queued', 'running') RETURNING *",
                (uuid.uuid4(), key),
            )
            row = await cursor.fetchone()
        return None if row is None else (to_order(row), row["failures"] - 1)

    async def add(self, order: Order, kind: str, ids: Collection[str]) -> None:
        """Note what is to be exported, each once."""
        async with self._mine(order) as (connection, _):
            await add_items(connection, order, {(kind, one) for one in ids})

    async def close_list(self, order: Order) -> None:
        """All patients are known: part them into batches, in the order of their ids."""
        async with self._mine(order) as (connection, _):
            await assign_batches(connection, order)
            await connection.execute(
                "UPDATE chartloom_export SET listed = true WHERE id = %s", (order.id,)
            )

    async def assign(self, order: Order) -> None:
        """Part what the patients' resources refer to into batches."""
        async with self._mine(order) as (connection, _):
            await assign_batches(connection, order)

    async def pending(self, order: Order, limit: int) -> list[Batch]:
        """Return the next batches that are not done."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT batch, kind, array_agg(id ORDER BY id) AS ids FROM chartloom_export_item"
                " WHERE order_id = %s AND NOT done AND batch IS NOT NULL AND kind <> %s"
                " GROUP BY batch, kind ORDER BY batch LIMIT %s",
                (order.id, CLAIMED, limit),
            )
            rows = await cursor.fetchall()
        return [Batch(row["batch"], row["kind"], tuple(row["ids"])) for row in rows]

    async def clear(self, order: Order, batch: Batch) -> None:
        """Remove what an earlier turn left of a batch that it did not finish."""
        async with self._mine(order) as (connection, _):
            await connection.execute(
                "DELETE FROM chartloom_export_part WHERE order_id = %s AND batch = %s",
                (order.id, batch.number),
            )
            await connection.execute(
                "DELETE FROM chartloom_export_item"
                " WHERE order_id = %s AND batch = %s AND kind <> %s",
                (order.id, batch.number, batch.kind),
            )

    async def claim(self, order: Order, batch: Batch, ids: Collection[str]) -> frozenset[str]:
        """Return those Provenances that no other batch exports; from now on this one does."""
        async with self._mine(order) as (connection, _):
            cursor = await connection.execute(
                "INSERT INTO chartloom_export_item (order_id, kind, id, batch)"
                " SELECT %s, %s, unnest(%s::text[]), %s ON CONFLICT DO NOTHING RETURNING id",
                (order.id, CLAIMED, list(ids), batch.number),
            )
            return frozenset(row["id"] for row in await cursor.fetchall())

    async def keep(self, order: Order, batch: Batch, parts: Sequence[Part], first: int) -> None:
        """Write parts of a batch that goes on, numbered from `first`."""
        async with self._mine(order) as (connection, _):
            await _keep(connection, order, batch, parts, first)

    async def finish(
        self, order: Order, batch: Batch, parts: Sequence[Part], first: int, found: Yield
    ) -> None:
        """Write the last parts of a batch and what it found; then it is done."""
        async with self._mine(order) as (connection, row):
            await _keep(connection, order, batch, parts, first)
            await add_items(connection, order, found.referred)
            await connection.execute(
                "UPDATE chartloom_export_item SET done = true WHERE order_id = %s AND batch = %s",
                (order.id, batch.number),
            )
            sums = Tally.from_json(row["tally"])
            sums.add(found.tally)
            await connection.execute(
                "UPDATE chartloom_export SET tally = %s, failures = 0 WHERE id = %s",
                (Jsonb(sums.to_json()), order.id),
            )

    async def unsearched(self, order: Order, kind: str | None = None) -> frozenset[str]:
        """Return the types that the store refuses to search, `kind` being one more."""
        async with self._mine(order) as (connection, row):
            known = {*row["unsearched"], *([kind] if kind else [])}
            await connection.execute(
                "UPDATE chartloom_export SET unsearched = %s WHERE id = %s",
                (sorted(known), order.id),
            )
        return frozenset(known)

    async def tally(self, order: Order) -> Tally:
        """Return what the batches done so far have counted."""
        async with self._mine(order) as (_, row):
            return Tally.from_json(row["tally"])

    async def close_files(self, order: Order, parts: Sequence[Part]) -> list[File]:
        """Write what is to be told of the whole, in place of an earlier turn's; list the files."""
        last = Batch(0, OUTCOME, ())
        async with self._mine(order) as (connection, _):
            await connection.execute(
                "DELETE FROM chartloom_export_part WHERE order_id = %s AND number >= %s",
                (order.id, LAST),
            )
            await _keep(connection, order, last, parts, LAST)
            cursor = await connection.execute(
                "SELECT kind, batch / %s AS number, sum(count)::bigint AS count"
                " FROM chartloom_export_part WHERE order_id = %s GROUP BY 1, 2 ORDER BY 1, 2",
                (BATCHES_A_FILE, order.id),
            )
            rows = await cursor.fetchall()
        return [File(row["kind"], row["number"], row["count"]) for row in rows]

    async def done(self, order: Order, results: Mapping[str, Any], hours: float) -> None:
        """End it well: `results` are manifest, report and dictionary. Its key is thrown away."""
        async with self._mine(order) as (connection, _):
            await connection.execute(
                "UPDATE chartloom_export SET state = 'done', secret = NULL, run = NULL,"
                " manifest = %(manifest)s, report = %(report)s, dictionary = %(dictionary)s,"
                " finished_at = now(), expires_at = now() + make_interval(secs => %(seconds)s)"
                " WHERE id = %(id)s",
                {name: Json(value) for name, value in results.items()}
                | {"seconds": 3600 * hours, "id": order.id},
            )
            await forget_items(connection, order)

    async def fail(self, order: Order, failure: Resource, status: int, hours: float) -> None:
        """End it with an OperationOutcome; its files are removed at once."""
        async with self._mine(order) as (connection, _):
            await connection.execute(
                "DELETE FROM chartloom_export_part WHERE order_id = %s", (order.id,)
            )
            await forget_items(connection, order)
            await connection.execute(
                "UPDATE chartloom_export SET state = 'failed', secret = NULL, run = NULL,"
                " failure = %s, status = %s, finished_at = now(),"
                " expires_at = now() + make_interval(secs => %s) WHERE id = %s",
                (Json(failure), status, 3600 * hours, order.id),
            )

    async def again(self, order: Order, *, counts: bool) -> None:
        """Leave it to a later turn; `counts`: this one counts as one that came to nothing."""
        async with self._mine(order) as (connection, _):
            await connection.execute(
                "UPDATE chartloom_export SET state = 'queued', run = NULL,"
                " failures = failures - %s WHERE id = %s",
                (0 if counts else 1, order.id),
            )

    async def unfinished(self) -> list[str]:
        """Return the orders that wait or run."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT id FROM chartloom_export WHERE state IN ('queued', 'running')"
                " ORDER BY instant"
            )
            return [row["id"] for row in await cursor.fetchall()]

    async def sweep(self) -> int:
        """Remove the exports that have expired, and return how many."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "DELETE FROM chartloom_export WHERE expires_at <= now()"
            )
            return cursor.rowcount

    @asynccontextmanager
    async def _mine(self, order: Order) -> AsyncIterator[tuple[Connection, dict[str, Any]]]:
        """A transaction in which the order's row is locked and this turn is still the one."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT * FROM chartloom_export WHERE id = %s AND run = %s AND state = 'running'"
                " FOR UPDATE",
                (order.id, order.run),
            )
            row = await cursor.fetchone()
            if row is None:
                raise Lost("the export was deleted, or taken up by another worker")
            yield connection, row


async def _keep(
    connection: Connection, order: Order, batch: Batch, parts: Sequence[Part], first: int
) -> None:
    rows = [
        (order.id, part.kind, batch.number, number, part.count, part.size, part.content)
        for number, part in enumerate(parts, first)
    ]
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO chartloom_export_part"
            " (order_id, kind, batch, number, count, size, content)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            rows,
        )
