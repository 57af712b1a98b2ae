"""What a Provenance of the store says of an export: our own copies are in none."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mappers.deidentification.document import is_deidentified_copy
from mappers.deidentification.pseudonym import split_reference
from mappers.types import Resource
from server.errors import StoreRefused
from server.export.kinds import named, references
from server.export.search import fetch
from server.store import Store

DOCUMENT = "DocumentReference"


async def without_copies(found: Sequence[Resource], store: Store) -> list[Resource]:
    """Take the de-identified copies out of the targets: the note itself stands for them there.

    Where the store does not let us search documents, they stay. Else raises as the store does.
    """
    targets = [{"target": one.get("target", [])} for one in found]
    ids = {identity for _, identity in named(targets, {DOCUMENT})}
    try:
        documents = await fetch(store, DOCUMENT, ids)
    except StoreRefused:
        return list(found)
    copies = {(DOCUMENT, one["id"]) for one in documents if is_deidentified_copy(one)}
    return [_without(one, copies) for one in found]


def _without(provenance: Resource, copies: Collection[tuple[str, str]]) -> Resource:
    targets = provenance.get("target")
    if not copies or not isinstance(targets, list):
        return provenance
    kept = [
        one
        for one in targets
        if not any(split_reference(each) in copies for each in references(one))
    ]
    return provenance | {"target": kept}
