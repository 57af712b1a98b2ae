"""A Subscription: what it asks for, and whether this store can do that.

Two kinds: classic R4, whose criteria is a search, and the R5 backport, whose criteria is a topic
(https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/). What can't be done is refused, since a
subscriber that is told yes and hears nothing has lost data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, cast
from urllib.parse import parse_qsl, urlsplit

from mappers.types import Resource
from server.trial.clauses import where
from server.trial.dates import value_range
from server.trial.errors import Invalid, Unprocessable
from server.trial.query import Condition, parse_condition, parse_criteria
from server.trial.search_parameters import resource_types
from server.trial.topics import Topic, topics

BACKPORT: Final = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
PROFILE: Final = f"{BACKPORT}/backport-subscription"
JSON_TYPES: Final = ("application/fhir+json", "application/json")

Content = Literal["empty", "id-only", "full-resource"]

_CONTENTS: Final = ("empty", "id-only", "full-resource")
_KNOWN_EXTENSIONS: Final = frozenset(
    f"{BACKPORT}/backport-{name}"
    for name in ("filter-criteria", "payload-content", "heartbeat-period", "timeout", "max-count")
)
_OTHER_RELEASE: Final = re.compile(r"http://hl7\.org/fhir/[1-9]\.\d/")
_HEADER: Final = re.compile(r"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\x20-\x7e\t]*)")
# The connection's own; a subscriber that sets them breaks every delivery.
_OWN_HEADERS: Final = frozenset({"host", "content-length", "transfer-encoding", "connection"})


@dataclass(frozen=True, slots=True)
class Definition:
    """What a Subscription asks for. Times are in seconds.

    `topic` is None for classic R4; `triggers` are the types that fire, with their conditions;
    `payload` is the Content-Type, None for a classic POST without a body.
    """

    topic: Topic | None
    triggers: Mapping[str, tuple[Condition, ...]]
    endpoint: str
    headers: tuple[tuple[str, str], ...]
    payload: str | None
    content: Content
    heartbeat: int | None
    timeout: int | None
    max_count: int
    end: datetime | None


def read_definition(body: Resource) -> Definition:
    """Read a Subscription that is a valid resource.

    Raises:
        Unprocessable: the store can't do what it asks; `expression` says which element.
    """
    _refuse_foreign(body)
    channel = body["channel"]
    if channel.get("type") != "rest-hook":
        raise _refused("channel.type", "only rest-hook is supported")
    topic = _topic(body)
    payload = _payload(channel, topic)
    return Definition(
        topic=topic,
        triggers=_filters(body, topic) if topic else _search(body),
        endpoint=_endpoint(channel),
        headers=tuple(_headers(channel)),
        payload=payload,
        content=_content(channel, topic),
        heartbeat=_number(channel, "heartbeat-period", "valueUnsignedInt"),
        timeout=_number(channel, "timeout", "valueUnsignedInt"),
        max_count=_number(channel, "max-count", "valuePositiveInt") or 1,
        end=_end(body),
    )


def adjusted(body: Resource, before: Resource | None) -> Resource:
    """Return a caller's Subscription with the status that the store gives it.

    A caller asks for it (`requested`) or ends it (`off`); whether it is active or broken is the
    store's to say. Asking again after an error starts it again.

    Raises:
        Unprocessable: as `read_definition`, or a status that is not the caller's to set.
    """
    read_definition(body)
    if before is not None and before == body:
        return body
    status = body.get("status")
    if status == "off":
        return body
    if status not in {"requested", "active"}:
        raise _refused("status", "a caller sets requested or off")
    if before is not None and status == "active" == before.get("status"):
        same = {**before, "error": None} == {**body, "error": None}
        return before if same else _requested(body)
    return _requested(body)


def _requested(body: Resource) -> Resource:
    rest = {name: value for name, value in body.items() if name != "error"}
    return rest | {"status": "requested"}


def _topic(body: Resource) -> Topic | None:
    criteria = body.get("criteria", "")
    profiles = body.get("meta", {}).get("profile", [])
    if criteria in topics():
        return topics()[criteria]
    extended = any(url.startswith(BACKPORT) for url in _extension_urls(body))
    if "://" in criteria.partition("?")[0] or PROFILE in profiles or extended:
        raise _refused("criteria", f"not a topic of this store; it has {', '.join(topics())}")
    return None


def _search(body: Resource) -> dict[str, tuple[Condition, ...]]:
    resource_type, _, query = body.get("criteria", "").partition("?")
    if resource_type not in resource_types():
        raise _refused("criteria", "not a search such as DocumentReference?status=current")
    try:
        return {resource_type: _checked(parse_criteria(resource_type, query)) if query else ()}
    except Invalid as error:
        raise _refused("criteria", str(error)) from None


def _filters(body: Resource, topic: Topic) -> dict[str, tuple[Condition, ...]]:
    """Filters of one type must all hold; without any, every type of the topic fires."""
    texts = _extensions(body.get("_criteria", {}), "filter-criteria", "valueString")
    found: dict[str, tuple[Condition, ...]] = {}
    patients: set[str] = set()
    for text in texts:
        resource_type, _, query = str(text).partition("?")
        if resource_type not in topic.resources:
            raise _refused("criteria", "the topic has no such resource type to filter by")
        conditions = found.get(resource_type, ())
        for name, value in parse_qsl(query, keep_blank_values=True):
            patients |= set(value.split(",")) if name.startswith("patient") else set()
            conditions += _filter(topic, resource_type, name, value)
        found[resource_type] = conditions
    if topic.one_patient and len(patients) > 1:
        raise _refused("criteria", "at most one patient in a Subscription of this topic")
    return found or dict.fromkeys(topic.resources, ())


def _filter(topic: Topic, resource_type: str, name: str, value: str) -> tuple[Condition, ...]:
    allowed = topic.resources[resource_type]
    if name.partition(":")[0] not in allowed:
        names = ", ".join(sorted(allowed))
        raise _refused("criteria", f"not a filter of the topic; {resource_type} has {names}")
    if name == "trigger":
        if topic.trigger is None or value.rpartition("|")[2] != topic.trigger[1]:
            raise _refused("criteria", "the topic has no such trigger")
        return ()
    try:
        return _checked((parse_condition(resource_type, name, value),))
    except Invalid as error:
        raise _refused("criteria", str(error)) from None


def _checked(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Refuse values now that would stop every writer later, when the search is run."""
    where(conditions, "")
    return conditions


def _endpoint(channel: Resource) -> str:
    endpoint = str(channel.get("endpoint", ""))
    try:
        parts = urlsplit(endpoint)
        fine = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        fine = False
    if not fine:
        raise _refused("channel.endpoint", "not an http or https URL")
    return endpoint


def _headers(channel: Resource) -> Iterator[tuple[str, str]]:
    for line in channel.get("header", ()):
        match = _HEADER.fullmatch(str(line))
        if match is None or match[1].lower() in _OWN_HEADERS:
            raise _refused("channel.header", "not a header that can be sent: Name: value")
        yield match[1], match[2].strip()


def _payload(channel: Resource, topic: Topic | None) -> str | None:
    payload = channel.get("payload")
    if payload is None and topic is None:
        return None
    if payload not in JSON_TYPES:
        raise _refused("channel.payload", f"only {' and '.join(JSON_TYPES)} are supported")
    return str(payload)


def _content(channel: Resource, topic: Topic | None) -> Content:
    if topic is None:
        return "full-resource" if "payload" in channel else "empty"
    values = _extensions(channel.get("_payload", {}), "payload-content", "valueCode")
    if len(values) != 1 or values[0] not in _CONTENTS:
        raise _refused("channel.payload", f"payload-content is one of {', '.join(_CONTENTS)}")
    return cast(Content, values[0])


def _number(channel: Resource, name: str, element: str) -> int | None:
    values = _extensions(channel, name, element)
    if not values:
        return None
    if len(values) > 1 or type(values[0]) is not int or not 0 <= values[0] < 2**31:
        raise _refused("channel", f"backport-{name} is one whole number")
    return values[0] or None


def _end(body: Resource) -> datetime | None:
    if "end" not in body:
        return None
    span = value_range(body["end"])
    if span is None:
        raise _refused("end", "not an instant")
    return span.low


def _refuse_foreign(body: Resource) -> None:
    if "modifierExtension" in body:
        raise _refused("modifierExtension", "not supported")
    for url in _extension_urls(body):
        ours = not url.startswith(BACKPORT) or url in _KNOWN_EXTENSIONS
        if _OTHER_RELEASE.match(url) or not ours:
            raise _refused("extension", "an extension of another FHIR release, or not supported")


def _extension_urls(element: Any) -> Iterator[str]:
    if isinstance(element, list):
        for item in element:
            yield from _extension_urls(item)
    elif isinstance(element, dict):
        for name, value in element.items():
            if name == "extension" and isinstance(value, list):
                yield from (str(item.get("url", "")) for item in value if isinstance(item, dict))
            yield from _extension_urls(value)


def _extensions(element: Resource, name: str, value: str) -> list[Any]:
    url = f"{BACKPORT}/backport-{name}"
    return [one.get(value) for one in element.get("extension", ()) if one["url"] == url]


def _refused(expression: str, message: str) -> Unprocessable:
    return Unprocessable(f"{expression}: {message}", expression=f"Subscription.{expression}")
