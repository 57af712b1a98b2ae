"""The one way into the store: a list of writes, done as a whole or not at all.

A single create is a list of one; a transaction is a list of many.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mappers.types import Resource
from server.database import Connection
from server.trial import outbox, references, subscription
from server.trial.conditional import matches
from server.trial.errors import (
    Conflict,
    Invalid,
    PreconditionFailed,
    TrialStoreError,
    VersionConflict,
)
from server.trial.locks import lock_criteria, lock_keys
from server.trial.types import Key, Version, Write, Written
from server.trial.versions import add, current_versions, is_same, to_body


@dataclass(frozen=True, slots=True)
class _Target:
    """A write whose resource is known. `found`: criteria matched, so it exists."""

    write: Write
    key: Key
    found: bool


async def perform(
    connection: Connection, writes: Sequence[Write], base_url: str, *, in_bundle: bool = False
) -> list[Written]:
    """Do all writes in the transaction that `connection` is in.

    Raises:
        PreconditionFailed: criteria that match several resources, or an If-Match in vain.
        Invalid: two writes to the same resource, or what the specification forbids.
    """
    conditional = [write for write in writes if write.criteria]
    await lock_criteria(connection, [(write.type, write.criteria) for write in conditional])
    targets = await _targets(connection, writes, base_url)
    _refuse_overlap(targets)
    await lock_keys(connection, [target.key for target in targets])
    if in_bundle:
        targets = await _linked(connection, targets, base_url)
    before = await current_versions(connection, [target.key for target in targets])
    now = await _now(connection)
    results = [_plan(target, before.get(target.key), now) for target in targets]
    changed = [result.version for result in results if result.changed and result.version]
    await add(connection, changed, base_url)
    await outbox.follow(connection, changed, base_url)
    return results


async def _targets(connection: Connection, writes: Sequence[Write], base_url: str) -> list[_Target]:
    conditional = [write for write in writes if write.criteria]
    criteria = [(write.type, write.criteria) for write in conditional]
    found = iter(await matches(connection, criteria, base_url))
    return [_target(write, next(found) if write.criteria else []) for write in writes]


def _target(write: Write, found: Sequence[str]) -> _Target:
    if len(found) > 1:
        raise _at(write, PreconditionFailed(f"the criteria match several {write.type} resources"))
    # The id of a body counts in a conditional update only: a create gets a new one.
    own = (write.resource or {}).get("id") if write.method == "PUT" else None
    wanted = write.id or own
    if found and wanted not in {None, found[0]}:
        raise _at(write, Invalid("the criteria match a resource with another id than the body's"))
    name = found[0] if found else wanted or str(uuid.uuid4())
    return _Target(write, (write.type, name), bool(found))


def _refuse_overlap(targets: Sequence[_Target]) -> None:
    seen: set[Key] = set()
    conditions: set[tuple[str, object]] = set()
    for target in targets:
        criteria = (target.write.type, tuple(target.write.criteria))
        if target.key in seen or (target.write.criteria and criteria in conditions):
            raise _at(target.write, Invalid("two entries of the Bundle are about one resource"))
        seen.add(target.key)
        conditions.add(criteria)


async def _linked(
    connection: Connection, targets: Sequence[_Target], base_url: str
) -> list[_Target]:
    links: dict[str, str] = {}
    for target in targets:
        links |= references.placeholders(target.write.full_url, "/".join(target.key))
    resources = [target.write.resource or {} for target in targets]
    resolved = await references.resolve(connection, resources, links, base_url)
    return [
        replace(target, write=replace(target.write, resource=resource or None))
        for target, resource in zip(targets, resolved, strict=True)
    ]


def _plan(target: _Target, before: Version | None, now: datetime) -> Written:
    write = target.write
    exists = before is not None and before.body is not None
    if write.if_match is not None and not (before and exists and before.number == write.if_match):
        raise _at(write, VersionConflict("If-Match: this is not the current version"))
    if write.method == "DELETE":
        gone = _next(target, before, now, None) if exists else before
        return Written(204, gone, changed=exists)
    if write.method == "POST" and target.found:
        if not exists:
            raise _at(write, Conflict("what the criteria matched was deleted meanwhile"))
        return Written(200, before, changed=False)
    body = _body(write, before)
    if exists and before is not None and is_same(body, before.body):
        return Written(200, before, changed=False)
    return Written(200 if exists else 201, _next(target, before, now, body), changed=True)


def _body(write: Write, before: Version | None) -> Resource:
    body = to_body(write.resource or {})
    if write.type != "Subscription":
        return body
    try:
        return subscription.adjusted(body, before.body if before else None)
    except TrialStoreError as error:
        raise _at(write, error) from None


def _next(target: _Target, before: Version | None, now: datetime, body: Resource | None) -> Version:
    number = before.number + 1 if before else 1
    return Version(*target.key, number, now, target.write.method, body)


def _at(write: Write, error: TrialStoreError) -> TrialStoreError:
    return error.at(write.place) if write.place else error


async def _now(connection: Connection) -> datetime:
    """The clock of the database, which all servers share, as exact as FHIR shows it."""
    cursor = await connection.execute("SELECT date_trunc('milliseconds', clock_timestamp()) AS now")
    row = await cursor.fetchone()
    assert row is not None
    now: datetime = row["now"]
    return now
