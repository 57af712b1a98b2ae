"""Binary in its own format: bytes in, bytes out.

https://hl7.org/fhir/R4/binary.html#rest
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from mappers.types import Resource
from server.trial.answers import version_headers
from server.trial.errors import NotAcceptable, Unprocessable, UnsupportedMediaType
from server.trial.negotiation import JSON_TYPES, accepted, media_type, query_pairs
from server.trial.types import Version

_MEDIA_TYPE: Final = re.compile(r"[\w.+-]+/[\w.+-]+(\s*;\s*[\w.+-]+=(\"[\w .+/:-]*\"|[\w.+/:-]+))*")

# A stored page must not act in the name of the site that serves it.
_HARMLESS: Final = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


def is_raw(request: Request) -> bool:
    """Whether the body is the content itself rather than a Binary in JSON."""
    return media_type(request) not in JSON_TYPES


def to_binary(content: bytes, request: Request, resource_id: str | None) -> Resource:
    """Wrap what was sent.

    Raises:
        UnsupportedMediaType: no Content-Type that could be kept.
    """
    kind = request.headers.get("content-type", "")
    if not _MEDIA_TYPE.fullmatch(kind):
        raise UnsupportedMediaType("the body needs a Content-Type")
    binary: Resource = {"resourceType": "Binary", "contentType": kind}
    if resource_id is not None:
        binary["id"] = resource_id
    context = request.headers.get("x-security-context")
    if context is not None:
        binary["securityContext"] = {"reference": context}
    return binary | {"data": base64.b64encode(content).decode()}


def wants_raw(request: Request) -> bool:
    """Whether the caller takes the content rather than JSON: it has to name JSON to get it."""
    if "_format" in dict(query_pairs(request)):
        return False
    return not any(name in JSON_TYPES for name, _ in accepted(request))


def raw_answer(version: Version, request: Request) -> Response:
    """Answer with the content.

    Raises:
        NotAcceptable: the caller takes neither this format nor JSON.
        Unprocessable: what is stored as data is no base64.
    """
    body = version.body or {}
    kind = str(body.get("contentType", ""))
    if not _MEDIA_TYPE.fullmatch(kind):
        kind = "application/octet-stream"
    bare = kind.partition(";")[0].strip().lower()
    fitting = {bare, f"{bare.partition('/')[0]}/*", "*/*"}
    if not any(name in fitting for name, _ in accepted(request)):
        raise NotAcceptable("this Binary has another format")
    try:
        content = base64.b64decode("".join(str(body.get("data", "")).split()), validate=True)
    except binascii.Error:
        raise Unprocessable("the data of this Binary is not base64") from None
    headers = {**version_headers(version), **_HARMLESS, "Content-Type": kind}
    return Response(content, headers=headers)
