"""Search: from a checked query to a Bundle of type searchset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import psycopg

from mappers.types import Resource
from server.database import Connection
from server.trial.clauses import Clause, order_expression, where
from server.trial.errors import UnsupportedSearch
from server.trial.paging import after, decode_cursor, encode_cursor, links
from server.trial.query import Query
from server.trial.types import Version
from server.trial.versions import COLUMNS, to_version

_CURRENT: Final = "r.type = %s AND r.current AND r.body IS NOT NULL"
_COUNT: Final = f"SELECT count(*) AS total FROM trial.resource r WHERE {_CURRENT} AND "  # noqa: S608
_TYPES: Final = {"id": "text", "updated": "timestamptz", "date": "timestamptz"}


@dataclass(frozen=True, slots=True)
class Page:
    """One page; `cursor` is where the next one starts, None after the last."""

    versions: tuple[Version, ...]
    total: int | None
    cursor: str | None


async def search(connection: Connection, query: Query, base_url: str) -> Page:
    """Find one page.

    Raises:
        UnsupportedSearch: a value or a cursor that makes no sense.
    """
    found = where(query.conditions, base_url)
    total = await _total(connection, query, found) if query.with_total else None
    if query.count == 0:
        return Page((), total, None)
    rows = await _rows(connection, query, found)
    kept = rows[: query.count]
    cursor = None
    if len(rows) > query.count:
        last = kept[-1]
        cursor = encode_cursor([*(last[f"key{n}"] for n in range(len(query.sort))), last["id"]])
    return Page(tuple(to_version(row) for row in kept), total, cursor)


def to_searchset(page: Page, query: Query, base_url: str) -> Resource:
    """Write a page as Bundle."""
    bundle: Resource = {"resourceType": "Bundle", "type": "searchset"}
    if page.total is not None:
        bundle["total"] = page.total
    bundle["link"] = links(f"{base_url}/{query.type}", query.used, page.cursor)
    if page.versions:
        bundle["entry"] = [
            {
                "fullUrl": f"{base_url}/{version.reference}",
                "resource": version.resource(),
                "search": {"mode": "match"},
            }
            for version in page.versions
        ]
    return bundle


async def _total(connection: Connection, query: Query, found: Clause) -> int:
    cursor = await connection.execute(
        _COUNT + found.sql, (query.type, *found.values), prepare=False
    )
    row = await cursor.fetchone()
    return int(row["total"]) if row else 0


async def _rows(connection: Connection, query: Query, found: Clause) -> list[dict[str, Any]]:
    keys = [(order_expression(key), _TYPES[key.kind], key.descending) for key in query.sort]
    shown = "".join(f", ({key.sql})::text AS key{n}" for n, (key, _, _) in enumerate(keys))
    order = ", ".join([*(f"{key.sql}{' DESC' * down}" for key, _, down in keys), "r.id"])
    shown_values = [value for key, _, _ in keys for value in key.values]
    behind = Clause("true")
    if query.cursor is not None:
        start = decode_cursor(query.cursor, len(keys) + 1)
        behind = after([*keys, (Clause("r.id"), "text", False)], start)
    parts = (
        "SELECT", COLUMNS + shown, "FROM trial.resource r WHERE", _CURRENT, "AND", found.sql,
        "AND", behind.sql, "ORDER BY", order, "LIMIT %s",
    )  # fmt: skip
    values = [*shown_values, query.type, *found.values, *behind.values, *shown_values]
    try:
        cursor = await connection.execute(
            " ".join(parts), [*values, query.count + 1], prepare=False
        )
    except psycopg.errors.InvalidDatetimeFormat:
        raise UnsupportedSearch("_cursor is not one of this order") from None
    return await cursor.fetchall()
