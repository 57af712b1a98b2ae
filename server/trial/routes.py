"""The RESTful API of the trial store. See https://hl7.org/fhir/R4/http.html."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response

from mappers.types import Resource
from server.trial import binary
from server.trial.answers import json_answer, version_headers, written_answer
from server.trial.encoding import parse
from server.trial.errors import Invalid, NotFound, UnsupportedMediaType
from server.trial.negotiation import (
    body_of,
    check_acceptable,
    check_json,
    if_match,
    is_known,
    is_lenient,
    media_type,
    query_pairs,
    wanted_return,
)
from server.trial.query import Pair, parse_criteria
from server.trial.search_parameters import FORMAT_PARAMETERS, resource_types
from server.trial.store import TrialStore
from server.trial.subscription_routes import SubscriptionRoutes
from server.trial.types import Write
from server.trial.validation import check_id, check_resource

FORM: Final = "application/x-www-form-urlencoded"


class _TypeConvertor(StringConvertor):
    """A name that could be a resource type, so that `metadata` or `.well-known` are not taken."""

    regex = "[A-Z][A-Za-z]*"


class _IdConvertor(StringConvertor):
    """Anything but an operation or a `_history`: an id that is malformed gets its own error."""

    regex = r"[^/$_][^/]*"


register_url_convertor("fhir_type", _TypeConvertor())
register_url_convertor("fhir_id", _IdConvertor())


def router(store: TrialStore, *, validated: bool = False) -> APIRouter:
    """Return the routes, without prefix.

    `validated` is for callers inside this process that have checked what they send.

    They match no path with an operation (`$name`) other than those of Subscription. Routes for
    single resources that are served from elsewhere have to be included before these.
    """
    routes = APIRouter(include_in_schema=False)
    for path, method, endpoint in [
        *SubscriptionRoutes(store).table(),
        *_Routes(store, validated=validated).table(),
    ]:
        routes.add_api_route(path, endpoint, methods=[method], response_model=None)
    return routes


class _Routes:
    """One method for each interaction."""

    def __init__(self, store: TrialStore, *, validated: bool) -> None:
        self._store = store
        self._validated = validated

    def table(self) -> list[tuple[str, str, Any]]:
        """Return path, method and endpoint of each interaction."""
        one = "/{type:fhir_type}/{id:fhir_id}"
        return [
            ("", "POST", self.bundle),
            ("/", "POST", self.bundle),
            ("/{type:fhir_type}", "GET", self.search),
            ("/{type:fhir_type}/_search", "POST", self.search),
            ("/{type:fhir_type}", "POST", self.create),
            ("/{type:fhir_type}", "PUT", self.conditional_update),
            ("/{type:fhir_type}/_history", "GET", self.history),
            (one, "GET", self.read),
            (one, "PUT", self.update),
            (one, "DELETE", self.delete),
            (f"{one}/_history", "GET", self.history),
            (f"{one}/_history/{{version}}", "GET", self.vread),
        ]

    async def bundle(self, request: Request) -> Response:
        """Batch and transaction."""
        resource = await _json_body(request)
        with_resources = wanted_return(request) == "representation"
        answer = await self._store.process(
            resource, with_resources=with_resources, validated=self._validated
        )
        return json_answer(answer)

    async def search(self, request: Request) -> Response:
        """Search by GET or POST."""
        check_acceptable(request)
        pairs = query_pairs(request)
        if request.method == "POST":
            pairs += await _form_body(request)
        found = await self._store.search(_type(request), pairs, lenient=is_lenient(request))
        return json_answer(found)

    async def create(self, request: Request) -> Response:
        """Create, and conditional create."""
        resource_type = _type(request)
        resource = await _resource(request, resource_type, None)
        criteria = _create_criteria(request)
        write = Write(
            "POST",
            resource_type,
            resource=resource,
            criteria=() if criteria is None else parse_criteria(resource_type, criteria),
        )
        return await self._write(request, write)

    async def update(self, request: Request) -> Response:
        """Update, also of what does not exist yet."""
        resource_type, resource_id = _type(request), _id(request)
        resource = await _resource(request, resource_type, resource_id)
        write = Write("PUT", resource_type, resource_id, resource, if_match=if_match(request))
        return await self._write(request, write)

    async def conditional_update(self, request: Request) -> Response:
        """Update what a search finds, or create it."""
        resource_type = _type(request)
        resource = await _resource(request, resource_type, None)
        criteria = parse_criteria(resource_type, request.url.query)
        write = Write(
            "PUT",
            resource_type,
            resource=resource,
            criteria=criteria,
            if_match=if_match(request),
        )
        return await self._write(request, write)

    async def delete(self, request: Request) -> Response:
        """Delete; again and again with the same answer."""
        check_acceptable(request)
        write = Write("DELETE", _type(request), _id(request), if_match=if_match(request))
        return await self._write(request, write)

    async def read(self, request: Request) -> Response:
        """Read."""
        return await self._read(request, None)

    async def vread(self, request: Request) -> Response:
        """Read a version."""
        text = request.path_params["version"]
        if not (text.isdecimal() and len(text) < 19):
            raise NotFound("no such version")
        return await self._read(request, int(text))

    async def history(self, request: Request) -> Response:
        """History of a resource or a type."""
        check_acceptable(request)
        resource_id = _id(request) if "id" in request.path_params else None
        found = await self._store.history(
            _type(request), resource_id, query_pairs(request), lenient=is_lenient(request)
        )
        return json_answer(found)

    async def _read(self, request: Request, number: int | None) -> Response:
        resource_type = _type(request)
        raw = resource_type == "Binary" and binary.wants_raw(request)
        if not raw:
            check_acceptable(request)
        version = await self._store.read(resource_type, _id(request), number)
        if is_known(request, version):
            return Response(status_code=304, headers=version_headers(version))
        if raw:
            return binary.raw_answer(version, request)
        return json_answer(version.resource(), headers=version_headers(version))

    async def _write(self, request: Request, write: Write) -> Response:
        result = await self._store.write(write)
        return written_answer(result, self._store.base_url, wanted_return(request))


def _create_criteria(request: Request) -> str | None:
    """Return the header, or the query of the URL: fhirpy's `get_or_create` sends it there.

    To create without a look at it would make the double that the caller wants to avoid.
    """
    query = request.url.query if set(dict(query_pairs(request))) - FORMAT_PARAMETERS else None
    header = request.headers.get("if-none-exist")
    if header is not None and query is not None:
        raise Invalid("criteria either as If-None-Exist or in the URL")
    return query if header is None else header


def _type(request: Request) -> str:
    name = str(request.path_params["type"])
    if name not in resource_types():
        raise NotFound("no such resource type in FHIR R4")
    return name


def _id(request: Request) -> str:
    name = str(request.path_params["id"])
    check_id(name)
    return name


async def _resource(request: Request, resource_type: str, resource_id: str | None) -> Resource:
    if resource_type == "Binary" and binary.is_raw(request):
        resource = binary.to_binary(await body_of(request), request, resource_id)
    else:
        resource = await _json_body(request)
    check_resource(resource, resource_type, resource_id)
    return resource


async def _json_body(request: Request) -> Resource:
    check_acceptable(request)
    check_json(request)
    resource = parse(await body_of(request))
    if not isinstance(resource, dict):
        raise Invalid("the body is not a FHIR resource")
    return resource


async def _form_body(request: Request) -> list[Pair]:
    if media_type(request) != FORM:
        raise UnsupportedMediaType(f"_search takes {FORM}")
    try:
        text = (await body_of(request)).decode()
    except UnicodeDecodeError:
        raise Invalid("the form is not UTF-8") from None
    return parse_qsl(text, keep_blank_values=True)
