"""The terminology operations over HTTP: GET with a query, POST with Parameters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import cast

import orjson
from fastapi import APIRouter, Request, Response

from mappers.types import Resource
from server.codes.definition import OPERATIONS, Operation
from server.codes.expansion import expand
from server.codes.inputs import Inputs, read_inputs
from server.codes.lookup import look_up
from server.codes.remote import ask
from server.codes.service import VALUE_SETS, Terminology
from server.codes.translation import translate
from server.codes.validation import validate_code, validate_member
from server.errors import CodeUnknown, RequestInvalid
from server.store import FHIR_JSON

Answerer = Callable[[Inputs, Terminology], Resource]

ANSWERERS: Mapping[str, Answerer] = {
    "lookup": look_up,
    "validate-code": validate_code,
    "expand": expand,
    "value-set-validate-code": validate_member,
    "translate": translate,
}
"""What answers each row of operations.toml."""


def _router() -> APIRouter:
    router = APIRouter()
    for name, operation in OPERATIONS.items():
        endpoint = _endpoint(operation, ANSWERERS[name])
        paths = [f"/{operation.type}/${operation.code}"]
        if operation.instance:
            paths.append(f"/{operation.type}/{{identity}}/${operation.code}")
        for path in paths:
            router.add_api_route(path, endpoint, methods=["GET", "POST"])
    return router


def _endpoint(operation: Operation, answer: Answerer) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        inputs = await read_inputs(request, operation)
        if (identity := request.path_params.get("identity")) is not None:
            inputs = _of_instance(inputs, identity)
        terminology = cast("Terminology", request.app.state.terminology)
        # Reading the index through takes longer than other requests should wait.
        async with terminology.turns:
            found = await asyncio.to_thread(_answer, operation, answer, inputs, terminology)
        return Response(orjson.dumps(found), media_type=FHIR_JSON)

    return endpoint


def _answer(
    operation: Operation, answer: Answerer, inputs: Inputs, terminology: Terminology
) -> Resource:
    """Answer from the index, and what it does not know from the remote server."""
    try:
        found = answer(inputs, terminology)
    except CodeUnknown:
        if other := _ask(operation, inputs, terminology):
            return other
        raise
    return (_ask(operation, inputs, terminology) if _says_no(found) else None) or found


def _ask(operation: Operation, inputs: Inputs, terminology: Terminology) -> Resource | None:
    return ask(terminology.remote, operation, inputs) if terminology.remote else None


def _says_no(found: Resource) -> bool:
    return {"name": "result", "valueBoolean": False} in found.get("parameter", ())


def _of_instance(inputs: Inputs, identity: str) -> Inputs:
    """Name the value set by its id, which is that of its group."""
    if "url" in inputs.values:
        raise RequestInvalid("at instance level the value set is the one of the path")
    return Inputs({**inputs.values, "url": [f"{VALUE_SETS}{identity}"]})


router = _router()
