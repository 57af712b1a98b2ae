"""The OperationDefinitions of this server, as resources.

The code `extract` also names an operation of SDC on QuestionnaireResponse; ours is a separate
canonical on DocumentReference and keeps SDC's names of the out parameters.
"""

from __future__ import annotations

from typing import Any, Final

from mappers.canonical import BASE
from mappers.types import Resource


def _parameter(
    name: str, use: str, kind: str, documentation: str, *, least: int = 0
) -> dict[str, Any]:
    return {
        "name": name,
        "use": use,
        "min": least,
        "max": "1",
        "documentation": documentation,
        "type": kind,
    }


_DOCUMENT = _parameter(
    "document",
    "in",
    "DocumentReference",
    "The note, its text inline. At type level only; it may also be the request's body itself.",
)
_SUBJECT = _parameter("subject", "in", "Reference", "The patient whom the text is about.")
_ISSUES = _parameter(
    "issues", "out", "OperationOutcome", "What the caller should know about the result."
)


def _definition(code: str, title: str, description: str, **fields: Any) -> Resource:
    return {
        "resourceType": "OperationDefinition",
        "id": f"DocumentReference-{code}",
        "url": f"{BASE}/OperationDefinition/DocumentReference-{code}",
        "version": "1.0.0",
        "name": f"DocumentReference{title.replace('-', '').title().replace(' ', '')}",
        "title": title,
        "status": "active",
        "kind": "operation",
        "description": description,
        "code": code,
        "resource": ["DocumentReference"],
        "system": False,
        "type": True,
        "instance": True,
        **fields,
    }


_DEFINITIONS = (
    _definition(
        "extract",
        "Extract",
        "Reads a clinical note and returns what it says as coded resources, each with its"
        " evidence; at instance level it writes them to the FHIR store unless told otherwise.",
        affectsState=True,
        parameter=[
            _DOCUMENT,
            _parameter("text", "in", "string", "The note as plain text, instead of a document."),
            _parameter("language", "in", "code", "Language of the text (BCP 47); else detected."),
            _SUBJECT,
            _parameter(
                "write",
                "in",
                "boolean",
                "Write the result to the FHIR store, at type level with the note itself, once."
                " Default: true at instance level, else false.",
            ),
            _parameter(
                "return",
                "out",
                "Bundle",
                "The transaction Bundle, or its response when it was written.",
                least=1,
            ),
            _ISSUES,
        ],
    ),
    _definition(
        "de-identify",
        "De-identify",
        "Returns a copy of a clinical note without protected health information. Nothing is"
        " written. Nothing is returned when the copy still held a known identifier.",
        affectsState=False,
        parameter=[
            _DOCUMENT,
            _parameter("text", "in", "string", "The note as plain text, instead of a document."),
            _parameter("language", "in", "code", "Language of the text (BCP 47); else detected."),
            _SUBJECT,
            _parameter(
                "return", "out", "DocumentReference", "The de-identified document.", least=1
            ),
            _ISSUES,
        ],
    ),
)

REIDENTIFY: Final = f"{BASE}/OperationDefinition/reidentify"
"""The canonical, which is also the only scope that lets a caller call it."""
_REIDENTIFY: Final[Resource] = {
    "resourceType": "OperationDefinition",
    "id": "reidentify",
    "url": REIDENTIFY,
    "version": "1.0.0",
    "name": "Reidentify",
    "title": "Re-identify",
    "status": "active",
    "kind": "operation",
    "description": "Says which resource a pseudonym of a release stands for. It needs the key of"
    " the site and, as the scope of the token, the canonical of this operation. Each call is"
    " audited before it is answered.",
    "affectsState": True,
    "code": "reidentify",
    "system": True,
    "type": False,
    "instance": False,
    "parameter": [
        _parameter("pseudonym", "in", "Reference", "Type/pseudonym; a string is taken too."),
        _parameter("type", "in", "code", "The resource type, where pseudonym is not sent."),
        _parameter("id", "in", "id", "The pseudonym alone, beside type."),
        _parameter("original", "out", "Reference", "The resource of this site.", least=1),
    ],
}

OPERATION_DEFINITIONS: dict[str, Resource] = {
    str(one["id"]): one for one in (*_DEFINITIONS, _REIDENTIFY)
}


def parameters(code: str) -> frozenset[str]:
    """Name the parameters that the operation with this code takes."""
    definition = next(one for one in _DEFINITIONS if one["code"] == code)
    return frozenset(one["name"] for one in definition["parameter"] if one["use"] == "in")


def definition_url(code: str) -> str | None:
    """Return the canonical of the operation with this code, or None."""
    return next((str(one["url"]) for one in _DEFINITIONS if one["code"] == code), None)
