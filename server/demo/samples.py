"""The invented patients and notes of the demo, as FHIR resources."""

from __future__ import annotations

import base64
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final

import orjson

from mappers.types import Resource

_SAMPLES: Final = files("server.demo") / "samples"
_CATEGORY: Final[Resource] = {
    "coding": [
        {
            "system": "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
            "code": "clinical-note",
            "display": "Clinical Note",
        }
    ]
}


def patients() -> Resource:
    """Read the transaction Bundle of patients, relatives, authors and encounters.

    Every entry is a PUT with a fixed id, so that storing it twice changes nothing.
    """
    bundle: Resource = orjson.loads((_SAMPLES / "patients.json").read_bytes())
    return bundle


def documents() -> list[Resource]:
    """Build one DocumentReference for each sample note, with a fixed id and its text inline."""
    return [_document(note) for note in _index()["note"]]


@cache
def _index() -> dict[str, Any]:
    return tomllib.loads((_SAMPLES / "notes.toml").read_text("utf-8"))


def _document(note: dict[str, Any]) -> Resource:
    document: Resource = {
        "resourceType": "DocumentReference",
        "id": note["id"],
        "status": "current",
        "docStatus": "final",
        "type": _type(note["type"]),
        "category": [_CATEGORY],
        "subject": {"reference": f"Patient/{note['patient']}"},
        "date": note["date"].isoformat(),
        "author": [{"reference": f"Practitioner/{note['practitioner']}"}],
        "content": [{"attachment": _attachment(note)}],
    }
    if "encounter" in note:
        document["context"] = {"encounter": [{"reference": f"Encounter/{note['encounter']}"}]}
    return document


def _type(code: str) -> Resource:
    display = _index()["types"][code]
    return {"coding": [{"system": "http://loinc.org", "code": code, "display": display}]}


def _attachment(note: dict[str, Any]) -> Resource:
    text = (_SAMPLES / "notes" / note["file"]).read_text("utf-8")
    charset = note.get("charset")
    kind: str = note["content_type"]
    attachment: Resource = {
        "contentType": f"{kind}; charset={charset}" if charset else kind,
        "data": base64.b64encode(text.encode(charset or "ascii")).decode("ascii"),
        "title": _index()["types"][note["type"]],
        "creation": note["date"].isoformat(),
    }
    if "language" in note:
        attachment["language"] = note["language"]
    return attachment
