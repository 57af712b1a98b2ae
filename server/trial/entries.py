"""The entries of a batch or transaction as they were sent, checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Literal

from mappers.types import Resource
from server.trial.errors import Invalid, NotFound, TrialStoreError
from server.trial.query import parse_criteria
from server.trial.types import Write
from server.trial.validation import check_id, check_resource, check_type

BundleType = Literal["batch", "transaction"]

_URL: Final = re.compile(
    r"(?P<type>[^/?$]+)(/(?P<id>[^/?$]+)(/_history/(?P<version>[^/?]+))?)?(\?(?P<query>.*))?"
)
# Whether the url of a write may have an id and a query; a DELETE by query is not supported.
_SHAPES: Final = {
    "POST": {(False, False)},
    "PUT": {(True, False), (False, True)},
    "DELETE": {(True, False)},
}
_ETAG: Final = re.compile(r'(?:W/)?"?(?P<version>\d{1,18})"?')


@dataclass(frozen=True, slots=True)
class Get:
    """A read, a vread or a search."""

    type: str
    id: str | None
    version: str | None
    query: str
    place: str


Entry = Write | Get


def entries_of(bundle: Resource) -> tuple[BundleType, list[Any]]:
    """Return the type of the Bundle and its entries, unchecked.

    Raises:
        Invalid: not a Bundle of type batch or transaction.
    """
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise Invalid("the base takes a Bundle", expression="resourceType")
    kind, entries = bundle.get("type"), bundle.get("entry", [])
    if kind not in ("batch", "transaction"):
        raise Invalid("the base takes a Bundle of type batch or transaction", expression="type")
    if not isinstance(entries, list):
        raise Invalid("Bundle.entry is not a list", expression="Bundle.entry")
    return ("batch" if kind == "batch" else "transaction"), entries


def read_entry(entry: Any, number: int, base_url: str, *, validated: bool = False) -> Entry:
    """Check one entry; `validated` as in `check_resource`.

    Raises:
        TrialStoreError: any; `expression` starts with the entry.
    """
    place = f"Bundle.entry[{number}]"
    try:
        return _read(entry, place, base_url, validated=validated)
    except TrialStoreError as error:
        raise error.at(place) from None


def if_match_version(text: str) -> int:
    """Read the value of If-Match; a bare version is taken, too, as clients send it.

    Raises:
        Invalid: no version of this store could have this ETag.
    """
    match = _ETAG.fullmatch(text.strip())
    if match is None:
        raise Invalid("If-Match is not an ETag of this store")
    return int(match["version"])


def _read(entry: Any, place: str, base_url: str, *, validated: bool) -> Entry:
    request = entry.get("request") if isinstance(entry, dict) else None
    if not isinstance(request, dict):
        raise Invalid("the entry has no request")
    method, text = request.get("method"), request.get("url")
    if method not in ("GET", *_SHAPES) or not isinstance(text, str):
        raise Invalid("the request has no method of GET, POST, PUT or DELETE, or no url")
    url = _URL.fullmatch(text.removeprefix(base_url).removeprefix("/"))
    if url is None:
        raise NotFound("the request's url is not one of this store, or is an operation")
    check_type(url["type"])
    if url["id"] is not None:
        check_id(url["id"])
    if method == "GET":
        return Get(url["type"], url["id"], url["version"], url["query"] or "", place)
    return _write(entry, request, url, place, validated=validated)


def _write(
    entry: Resource, request: Resource, url: re.Match[str], place: str, *, validated: bool
) -> Write:
    method, kind, name, query = request["method"], url["type"], url["id"], url["query"]
    if url["version"] or (name is not None, query is not None) not in _SHAPES[method]:
        raise Invalid(f"the request's url does not fit {method}")
    resource = entry.get("resource")
    if method != "DELETE":
        check_resource(resource, kind, name, validated=validated)
    criteria = request.get("ifNoneExist") if method == "POST" else query
    if_match, full_url = request.get("ifMatch"), entry.get("fullUrl")
    if not all(isinstance(value, str | None) for value in (criteria, if_match, full_url)):
        raise Invalid("ifNoneExist, ifMatch and fullUrl are strings")
    return Write(
        method=method,
        type=kind,
        id=name,
        resource=None if method == "DELETE" else resource,
        criteria=parse_criteria(kind, criteria) if criteria is not None else (),
        if_match=None if if_match is None else if_match_version(if_match),
        full_url=full_url,
        place=place,
    )
