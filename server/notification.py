"""What a FHIR store says when something changed, in all the forms in which stores say it.

Classic R4 rest-hook: an empty body, or the bare resource. R5 backport: a history Bundle that
begins with a SubscriptionStatus (Parameters), with no, named or full resources.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from mappers.deidentification.document import is_deidentified_copy
from mappers.types import Resource
from server.errors import RequestInvalid
from server.store import REFERENCE

KIND = "DocumentReference"


@dataclass(frozen=True, slots=True)
class Changed:
    """One document that changed; the version is unknown when only its name was sent."""

    reference: str
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Notification:
    """What to do: look at these documents, or search the store when it did not say which.

    Our own de-identified copies, where they can be told, are not among them.
    """

    changed: tuple[Changed, ...] = ()
    unnamed: bool = False


def parse(body: bytes) -> Notification:
    """Read a notification.

    Raises:
        RequestInvalid: the body is neither empty nor JSON nor a form that is known.
    """
    if not body.strip():
        return Notification(unnamed=True)
    try:
        resource = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise RequestInvalid("the notification is not JSON") from None
    match resource:
        case {"resourceType": "Bundle"}:
            return _parse_bundle(resource)
        case {"resourceType": "DocumentReference"}:
            return Notification(() if is_deidentified_copy(resource) else (_named(resource),))
        case {"resourceType": str()}:
            return Notification()
    raise RequestInvalid("the notification is not a FHIR resource")


def _parse_bundle(bundle: Resource) -> Notification:
    entries = [entry for entry in _list(bundle, "entry") if isinstance(entry, dict)]
    status = _dict(entries[0], "resource") if entries else {}
    if status.get("resourceType") not in ("Parameters", "SubscriptionStatus"):
        raise RequestInvalid("the notification Bundle does not begin with its status")
    parameters = [part for part in _list(status, "parameter") if isinstance(part, dict)]
    kind = next((p.get("valueCode") for p in parameters if p.get("name") == "type"), None)
    if kind != "event-notification":
        return Notification()  # handshake, heartbeat: answering is all that they ask for
    changed = {item.reference: item for item in _foci(parameters)}
    copies: set[str] = set()
    for entry in entries[1:]:
        if _dict(entry, "resource").get("resourceType") == KIND:
            item = _named(entry["resource"])
            changed[item.reference] = item
            if is_deidentified_copy(entry["resource"]):
                copies.add(item.reference)
        elif reference := _relative(entry.get("fullUrl")):
            changed.setdefault(reference, Changed(reference))
    others = tuple(item for item in changed.values() if item.reference not in copies)
    return Notification(others, unnamed=not changed)


def _foci(parameters: list[dict[str, Any]]) -> Iterator[Changed]:
    for event in parameters:
        if event.get("name") != "notification-event":
            continue
        for part in _list(event, "part"):
            if isinstance(part, dict) and part.get("name") == "focus":
                reference = _relative(_dict(part, "valueReference").get("reference"))
                if reference is not None:
                    yield Changed(reference)


def _named(resource: Resource) -> Changed:
    identity = resource.get("id")
    if not isinstance(identity, str) or not REFERENCE.fullmatch(f"{KIND}/{identity}"):
        raise RequestInvalid("the notified DocumentReference has no id")
    version = _dict(resource, "meta").get("versionId")
    return Changed(f"{KIND}/{identity}", version if isinstance(version, str) else None)


def _relative(url: object) -> str | None:
    """Cut `DocumentReference/x` out of a relative or absolute, perhaps versioned, reference."""
    if not isinstance(url, str):
        return None
    reference = "/".join(url.split("/_history/")[0].split("/")[-2:])
    ours = reference.startswith(f"{KIND}/") and REFERENCE.fullmatch(reference)
    return reference if ours else None


def _list(holder: dict[str, Any], key: str) -> list[Any]:
    value = holder.get(key)
    return value if isinstance(value, list) else []


def _dict(holder: dict[str, Any], key: str) -> dict[str, Any]:
    value = holder.get(key)
    return value if isinstance(value, dict) else {}
