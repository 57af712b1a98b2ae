"""The Bundles and Parameters of the R5 Subscriptions Backport (STU 1.1, R4).

https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/notifications.html
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from mappers.types import Resource
from server.trial.dates import instant
from server.trial.subscription import BACKPORT, Content, Definition
from server.trial.types import Version

Kind = Literal["handshake", "heartbeat", "event-notification", "query-status", "query-event"]


@dataclass(frozen=True, slots=True)
class Event:
    """A version that fired, and its number since the Subscription began."""

    number: int
    version: Version


@dataclass(frozen=True, slots=True)
class State:
    """A Subscription at a moment: its definition, and what the store counts about it."""

    id: str
    definition: Definition
    status: str
    events: int
    error: str | None = None


def to_status(
    state: State, kind: Kind, base_url: str, *, events: Sequence[Event] = (), content: Content
) -> Resource:
    """Return the status of a Subscription as Parameters."""
    parameters: list[Resource] = [
        {
            "name": "subscription",
            "valueReference": {"reference": f"{base_url}/Subscription/{state.id}"},
        }
    ]
    # A notification without content must not tell what it is about; whoever asks may know.
    if state.definition.topic is not None and (content != "empty" or kind.startswith("query")):
        parameters.append({"name": "topic", "valueCanonical": state.definition.topic.url})
    parameters += [
        {"name": "status", "valueCode": state.status},
        {"name": "type", "valueCode": kind},
        {"name": "events-since-subscription-start", "valueString": str(state.events)},
        *(_event(state, event, base_url, content) for event in events),
    ]
    if state.error is not None:
        parameters.append({"name": "error", "valueCodeableConcept": {"text": state.error}})
    return {
        "resourceType": "Parameters",
        "id": str(uuid.uuid4()),
        "meta": {"profile": [f"{BACKPORT}/backport-subscription-status-r4"]},
        "parameter": parameters,
    }


def to_notification(
    state: State,
    kind: Kind,
    base_url: str,
    *,
    events: Sequence[Event] = (),
    content: Content | None = None,
) -> Resource:
    """Return a notification: a Bundle of type history that begins with the status.

    `content` overrides what the Subscription asked for, as $events may.
    """
    wanted = content or state.definition.content
    status = to_status(state, kind, base_url, events=events, content=wanted)
    entries = [_status_entry(state, status, base_url)]
    if wanted != "empty":
        latest = {event.version.reference: event.version for event in events}
        entries += [_focus_entry(version, base_url, wanted) for version in latest.values()]
    return {
        "resourceType": "Bundle",
        "id": str(uuid.uuid4()),
        "meta": {"profile": [f"{BACKPORT}/backport-subscription-notification-r4"]},
        "type": "history",
        "timestamp": instant(datetime.now(UTC)),
        "entry": entries,
    }


def to_status_searchset(statuses: Sequence[Resource]) -> Resource:
    """Return the answer of $status."""
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(statuses),
        "entry": [
            {"fullUrl": f"urn:uuid:{one['id']}", "resource": one, "search": {"mode": "match"}}
            for one in statuses
        ],
    }


def _event(state: State, event: Event, base_url: str, content: Content) -> Resource:
    parts: list[Resource] = [
        {"name": "event-number", "valueString": str(event.number)},
        {"name": "timestamp", "valueInstant": instant(event.version.updated)},
    ]
    if content != "empty":
        focus = f"{base_url}/{event.version.reference}"
        parts.append({"name": "focus", "valueReference": {"reference": focus}})
    if state.definition.topic is not None and state.definition.topic.trigger is not None:
        system, code = state.definition.topic.trigger
        parts.append({"name": "trigger", "valueCoding": {"system": system, "code": code}})
    return {"name": "notification-event", "part": parts}


def _status_entry(state: State, status: Resource, base_url: str) -> Resource:
    return {
        "fullUrl": f"urn:uuid:{status['id']}",
        "resource": status,
        "request": {"method": "GET", "url": f"{base_url}/Subscription/{state.id}/$status"},
        "response": {"status": "200"},
    }


def _focus_entry(version: Version, base_url: str, content: Content) -> Resource:
    url = f"{base_url}/{version.reference}"
    entry: Resource = {
        "fullUrl": url,
        "request": {
            "method": version.method,
            "url": version.type if version.method == "POST" else version.reference,
        },
        "response": {
            "status": "201" if version.number == 1 else "200",
            "etag": version.etag,
            "lastModified": instant(version.updated),
        },
    }
    resource = version.resource()
    if content == "full-resource" and resource is not None:
        entry["resource"] = resource
    return entry
