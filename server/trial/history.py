"""History of a resource or of a type: a Bundle of type history, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from mappers.types import Resource
from server.database import Connection
from server.trial.clauses import Clause
from server.trial.dates import date_range, instant
from server.trial.errors import NotFound, UnsupportedSearch
from server.trial.paging import after, decode_cursor, encode_cursor, links
from server.trial.query import DEFAULT_COUNT, LARGEST_COUNT, Pair
from server.trial.search_parameters import FORMAT_PARAMETERS
from server.trial.types import Version
from server.trial.versions import COLUMNS, to_version

_ORDER: Final = "ORDER BY r.updated DESC, r.id DESC, r.version DESC LIMIT %s"
_KEYS: Final = (
    (Clause("r.updated"), "timestamptz", True),
    (Clause("r.id"), "text", True),
    (Clause("r.version"), "bigint", True),
)


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """Which versions: of one resource, or of all of a type where `id` is None."""

    type: str
    id: str | None
    since: Clause
    count: int
    cursor: str | None
    used: tuple[Pair, ...]


def parse_history(
    resource_type: str, resource_id: str | None, pairs: Sequence[Pair], *, lenient: bool = False
) -> HistoryQuery:
    """Check the parameters _since, _count and _cursor.

    Raises:
        UnsupportedSearch: another parameter, or a value that makes no sense.
    """
    given = {name: value for name, value in pairs if name not in FORMAT_PARAMETERS}
    if given.keys() - {"_since", "_count", "_cursor"} and not lenient:
        raise UnsupportedSearch("history: only _since and _count are supported")
    count = given.get("_count", str(DEFAULT_COUNT))
    span = date_range(given["_since"]) if "_since" in given else None
    if not count.isdecimal() or ("_since" in given and span is None):
        raise UnsupportedSearch("history: _count is not a number, or _since not an instant")
    return HistoryQuery(
        resource_type,
        resource_id,
        Clause("r.updated >= %s", (span.low,)) if span else Clause("true"),
        max(1, min(int(count), LARGEST_COUNT)),
        given.get("_cursor"),
        tuple((name, given[name]) for name in ("_since", "_count") if name in given),
    )


async def history(connection: Connection, query: HistoryQuery, base_url: str) -> Resource:
    """Return one page of history.

    Raises:
        NotFound: the resource never existed.
    """
    scope = _scope(query)
    total = await _count(connection, scope)
    if query.id is not None and total == 0:
        raise NotFound("no such resource")
    rows = await _rows(connection, query, scope)
    versions = [to_version(row) for row in rows[: query.count]]
    cursor = None
    if len(rows) > query.count:
        last = rows[query.count - 1]
        cursor = encode_cursor([last["updated"].isoformat(), last["id"], str(last["version"])])
    path = f"{query.type}/{query.id}" if query.id else query.type
    return {
        "resourceType": "Bundle",
        "type": "history",
        "total": total,
        "link": links(f"{base_url}/{path}/_history", query.used, cursor),
        "entry": [_entry(version, base_url) for version in versions],
    }


def _scope(query: HistoryQuery) -> Clause:
    if query.id is None:
        return Clause("r.type = %s", (query.type,))
    return Clause("r.type = %s AND r.id = %s", (query.type, query.id))


async def _count(connection: Connection, scope: Clause) -> int:
    sql = "SELECT count(*) AS total FROM trial.resource r WHERE "
    row = await (await connection.execute(sql + scope.sql, scope.values)).fetchone()
    return int(row["total"]) if row else 0


async def _rows(connection: Connection, query: HistoryQuery, scope: Clause) -> list[dict[str, Any]]:
    behind = Clause("true")
    if query.cursor is not None:
        behind = after(_KEYS, decode_cursor(query.cursor, len(_KEYS)))
    clauses = (scope, query.since, behind)
    parts = (
        "SELECT", COLUMNS, "FROM trial.resource r WHERE",
        " AND ".join(clause.sql for clause in clauses), _ORDER,
    )  # fmt: skip
    values = [value for clause in clauses for value in clause.values]
    try:
        cursor = await connection.execute(" ".join(parts), [*values, query.count + 1])
    except psycopg.DataError:
        raise UnsupportedSearch("_cursor is not one of a history") from None
    return await cursor.fetchall()


def _entry(version: Version, base_url: str) -> Resource:
    created = version.method != "DELETE" and version.number == 1
    entry: Resource = {
        "fullUrl": f"{base_url}/{version.reference}",
        "request": {
            "method": version.method,
            "url": version.type if version.method == "POST" else version.reference,
        },
        "response": {
            "status": "204" if version.body is None else "201" if created else "200",
            "etag": version.etag,
            "lastModified": instant(version.updated),
        },
    }
    resource = version.resource()
    return entry if resource is None else {**entry, "resource": resource}
