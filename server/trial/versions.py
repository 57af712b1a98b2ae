"""Reading and writing versions, inside a transaction of the caller's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from mappers.types import Resource
from server.database import Connection
from server.trial.encoding import parse_stored, serialise
from server.trial.errors import Gone, NotFound
from server.trial.index import IndexRow, index_rows
from server.trial.types import Key, Version

COLUMNS: Final = "r.type, r.id, r.version, r.updated, r.method, r.body::text AS body"

# Those that join are never prepared: a plan made when the tables were empty would be kept.
_CURRENT: Final = (
    "SELECT r.type, r.id, r.version, r.updated, r.method, r.body::text AS body"
    " FROM trial.resource r JOIN unnest(%s::text[], %s::text[]) AS k (type, id)"
    " ON r.type = k.type AND r.id = k.id WHERE r.current"
)
_ONE: Final = (
    "SELECT r.type, r.id, r.version, r.updated, r.method, r.body::text AS body"
    " FROM trial.resource r WHERE r.type = %s AND r.id = %s AND r.version = %s"
)
_RETIRE: Final = (
    "UPDATE trial.resource r SET current = false"
    " FROM unnest(%s::text[], %s::text[]) AS k (type, id)"
    " WHERE r.type = k.type AND r.id = k.id AND r.current"
)
_ADD: Final = (
    "INSERT INTO trial.resource (type, id, version, updated, method, current, body)"
    " SELECT type, id, version, updated, method, true, body FROM json_to_recordset(%s::json)"
    " AS n (type text, id text, version bigint, updated timestamptz, method text, body jsonb)"
)
_FORGET: Final = (
    "DELETE FROM trial.search_value v USING unnest(%s::text[], %s::text[]) AS k (type, id)"
    " WHERE v.type = k.type AND v.id = k.id"
)
_INDEX: Final = (
    "INSERT INTO trial.search_value (type, id, param, system, value, low, high)"
    " SELECT * FROM json_to_recordset(%s::json) AS n (type text, id text, param text,"
    " system text, value text, low timestamptz, high timestamptz)"
)


def to_version(row: dict[str, Any]) -> Version:
    """Read one row with `COLUMNS`."""
    body = None if row["body"] is None else parse_stored(row["body"])
    return Version(row["type"], row["id"], row["version"], row["updated"], row["method"], body)


def to_body(resource: Resource) -> Resource:
    """Return what is stored of a resource: all but its id, versionId and lastUpdated."""
    body = {name: value for name, value in resource.items() if name not in {"id", "meta"}}
    meta = resource.get("meta") or {}
    kept = {k: v for k, v in meta.items() if k not in {"versionId", "lastUpdated"}}
    return body | {"meta": kept} if kept else body


def is_same(one: Resource | None, other: Resource | None) -> bool:
    """Compare what is stored; 2.10 and 2.1 differ, the order of names does not matter."""
    if one is None or other is None:
        return one is other
    return serialise(one, sort_keys=True) == serialise(other, sort_keys=True)


async def current_versions(connection: Connection, keys: Iterable[Key]) -> dict[Key, Version]:
    """Return the current versions of those that ever existed; deletions are among them."""
    wanted = list(keys)
    if not wanted:
        return {}
    cursor = await connection.execute(_CURRENT, _columns(wanted, 2), prepare=False)
    versions = [to_version(row) for row in await cursor.fetchall()]
    return {version.key: version for version in versions}


async def read(connection: Connection, key: Key, number: int | None = None) -> Version:
    """Return the current version, or the one with this number.

    Raises:
        NotFound: it never existed.
        Gone: it was deleted, or the version asked for is the deletion.
    """
    if number is None:
        version = (await current_versions(connection, [key])).get(key)
    else:
        row = await (await connection.execute(_ONE, (*key, number))).fetchone()
        version = None if row is None else to_version(row)
    if version is None:
        raise NotFound("no such resource, or no such version of it")
    if version.body is None:
        raise Gone("the resource was deleted")
    return version


async def add(connection: Connection, versions: Sequence[Version], base_url: str) -> None:
    """Make these the current versions, and findable. Their keys must differ and be locked."""
    # One for a resource that is new: the others have nothing to retire.
    known = [version.key for version in versions if version.number > 1]
    if known:
        await connection.execute(_RETIRE, _columns(known, 2), prepare=False)
        await connection.execute(_FORGET, _columns(known, 2), prepare=False)
    if versions:
        # One JSON text is several times cheaper to make than arrays of texts.
        await connection.execute(_ADD, [_json(map(_row, versions))])
        await connection.execute(_INDEX, [_json(_index(versions, base_url))])


def _row(version: Version) -> dict[str, Any]:
    return {
        "type": version.type,
        "id": version.id,
        "version": version.number,
        "updated": version.updated,
        "method": version.method,
        "body": version.body,
    }


def _index(versions: Sequence[Version], base_url: str) -> Iterable[dict[str, Any]]:
    for version in versions:
        for row in _rows(version, base_url):
            yield {
                "type": version.type,
                "id": version.id,
                "param": row.param,
                "system": row.system,
                "value": row.value,
                "low": row.low,
                "high": row.high,
            }


def _rows(version: Version, base_url: str) -> Iterable[IndexRow]:
    return () if version.body is None else index_rows(version.body, base_url)


def _json(rows: Iterable[dict[str, Any]]) -> str:
    return serialise(list(rows)).decode()


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [[row[place] for row in rows] for place in range(width)]
