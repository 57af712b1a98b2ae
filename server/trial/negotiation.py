"""What the caller sends and wants: media types, preferences, preconditions.

https://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from email.utils import format_datetime
from typing import Final, Literal
from urllib.parse import parse_qsl

from starlette.requests import Request

from server.trial.entries import if_match_version
from server.trial.errors import Invalid, NotAcceptable, TooLarge, UnsupportedMediaType
from server.trial.query import Pair
from server.trial.types import Version

FHIR_JSON: Final = "application/fhir+json"
JSON_TYPES: Final = frozenset({FHIR_JSON, "application/json", "text/json", "json"})
LARGEST_BODY: Final = 20 * 1024 * 1024

Return = Literal["minimal", "representation", "OperationOutcome"]


def query_pairs(request: Request) -> list[Pair]:
    """Return the parameters of the URL, in order, also those with an empty value."""
    return parse_qsl(request.url.query, keep_blank_values=True)


def check_acceptable(request: Request) -> None:
    """Refuse a caller that does not take JSON.

    Raises:
        NotAcceptable: see there; `_format` decides over the Accept header.
    """
    wished = dict(query_pairs(request)).get("_format")
    if wished is not None:
        # The + of application/fhir+json is a space in a query string.
        if _bare(wished).replace(" ", "+") not in JSON_TYPES:
            raise NotAcceptable("_format: only json is supported")
    elif not any(name in JSON_TYPES or name in _ANY for name, _ in accepted(request)):
        raise NotAcceptable(f"only {FHIR_JSON} is supported")


_ANY: Final = frozenset({"*/*", "application/*"})


def accepted(request: Request) -> list[tuple[str, float]]:
    """Return the media types that the caller takes, the most wanted first."""
    text = request.headers.get("accept") or "*/*"
    found = [(_bare(part), _quality(part)) for part in text.split(",")]
    return sorted([one for one in found if one[1] > 0], key=lambda one: -one[1])


def media_type(request: Request) -> str:
    """Return the media type of the body, without parameters."""
    return _bare(request.headers.get("content-type", ""))


def check_json(request: Request) -> None:
    """Refuse a body that is not JSON in UTF-8.

    Raises:
        UnsupportedMediaType: see there.
    """
    text = request.headers.get("content-type", "")
    charset = re.search(r"charset\s*=\s*\"?([\w-]+)", text, re.IGNORECASE)
    if _bare(text) not in JSON_TYPES or (charset and charset[1].lower() not in {"utf-8", "utf8"}):
        raise UnsupportedMediaType(f"the body has to be {FHIR_JSON} in UTF-8")
    if request.headers.get("content-encoding", "identity") != "identity":
        raise UnsupportedMediaType("the body must not be compressed")


async def body_of(request: Request) -> bytes:
    """Read the body.

    Raises:
        TooLarge: more than `LARGEST_BODY` bytes; the rest is not read.
    """
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > LARGEST_BODY:
        raise TooLarge(f"a body has at most {LARGEST_BODY} bytes")
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > LARGEST_BODY:
            raise TooLarge(f"a body has at most {LARGEST_BODY} bytes")
    return bytes(parts)


def is_lenient(request: Request) -> bool:
    """Whether unknown search parameters are to be ignored."""
    return "handling=lenient" in _preferences(request)


def wanted_return(request: Request) -> Return | None:
    """Return what the caller wants to see of what it wrote, or None if it does not say."""
    wishes: dict[str, Return] = {
        "return=minimal": "minimal",
        "return=representation": "representation",
        "return=operationoutcome": "OperationOutcome",
    }
    return next((wishes[one] for one in _preferences(request) if one in wishes), None)


def if_match(request: Request) -> int | None:
    """Return the version that has to be current, or None.

    Raises:
        Invalid: not an ETag.
    """
    text = request.headers.get("if-match")
    if text is None or text.strip() == "*":
        return None
    return if_match_version(text)


def is_known(request: Request, version: Version) -> bool:
    """Whether the caller already has this version."""
    text = request.headers.get("if-none-match", "")
    return any(_same(part, version) for part in text.split(","))


def last_modified(version: Version) -> str:
    """Return the value of the Last-Modified header."""
    return format_datetime(version.updated.astimezone(UTC), usegmt=True)


def _same(text: str, version: Version) -> bool:
    if text.strip() == "*":
        return True
    try:
        return if_match_version(text) == version.number
    except Invalid:
        return False


def _preferences(request: Request) -> Iterator[str]:
    for value in request.headers.getlist("prefer"):
        for part in re.split(r"[;,]", value):
            yield part.strip().lower()


def _bare(text: str) -> str:
    return text.partition(";")[0].strip().lower()


def _quality(text: str) -> float:
    match = re.search(r";\s*q\s*=\s*([01](\.\d{0,3})?)", text)
    return float(match[1]) if match else 1.0
