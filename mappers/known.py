"""What the store's resources say of a patient and of those around: the known identifiers.

Reads Patient, RelatedPerson, Person, Practitioner, Organization and Location; any resource gives
its identifiers, its id and the names that its references show.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from mappers.types import Resource
from models.known import KnownIdentifiers

_PLACES = {"Organization", "Location", "HealthcareService"}
_REFERENCES = {
    "subject": "NAME",
    "author": "NAME",
    "authenticator": "NAME",
    "generalPractitioner": "NAME",
    "custodian": "LOCATION",
    "managingOrganization": "LOCATION",
}
"""Elements whose references may show a name: what the store calls somebody is known too."""
_ID_FROM = 6
"""Ids shorter than this are counters and words of a test set, and would be found everywhere."""
_PLAIN_WORD = re.compile(r"[A-Za-z-]+")


def to_known(resources: Iterable[Resource]) -> KnownIdentifiers:
    """Collect names, identifiers, telecom, addresses, dates of birth and death, each once.

    Prefixes and suffixes of names, states and countries are left out: they identify nobody.
    """
    found = dict.fromkeys(pair for resource in resources for pair in _pairs(resource))
    return KnownIdentifiers(tuple(pair for pair in found if pair[1].strip()))


def _pairs(resource: Resource) -> Iterator[tuple[str, str]]:
    place = resource.get("resourceType") in _PLACES
    for name in _several(resource.get("name")):
        yield from (("LOCATION" if place else "NAME", text) for text in _names(name))
    for alias in _several(resource.get("alias")):
        yield from (("LOCATION", text) for text in _texts(alias))
    yield from (
        ("ID", text) for one in _several(resource.get("identifier")) for text in _number(one)
    )
    yield from _reachable(resource)
    for date in (resource.get("birthDate"), resource.get("deceasedDateTime")):
        yield from (("DATE", text) for text in _texts(date))
    yield from _referred(resource)
    for contact in _several(resource.get("contact")):
        if isinstance(contact, dict):
            yield from (
                ("NAME", text) for one in _several(contact.get("name")) for text in _names(one)
            )
            yield from _reachable(contact)
    identity = resource.get("id")
    if (
        isinstance(identity, str)
        and len(identity) >= _ID_FROM
        and not _PLAIN_WORD.fullmatch(identity)
    ):
        yield "ID", identity


def _referred(resource: Resource) -> Iterator[tuple[str, str]]:
    for element, category in _REFERENCES.items():
        for reference in _several(resource.get(element)):
            if isinstance(reference, dict):
                yield from ((category, text) for text in _texts(reference.get("display")))
                for one in _several(reference.get("identifier")):
                    yield from (("ID", text) for text in _number(one))


def _reachable(holder: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give telecom and addresses."""
    for telecom in _several(holder.get("telecom")):
        if isinstance(telecom, dict):
            yield from (("CONTACT", text) for text in _texts(telecom.get("value")))
    for address in _several(holder.get("address")):
        if isinstance(address, dict):
            for key in ("line", "city", "district", "postalCode", "text"):
                for part in _several(address.get(key)):
                    yield from (("LOCATION", text) for text in _texts(part))


def _names(name: Any) -> Iterator[str]:
    """Give the parts of a HumanName, or a plain name."""
    if not isinstance(name, dict):
        yield from _texts(name)
        return
    parts = [name.get("text"), name.get("family"), *_several(name.get("given"))]
    family = name.get("_family")
    for extension in _several(family.get("extension") if isinstance(family, dict) else None):
        parts += [extension.get("valueString")] if isinstance(extension, dict) else []
    affixes = [*_several(name.get("prefix")), *_several(name.get("suffix"))]
    prefixes = {text.lower() for text in affixes if isinstance(text, str)}
    for part in parts:
        for text in _texts(part):
            yield " ".join(word for word in text.split() if word.lower().strip(",") not in prefixes)


def _number(identifier: Any) -> Iterator[str]:
    if isinstance(identifier, dict):
        yield from _texts(identifier.get("value"))


def _several(value: Any) -> list[Any]:
    """Read one value or a list as a list: a name is one in an Organization, many in a Patient."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.strip():
        yield value
