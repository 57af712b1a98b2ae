"""Who is around the patient of a note: the resources whose names and numbers are known."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from mappers.types import Resource
from server.errors import StoreRefused
from server.store import Store

MOST: Final = 50
"""Reads for one note; the nearest come first."""
STEPS: Final = {
    "DocumentReference": (
        "author",
        "authenticator",
        "custodian",
        "context.sourcePatientInfo",
        "context.encounter",
        "context.related",
    ),
    "Encounter": ("participant.individual", "location.location", "serviceProvider"),
    "Patient": ("generalPractitioner", "managingOrganization", "link.other"),
    "Person": ("link.target", "managingOrganization"),
    "PractitionerRole": ("practitioner", "organization", "location"),
    "Practitioner": (),
    "RelatedPerson": (),
    "Organization": (),
    "Location": (),
}
"""The types that are read, and the elements of each that lead on to others."""
SEARCHES: Final = ("RelatedPerson", "Person")
"""Types that are found by their search parameter `patient`."""


async def read_surroundings(document: Resource, store: Store) -> tuple[Resource, ...] | None:
    """Read the patient and those around, as far as the store gives them.

    None when the patient's own record could not be read, so that leaks cannot be ruled out.

    Raises:
        StoreUnavailable: the store did not answer; it may later.
    """
    subject = (document.get("subject") or {}).get("reference")
    patient = await _read(store, subject) if subject else None
    if document.get("subject") and patient is None:
        return None
    own = [patient, *await _searched(store, patient)] if patient else []
    return (*own, *await _around([document, *own], own, store))


async def with_subject(document: Resource, store: Store) -> Resource:
    """Give a subject that is an identifier only its reference, so that all notes of it agree."""
    subject = document.get("subject") or {}
    identifier = subject.get("identifier") or {}
    if subject.get("reference") or not identifier.get("value"):
        return document
    query = {"identifier": f"{identifier.get('system', '')}|{identifier['value']}".lstrip("|")}
    found = await _search(store, "Patient", query)
    if len(found) != 1:
        return document
    return document | {"subject": subject | {"reference": f"Patient/{found[0]['id']}"}}


async def _around(
    sources: Sequence[Resource], known: Iterable[Resource], store: Store
) -> list[Resource]:
    """Follow the references, each round at once, until there are no more or enough."""
    seen = {f"{one['resourceType']}/{one.get('id')}" for one in known}
    found: list[Resource] = []
    while sources:
        wanted = dict.fromkeys(
            reference
            for source in sources
            for reference in _references(source, store.base)
            if reference not in seen
        )
        wanted_now = list(wanted)[: MOST - len(found)]
        seen.update(wanted_now)
        read = await asyncio.gather(*(_read(store, reference) for reference in wanted_now))
        sources = [one for one in read if one is not None]
        found += sources
    return found


def _references(resource: Resource, base: str) -> Iterator[str]:
    """Name what a resource refers to, without base URL and version."""
    for path in STEPS.get(resource.get("resourceType", ""), ()):
        for each in _at(resource, path.split(".")):
            reference = each.get("reference")
            if isinstance(reference, str):
                named = reference.removeprefix(f"{base}/").split("/_history/")[0]
                if named.partition("/")[0] in STEPS and not named.startswith("DocumentReference/"):
                    yield named


def _at(value: Any, path: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Give the objects at a path, through lists."""
    if isinstance(value, list):
        for each in value:
            yield from _at(each, path)
    elif isinstance(value, dict) and path:
        yield from _at(value.get(path[0]), path[1:])
    elif isinstance(value, dict):
        yield value


async def _searched(store: Store, patient: Resource) -> list[Resource]:
    """Search for relatives, and for persons who are this patient elsewhere."""
    if patient.get("resourceType") != "Patient":
        return []
    found = await asyncio.gather(
        *(_search(store, kind, {"patient": patient["id"]}) for kind in SEARCHES)
    )
    return [one for each in found for one in each][:MOST]


async def _search(store: Store, kind: str, query: dict[str, str]) -> list[Resource]:
    try:
        return [one async for one in store.search(kind, query)]
    except StoreRefused:  # a store without this type
        return []


async def _read(store: Store, reference: str) -> Resource | None:
    try:
        return await store.read(reference.removeprefix(f"{store.base}/"))
    except StoreRefused:
        return None
