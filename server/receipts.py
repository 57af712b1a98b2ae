"""What we wrote for a document before.

The Provenance of a reading is its receipt: where the store has it, that version of the note
has been read by that version of the pipeline.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from mappers.identity import receipt
from mappers.source import source_tag
from mappers.types import Resource
from server.errors import DocumentNotFound, StoreRefused
from server.store import Store

DERIVED = (
    "Condition",
    "MedicationStatement",
    "Procedure",
    "Observation",
    "FamilyMemberHistory",
    "DocumentReference",
)


async def read_earlier(store: Store, key: str) -> list[Resource]:
    """Return all that we wrote for any version of the document with this key."""
    tag = source_tag(key)
    query = {"_tag": f"{tag['system']}|{tag['code']}", "_count": "200"}
    provenances = await _search(store, "Provenance", query)
    if not provenances:
        # Everything is written in one transaction: without a receipt there is nothing.
        return []
    found = await asyncio.gather(*(_search(store, kind, query) for kind in DERIVED))
    return [*provenances, *(resource for resources in found for resource in resources)]


def is_read(earlier: Iterable[Resource], reference: str, pipeline: str) -> bool:
    """Tell whether this version of the document was read by this version of the pipeline."""
    ours = receipt(reference, pipeline)
    return any(_has_tag(one, ours["system"], ours["code"]) for one in earlier)


def _has_tag(resource: Resource, system: str, code: str) -> bool:
    tags = resource.get("meta", {}).get("tag", ())
    return any((tag.get("system"), tag.get("code")) == (system, code) for tag in tags)


async def _search(store: Store, kind: str, query: dict[str, str]) -> list[Resource]:
    try:
        return [resource async for resource in store.search(kind, query)]
    except DocumentNotFound:  # a store that does not have this type
        return []
    except StoreRefused:
        if kind == "Provenance":  # without it we cannot tell what was written: do not guess
            raise
        return []
