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


def claims(fact: dict[str, Any]) -> Iterator[str]:
    """What a fact of notes.toml says, one line for each thing that may be right or wrong."""
    yield f"{fact['type']} {fact['status']}: {fact['mention']}"
    for name in ("relative", "code", "dose", "every"):
        if name in fact:
            yield f"{name} {fact[name]}: {fact['mention']}"


def told(resource: Resource) -> Iterator[str]:
    """What a resource says, as `claims` does."""
    kind, said = resource["resourceType"], resource
    if kind == "FamilyMemberHistory":
        said = resource["condition"][0]
    concept = said.get("medicationCodeableConcept") or said["code"]
    mention = concept["text"]
    yield f"{kind} {_status(resource)}: {mention}"
    for coding in concept.get("coding", ()):
        yield f"code {coding['code']}: {mention}"
    for coding in resource.get("relationship", {}).get("coding", ()):
        yield f"relative {coding['display']}: {mention}"
    for dosage in resource.get("dosage", ()):
        yield from (f"{each}: {mention}" for each in _directions(dosage))


def _status(resource: Resource) -> str:
    if resource["resourceType"] != "Condition":
        return str(resource["status"])
    verification = resource["verificationStatus"]["coding"][0]["code"]
    clinical = resource["clinicalStatus"]["coding"][0]["code"]
    return str(clinical if verification == "confirmed" else verification)


def _directions(dosage: Resource) -> Iterator[str]:
    for dose in dosage.get("doseAndRate", ()):
        quantity = dose.get("doseQuantity", {})
        yield f"dose {quantity.get('value')} {quantity.get('code')}"
    repeat = dosage.get("timing", {}).get("repeat", {})
    if "frequency" in repeat:
        yield f"every {repeat['frequency']}/{repeat['period']}{repeat['periodUnit']}"


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note["id"])
def test_the_facts_of_a_note_are_found(note: dict[str, Any]) -> None:
    language = note.get("language", "en")
    extraction = extract(to_reading(note["text"], language=language), parts())
    found = {claim.casefold() for each in extraction.resources for claim in told(each)}
    missed = [
        claim for fact in note["facts"] for claim in claims(fact) if claim.casefold() not in found
    ]
    assert missed == KNOWN.get(note["id"], [])
    assert not [name for name in note.get("absent", ()) if any(name in each for each in found)]


def test_each_mention_is_in_its_note_once() -> None:
    for note in NOTES:
        for fact in note["facts"]:
            assert note["text"].count(fact["mention"]) == 1, (note["id"], fact["mention"])


@pytest.mark.parametrize("language", sorted({note.get("language", "en") for note in NOTES}))
def test_the_known_failures_are_few_and_of_notes_that_exist(language: str) -> None:
    spoken = [note for note in NOTES if note.get("language", "en") == language]
    assert set(KNOWN) <= {note["id"] for note in NOTES}
    total = sum(1 for note in spoken for fact in note["facts"] for _ in claims(fact))
    missed = sum(len(KNOWN.get(note["id"], ())) for note in spoken)
    assert missed <= 0.25 * total
