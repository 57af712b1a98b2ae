"""Answers in HTTP: what the store did, with the headers that FHIR asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from server.outcome import operation_outcome
from server.trial.dates import instant
from server.trial.encoding import serialise
from server.trial.negotiation import FHIR_JSON, Return, last_modified
from server.trial.types import Version, Written


def json_answer(
    content: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with a resource."""
    return Response(serialise(content), status, headers, media_type=FHIR_JSON)


def version_headers(version: Version) -> dict[str, str]:
    """Return ETag and Last-Modified of a version."""
    return {"ETag": version.etag, "Last-Modified": last_modified(version)}


def written_answer(result: Written, base_url: str, wanted: Return | None) -> Response:
    """Answer a write with the resource, with nothing or with an OperationOutcome."""
    version = result.version
    headers = {} if version is None else version_headers(version)
    if version is not None and version.body is not None:
        location = f"{base_url}/{version.reference}/_history/{version.number}"
        headers["Location"] = location
        headers["Content-Location"] = location
    if wanted == "OperationOutcome":
        status = 200 if result.status == 204 else result.status
        return json_answer(_outcome(result), status=status, headers=headers)
    if version is None or version.body is None:
        return Response(status_code=204, headers=headers)
    if wanted == "minimal":
        return Response(status_code=result.status, headers=headers)
    return json_answer(version.resource(), status=result.status, headers=headers)


def _outcome(result: Written) -> dict[str, Any]:
    if not result.changed:
        text = "nothing had to be changed"
    elif result.status == 204:
        text = "deleted"
    else:
        text = "created" if result.status == 201 else "updated"
    if result.version is not None:
        text = f"{text}; last changed {instant(result.version.updated)}"
    return operation_outcome("information", "informational", text)
