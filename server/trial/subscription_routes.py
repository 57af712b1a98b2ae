"""The operations on Subscription: $status and $events of the R5 backport."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast, get_args

from starlette.requests import Request
from starlette.responses import Response

from server.trial.answers import json_answer
from server.trial.encoding import parse
from server.trial.errors import Invalid
from server.trial.negotiation import body_of, check_acceptable, check_json, query_pairs
from server.trial.search_parameters import FORMAT_PARAMETERS
from server.trial.store import TrialStore
from server.trial.subscription import Content
from server.trial.subscription_state import LARGEST_NUMBER
from server.trial.validation import check_id


class SubscriptionRoutes:
    """One method for each operation."""

    def __init__(self, store: TrialStore) -> None:
        self._store = store

    def table(self) -> list[tuple[str, str, Any]]:
        """Return path, method and endpoint of each operation."""
        one = "/Subscription/{id:fhir_id}"
        return [
            (path, method, endpoint)
            for path, endpoint in [
                ("/Subscription/$status", self.status),
                (f"{one}/$status", self.status),
                (f"{one}/$events", self.events),
            ]
            for method in ("GET", "POST")
        ]

    async def status(self, request: Request) -> Response:
        """Status of one Subscription, or of those with an id or a status."""
        given = await _parameters(request, {"id", "status"})
        ids = given.get("id", [])
        if "id" in request.path_params:
            ids = [_subscription(request)]
        return json_answer(await self._store.subscription_status(ids, given.get("status", [])))

    async def events(self, request: Request) -> Response:
        """Events between two numbers, both included."""
        names = {"eventsSinceNumber", "eventsUntilNumber", "content"}
        given = await _parameters(request, names)
        content = given.get("content", [None])[0]
        if content is not None and content not in get_args(Content):
            raise Invalid("content is one of empty, id-only, full-resource")
        found = await self._store.subscription_events(
            _subscription(request),
            _number(given, "eventsSinceNumber", 1),
            _number(given, "eventsUntilNumber", LARGEST_NUMBER),
            cast(Content | None, content),
        )
        return json_answer(found)


def _subscription(request: Request) -> str:
    name = str(request.path_params["id"])
    check_id(name)
    return name


async def _parameters(request: Request, known: set[str]) -> dict[str, list[str]]:
    """Return the input of an operation: the query of a GET, the Parameters of a POST."""
    check_acceptable(request)
    pairs = [pair for pair in query_pairs(request) if pair[0] not in FORMAT_PARAMETERS]
    body = await body_of(request) if request.method == "POST" else b""
    if body:
        check_json(request)
        pairs += _pairs(parse(body))
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if "\0" in value:
            raise Invalid(f"{name} holds U+0000")
        if name not in known:
            raise Invalid(f"the operation's parameters are {', '.join(sorted(known))}")
        # In a query, several values may share one parameter.
        found.setdefault(name, []).extend(value.split(","))
    return found


def _pairs(body: Any) -> Sequence[tuple[str, str]]:
    if not isinstance(body, dict) or body.get("resourceType") != "Parameters":
        raise Invalid("the body is not Parameters")
    found = []
    for part in body.get("parameter", ()):
        if not isinstance(part, dict):
            raise Invalid("a parameter is not an object")
        values = [value for key, value in part.items() if key.startswith("value")]
        if len(values) != 1 or not isinstance(values[0], str):
            raise Invalid("each parameter has one value")
        found.append((str(part.get("name")), values[0]))
    return found


def _number(given: Mapping[str, Sequence[str]], name: str, default: int) -> int:
    text = given.get(name, [str(default)])[0]
    if not (text.isdecimal() and len(text) < 20) or int(text) > LARGEST_NUMBER:
        raise Invalid(f"{name} is not an event number")
    return int(text)
