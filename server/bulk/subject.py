"""A line as a resource, and whom it is about."""

from __future__ import annotations

import re
from typing import Final

import orjson

from mappers.deidentification.pseudonym import split_reference
from mappers.types import Resource

_KIND: Final = re.compile(r"[A-Z][A-Za-z]{1,39}")
# The elements that put a resource into the compartment of a patient (R4 CompartmentDefinition).
_ELEMENTS: Final = ("subject", "patient", "beneficiary", "individual", "for")


def parse(data: bytes) -> Resource | None:
    """Read a line; None when it is no FHIR resource.

    The type has the form of one, so that messages and counts may repeat it.
    """
    try:
        resource = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    return resource if isinstance(kind, str) and _KIND.fullmatch(kind) else None


def patient_of(resource: Resource) -> str | None:
    """Return `Patient/<id>` of whom a resource is about; None when it is about none, or many."""
    if resource.get("resourceType") == "Patient":
        identity = resource.get("id")
        return f"Patient/{identity}" if isinstance(identity, str) else None
    for element in _ELEMENTS:
        about = resource.get(element)
        reference = about.get("reference") if isinstance(about, dict) else None
        parts = split_reference(reference) if isinstance(reference, str) else None
        if parts and parts[0] == "Patient":
            return "/".join(parts)
    return None
