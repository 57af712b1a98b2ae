"""What an export is of: patients and what they refer to, parted into batches."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from server.database import Connection
from server.export.order import Order

BATCH: Final = 20
"""Patients, or other resources, that are exported together."""


async def add_items(
    connection: Connection, order: Order, items: Collection[tuple[str, str]]
) -> None:
    """Note type and id of each, once."""
    if not items:
        return
    kinds, ids = zip(*sorted(items), strict=True)
    await connection.execute(
        "INSERT INTO chartloom_export_item (order_id, kind, id)"
        " SELECT %s, kind, id FROM unnest(%s::text[], %s::text[]) AS n (kind, id)"
        " ON CONFLICT DO NOTHING",
        (order.id, list(kinds), list(ids)),
    )


async def assign_batches(connection: Connection, order: Order) -> None:
    """Number what has no batch yet: `BATCH` of one type each, after those that have one."""
    await connection.execute(
        "WITH base AS (SELECT coalesce(max(batch) + 1, 0) AS first FROM chartloom_export_item"
        "  WHERE order_id = %(id)s),"
        " placed AS (SELECT kind, id, (row_number() OVER (PARTITION BY kind ORDER BY id) - 1)"
        "  / %(size)s AS place FROM chartloom_export_item"
        "  WHERE order_id = %(id)s AND batch IS NULL),"
        " numbered AS (SELECT kind, id, dense_rank() OVER (ORDER BY kind, place) - 1 AS number"
        "  FROM placed)"
        " UPDATE chartloom_export_item i SET batch = base.first + n.number"
        " FROM numbered n, base"
        " WHERE i.order_id = %(id)s AND i.kind = n.kind AND i.id = n.id",
        {"id": order.id, "size": BATCH},
    )


async def forget_items(connection: Connection, order: Order) -> None:
    """Remove the lists of real ids: nothing needs them any more."""
    await connection.execute("DELETE FROM chartloom_export_item WHERE order_id = %s", (order.id,))
    await connection.execute(
        "UPDATE chartloom_export SET wishes = jsonb_set(wishes, '{patients}', 'null')"
        " WHERE id = %s",
        (order.id,),
    )
