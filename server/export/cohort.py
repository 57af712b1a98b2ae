"""Whose resources an export holds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

from mappers.deidentification.pseudonym import split_reference
from mappers.types import Resource
from server.errors import DocumentGone, DocumentNotFound, ParameterUnsupported, RequestInvalid
from server.export.order import Order
from server.export.search import pages
from server.store import Store
from server.trial.dates import date_range

PAGE = 500


async def list_patients(order: Order, store: Store) -> AsyncIterator[list[str]]:
    """Yield the ids of the patients of an order, in lists; raises as the store does."""
    wished = order.wishes.patients
    if order.group is not None:
        members = await members_of(await store.read(f"Group/{order.group}"), store)
        yield [one for one in members if wished is None or one in wished]
    elif wished is not None:
        yield list(wished)
    else:
        async for page in pages(store, "Patient", [[]], PAGE):
            yield [patient["id"] for patient in page]


async def members_of(group: Resource, store: Store) -> list[str]:
    """Return the ids of the patients in a Group and in the Groups that are its members.

    Left out are members who are inactive, or whose period has ended.

    Raises:
        ParameterUnsupported: the Group lists no members, but says how to find them.
    """
    check_group(group)
    found: dict[str, None] = {}
    for kind, identity in _members(group):
        if kind == "Patient":
            found[identity] = None
        elif kind == "Group":
            try:
                inner = await store.read(f"Group/{identity}")
            except (DocumentNotFound, DocumentGone):
                continue
            found |= dict.fromkeys(one for of, one in _members(inner) if of == "Patient")
    return list(found)


async def of_export(group: Resource, order: Order, store: Store) -> Resource:
    """Return the Group with those members only whose records the export holds.

    A member of a Group inside is a member of it here, as the other Group is not exported.
    """
    wished = order.wishes.patients
    here = {named: one for one in group.get("member", ()) if (named := _present(one))}
    kept = [
        here.get(("Patient", one)) or {"entity": {"reference": f"Patient/{one}"}}
        for one in await members_of(group, store)
        if wished is None or one in wished
    ]
    bare = {name: part for name, part in group.items() if name not in {"member", "quantity"}}
    return bare | ({"member": kept} if kept else {})


def check_group(group: Resource) -> None:
    """Refuse a Group whose members only its characteristics tell.

    Raises:
        ParameterUnsupported: see there.
        RequestInvalid: the store answered with something else.
    """
    if group.get("resourceType") != "Group":
        raise RequestInvalid("not a Group")
    if group.get("actual") is False or (group.get("characteristic") and not group.get("member")):
        raise ParameterUnsupported("the Group lists no members; its characteristics are not read")


def _members(group: Resource) -> Iterator[tuple[str, str]]:
    for member in group.get("member", ()):
        if named := _present(member):
            yield named


def _present(member: Any) -> tuple[str, str] | None:
    """Name a member; None for one who is so no more."""
    reference = member.get("entity", {}).get("reference")
    if member.get("inactive") or _has_ended(member.get("period")):
        return None
    return split_reference(reference) if isinstance(reference, str) else None


def _has_ended(period: object) -> bool:
    end = period.get("end") if isinstance(period, dict) else None
    span = date_range(end) if isinstance(end, str) else None
    return span is not None and span.high <= datetime.now(UTC)
