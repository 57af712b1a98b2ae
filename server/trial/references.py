"""References in a Bundle: those to its own entries, and those that are a search.

https://hl7.org/fhir/R4/http.html#trules
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from mappers.types import Resource
from server.database import Connection
from server.trial.conditional import Criteria, matches
from server.trial.errors import Invalid, PreconditionFailed
from server.trial.query import parse_criteria
from server.trial.search_parameters import resource_types

_URN: Final = re.compile(r"urn:(?:uuid|oid):[0-9A-Za-z.\-]+")
_SEARCH: Final = re.compile(r"(?P<type>[A-Z][A-Za-z]+)\?(?P<criteria>.+)")


async def resolve(
    connection: Connection,
    resources: Sequence[Resource],
    links: Mapping[str, str],
    base_url: str,
) -> list[Resource]:
    """Return copies in which every reference names a resource.

    `links` give `Type/id` for each fullUrl of the Bundle. A reference may also be a search such as
    `Patient?identifier=system|value`; what it finds is what was stored before this Bundle.

    Raises:
        Invalid: a urn:uuid or urn:oid that no entry has as fullUrl.
        PreconditionFailed: a search that finds no resource, or several.
    """
    known = dict(links)
    searches = {
        text: (match["type"], parse_criteria(match["type"], match["criteria"]))
        for resource in resources
        for text in _references(resource)
        if (match := _SEARCH.fullmatch(text)) and match["type"] in resource_types()
    }
    known |= await _found(connection, searches, base_url)
    return [_rewritten(resource, known) for resource in resources]


async def _found(
    connection: Connection, searches: Mapping[str, Criteria], base_url: str
) -> dict[str, str]:
    ids = await matches(connection, list(searches.values()), base_url)
    for (resource_type, _), found in zip(searches.values(), ids, strict=True):
        if len(found) != 1:
            count = "several resources" if found else "no resource"
            raise PreconditionFailed(f"a conditional reference to {resource_type} finds {count}")
    return {
        text: f"{resource_type}/{found[0]}"
        for (text, (resource_type, _)), found in zip(searches.items(), ids, strict=True)
    }


def _references(element: Any) -> Iterator[str]:
    if isinstance(element, list):
        for item in element:
            yield from _references(item)
    elif isinstance(element, dict):
        for name, value in element.items():
            if name == "reference" and isinstance(value, str):
                yield value
            else:
                yield from _references(value)


def _rewritten(resource: Resource, known: Mapping[str, str]) -> Resource:
    rewritten: Resource = _walk(resource, known)
    return rewritten


def _walk(element: Any, known: Mapping[str, str]) -> Any:
    if isinstance(element, list):
        return [_walk(item, known) for item in element]
    if not isinstance(element, dict):
        return element
    return {
        name: rewrite(value, known)
        if isinstance(value, str) and (rewrite := _rewriter(name))
        else _walk(value, known)
        for name, value in element.items()
    }


def _rewriter(name: str) -> Callable[[str, Mapping[str, str]], str] | None:
    """Elements of type Reference, uri and url, and the narrative. Identifiers stay as they are."""
    if name == "reference":
        return _reference
    if name == "div":
        return _narrative
    return _link if name.lower().endswith(("url", "uri")) else None


def _reference(text: str, known: Mapping[str, str]) -> str:
    if _URN.fullmatch(text) and text not in known:
        raise Invalid("a reference to a urn that is the fullUrl of no entry")
    return known.get(text, text)


def _link(text: str, known: Mapping[str, str]) -> str:
    return known.get(text, text) if _URN.fullmatch(text) else text


def _narrative(text: str, known: Mapping[str, str]) -> str:
    return _URN.sub(lambda match: known.get(match[0], match[0]), text)


def placeholders(full_url: str | None, reference: str) -> dict[str, str]:
    """Return what stands for an entry: its fullUrl, and the `Type/id` that it may end with."""
    if full_url is None:
        return {}
    links = {full_url: reference}
    kind, _, _ = reference.partition("/")
    relative = re.search(rf"(?<=/){kind}/[A-Za-z0-9\-.]{{1,64}}$", full_url)
    return links | {relative[0]: reference} if relative else links
