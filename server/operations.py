"""`$extract` and `$de-identify` on DocumentReference, at type and at instance level."""

from __future__ import annotations

from typing import cast

import orjson
from fastapi import APIRouter, Request, Response

from mappers.deidentification.document import is_deidentified_copy
from mappers.types import Resource
from server.auth import Authority
from server.call import Call, read_call
from server.errors import RequestInvalid
from server.operation_definitions import parameters
from server.outcome import operation_outcome
from server.pipeline import Pipeline
from server.sent import keep
from server.store import FHIR_JSON

router = APIRouter()

EXTRACT = parameters("extract")
DE_IDENTIFY = parameters("de-identify")
WRITTEN = ("Condition", "MedicationStatement", "Procedure", "Observation", "FamilyMemberHistory")


@router.post("/DocumentReference/$extract")
async def extract_type(request: Request) -> Response:
    """Read the note in the body; write only when `write` says so.

    Evidence has to point to something, so that a note is stored before what it says is. It is
    read first: what cannot be read is not stored.
    """
    call = await read_call(request, EXTRACT)
    document = _inline(call)
    if call.write is not True:
        return await _extract(request, document, call, write=False)
    await _require_writing(request, document, "DocumentReference", *WRITTEN)
    await _pipeline(request).extract(document, language=call.language)
    kept = await keep(document, _pipeline(request).store)
    return await _extract(request, kept, call, write=True)


@router.post("/DocumentReference/{identity}/$extract")
async def extract_instance(identity: str, request: Request) -> Response:
    """Read a note of the FHIR store; write unless `write` says not to."""
    call = await read_call(request, EXTRACT)
    document = await _stored(request, identity, call)
    write = call.write is not False
    if write:
        await _require_writing(request, document, *WRITTEN)
    return await _extract(request, document, call, write=write)


@router.post("/DocumentReference/$de-identify")
async def deidentify_type(request: Request) -> Response:
    """De-identify the note in the body; nothing is written."""
    call = await read_call(request, DE_IDENTIFY)
    return await _deidentify(request, _inline(call), call)


@router.post("/DocumentReference/{identity}/$de-identify")
async def deidentify_instance(identity: str, request: Request) -> Response:
    """De-identify a note of the FHIR store; nothing is written."""
    call = await read_call(request, DE_IDENTIFY)
    return await _deidentify(request, await _stored(request, identity, call), call)


def _inline(call: Call) -> Resource:
    if call.document is None:
        raise RequestInvalid("send a DocumentReference, or Parameters with document or text")
    return call.document


async def _stored(request: Request, identity: str, call: Call) -> Resource:
    if call.document is not None:
        raise RequestInvalid("at instance level the note comes from the FHIR store")
    return await _pipeline(request).store.read(f"DocumentReference/{identity}")


async def _require_writing(request: Request, document: Resource, *kinds: str) -> None:
    authority = cast("Authority", request.app.state.authority)
    await authority.require_writing(request, kinds)
    if is_deidentified_copy(document):
        raise RequestInvalid("this is a de-identified copy; read the note that it was made from")


async def _extract(request: Request, document: Resource, call: Call, *, write: bool) -> Response:
    result = await _pipeline(request).extract(document, language=call.language)
    bundle = await _pipeline(request).write(result) if write else result.bundle()
    return _parameters(bundle, result.remark)


async def _deidentify(request: Request, document: Resource, call: Call) -> Response:
    result = await _pipeline(request).extract(document, language=call.language)
    return _parameters(result.released_copy(), result.replacement_remark)


def _pipeline(request: Request) -> Pipeline:
    return cast("Pipeline", request.app.state.pipeline)


def _parameters(returned: Resource, remark: str) -> Response:
    issues = operation_outcome("information", "informational", remark)
    body = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "return", "resource": returned},
            {"name": "issues", "resource": issues},
        ],
    }
    return Response(orjson.dumps(body), media_type=FHIR_JSON)
