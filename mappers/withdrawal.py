"""What a newer version of a note no longer says, and what a person has taken into hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from mappers.canonical import (
    AI_ASSERTED,
    CONDITION_VERIFICATION,
    COPY_IDENTIFIER,
    EXTRACTED_IDENTIFIER,
    WITHDRAWN,
)
from mappers.identity import identity
from mappers.types import Resource

_ERROR: Final = "entered-in-error"


def stale(resources: Iterable[Resource], existing: Mapping[str, Resource]) -> list[Resource]:
    """Withdraw what was extracted from the same document and is not among `resources`.

    What is withdrawn already, or in a person's hands, is left alone.
    """
    kept = {identity(resource).value for resource in resources}
    return [
        withdrawn(resource)
        for value, resource in existing.items()
        if value not in kept
        and identity(resource).system in (EXTRACTED_IDENTIFIER, COPY_IDENTIFIER)
        and not is_withdrawn(resource)
        and not in_hands_of_a_person(resource)
    ]


def withdrawn(resource: Resource) -> Resource:
    """Mark a resource as entered in error; the tag says that it was not a person who did.

    con-5: such a Condition has no clinicalStatus.
    """
    meta = resource.get("meta", {})
    tags = [tag for tag in meta.get("tag", []) if tag.get("code") != WITHDRAWN["code"]]
    marked = resource | {"meta": meta | {"tag": [*tags, dict(WITHDRAWN)]}}
    if resource["resourceType"] == "Condition":
        marked.pop("clinicalStatus", None)
        coding = {"system": CONDITION_VERIFICATION, "code": _ERROR}
        return marked | {"verificationStatus": {"coding": [coding]}}
    marked.pop("statusReason", None)
    return marked | {"status": _ERROR}


def is_withdrawn(resource: Resource) -> bool:
    """Tell whether the resource is entered in error, whoever said so."""
    verification = resource.get("verificationStatus", {}).get("coding", [])
    return resource.get("status") == _ERROR or any(
        coding.get("code") == _ERROR for coding in verification
    )


def in_hands_of_a_person(resource: Resource) -> bool:
    """Tell whether a person decided about an extracted resource; then it is no longer ours.

    They removed the label that an AI asserted it, or rejected it: it is entered in error
    without our tag. Writing it again would undo that.
    """
    meta = resource.get("meta", {})
    codes = {label.get("code") for label in meta.get("security", [])}
    if identity(resource).system == EXTRACTED_IDENTIFIER and AI_ASSERTED["code"] not in codes:
        return True
    tags = {(tag.get("system"), tag.get("code")) for tag in meta.get("tag", [])}
    ours = (WITHDRAWN["system"], WITHDRAWN["code"])
    return is_withdrawn(resource) and ours not in tags
