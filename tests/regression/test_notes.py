"""What a reader must find in short notes, with the exact set of what is not found yet.

A fact that begins to be found, as well as one that is lost, changes the set and fails the test:
known_failures.toml is then brought up to date in the same change.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mappers.types import Resource
from server.parts import Parts
from server.pipeline import extract
from server.reading import to_reading
from server.settings import read_settings

HERE = Path(__file__).parent
NOTES = tomllib.loads((HERE / "notes.toml").read_text("utf-8"))["note"]
KNOWN = tomllib.loads((HERE / "known_failures.toml").read_text("utf-8"))


@cache
def parts() -> Parts:
    return Parts.open(read_settings(auth="off"))


def facts(resource: Resource) -> Iterator[tuple[str, str, str]]:
    """Mention, type and status word of a resource, as notes.toml writes them."""
    kind = resource["resourceType"]
    if kind == "FamilyMemberHistory":
        for condition in resource["condition"]:
            yield condition["code"]["text"], kind, resource["status"]
    elif kind == "Condition":
        verification = resource["verificationStatus"]["coding"][0]["code"]
        clinical = resource["clinicalStatus"]["coding"][0]["code"]
        yield (
            resource["code"]["text"],
            kind,
            clinical if verification == "confirmed" else verification,
        )
    elif kind in ("MedicationStatement", "Procedure"):
        concept = resource.get("medicationCodeableConcept") or resource["code"]
        yield concept["text"], kind, resource["status"]


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note["id"])
def test_the_facts_of_a_note_are_found(note: dict[str, Any]) -> None:
    extraction = extract(to_reading(note["text"], language="en"), parts())
    found = {
        (mention.casefold(), kind, status)
        for resource in extraction.resources
        for mention, kind, status in facts(resource)
    }
    missed = [
        f"{fact['type']} {fact['status']}: {fact['mention']}"
        for fact in note["facts"]
        if (fact["mention"].casefold(), fact["type"], fact["status"]) not in found
    ]
    assert missed == KNOWN.get(note["id"], [])


def test_the_known_failures_are_few_and_of_notes_that_exist() -> None:
    assert set(KNOWN) <= {note["id"] for note in NOTES}
    total = sum(len(note["facts"]) for note in NOTES)
    assert sum(map(len, KNOWN.values())) <= 0.25 * total
