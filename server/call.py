"""What a caller of `$extract` or `$de-identify` asked for, read from the request."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import Request

from mappers.types import Resource
from server.body import read_body
from server.errors import RequestInvalid, UnsupportedMediaType
from server.reading import to_document
from server.store import FHIR_JSON

MEDIA_TYPES = ("application/fhir+json", "application/json")
LONGEST_BODY = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Call:
    """The note, if the request brings one, and the caller's wishes."""

    document: Resource | None = None
    language: str | None = None
    write: bool | None = None


async def read_call(request: Request, names: Collection[str]) -> Call:
    """Read the body; `names` are the parameters that the operation takes.

    Raises:
        UnsupportedMediaType: by its Content-Type it is not JSON.
        RequestTooLarge: more than 32 MiB.
        RequestInvalid: it is not JSON, or not one of the two resources.
    """
    match await read_json(request, LONGEST_BODY):
        case None:
            return Call()
        case {"resourceType": "Parameters"} as resource:
            return _from_parameters(resource, names)
        case {"resourceType": "DocumentReference"} as resource:
            return Call(document=resource)
        case {"resourceType": str()}:
            raise RequestInvalid("send a DocumentReference or Parameters")
    raise RequestInvalid("the body is not a FHIR resource")


async def read_json(request: Request, limit: int) -> Any:
    """Read a JSON body; None when it is empty.

    Raises:
        UnsupportedMediaType: by its Content-Type it is not JSON.
        RequestTooLarge: more than `limit` bytes.
        RequestInvalid: it is not JSON.
    """
    media_type = request.headers.get("content-type", FHIR_JSON).split(";")[0].strip().lower()
    if media_type not in MEDIA_TYPES:
        raise UnsupportedMediaType(f"send {' or '.join(MEDIA_TYPES)}")
    body = await read_body(request, limit)
    if not body.strip():
        return None
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise RequestInvalid("the body is not JSON") from None


def _from_parameters(resource: Resource, names: Collection[str]) -> Call:
    given: dict[str, Any] = {}
    parameters = resource.get("parameter", [])
    if not isinstance(parameters, list):
        raise RequestInvalid("Parameters.parameter is not a list")
    for parameter in parameters:
        name, value = _value(parameter)
        if name not in names:
            raise RequestInvalid(f"no such parameter; there are {', '.join(sorted(names))}")
        if name in given:
            raise RequestInvalid(f"the parameter {name} is repeated")
        if not isinstance(value, _EXPECTED[name]):
            raise RequestInvalid(f"the parameter {name} has the wrong type")
        given[name] = value
    document = given.get("document")
    if document is not None and "text" in given:
        raise RequestInvalid("send document or text, not both")
    if "text" in given:
        document = to_document(given["text"])
    if document is not None and "subject" in given:
        document = {**document, "subject": _reference(given["subject"])}
    return Call(document, given.get("language"), given.get("write"))


_EXPECTED: dict[str, type | tuple[type, ...]] = {
    "document": dict,
    "text": str,
    "language": str,
    "subject": (dict, str),
    "write": bool,
}


def _value(parameter: object) -> tuple[str, object]:
    if not isinstance(parameter, dict) or not isinstance(parameter.get("name"), str):
        raise RequestInvalid("each parameter needs a name")
    values = [
        value for key, value in parameter.items() if key == "resource" or key.startswith("value")
    ]
    if len(values) != 1:
        raise RequestInvalid("each parameter needs one value")
    return parameter["name"], values[0]


def _reference(subject: dict[str, Any] | str) -> dict[str, Any]:
    return {"reference": subject} if isinstance(subject, str) else subject
