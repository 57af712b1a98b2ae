"""What the store's resources say of a patient and of those around: the known identifiers.

Reads Patient, RelatedPerson, Person, Practitioner, Organization and Location, also inside of a
Bundle and contained in another resource; any resource gives its identifiers, its id and the names
that its references show.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from mappers.types import Resource
from models.recognizing.known import KnownIdentifiers
from models.recognizing.person import Person

_PLACES = {"Organization", "Location", "HealthcareService"}
_REFERENCES = {
    "subject": "NAME",
    "patient": "NAME",
    "author": "NAME",
    "authenticator": "NAME",
    "generalPractitioner": "NAME",
    "practitioner": "NAME",
    "individual": "NAME",
    "custodian": "LOCATION",
    "managingOrganization": "LOCATION",
    "organization": "LOCATION",
    "serviceProvider": "LOCATION",
    "location": "LOCATION",
}
"""Elements whose references may show a name: what the store calls somebody is known too."""
_STEPS = ("participant", "location", "hospitalization")
"""Elements of an Encounter that hold such references."""
_MAIDEN_NAME = "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName"
_BIRTH_PLACE = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
_ID_FROM = 6
"""Ids shorter than this are counters and words of a test set, and would be found everywhere."""
_PLAIN_WORD = re.compile(r"[A-Za-z-]+")
_AFFIXES = ("prefix", "suffix")


def to_known(resources: Iterable[Resource]) -> KnownIdentifiers:
    """Collect names, identifiers, telecom, addresses, dates of birth and death, each once.

    Prefixes and suffixes of names, states and countries are left out: they identify nobody.
    """
    flat = [each for resource in resources for each in _flat(resource)]
    found = dict.fromkeys(pair for resource in flat for pair in _pairs(resource))
    people = dict.fromkeys(person for resource in flat for person in _people(resource))
    return KnownIdentifiers(tuple(pair for pair in found if pair[1].strip()), tuple(people))


def _flat(resource: Resource) -> Iterator[Resource]:
    """Give a resource and those inside of it."""
    yield resource
    entries = [each.get("resource") for each in _objects(resource.get("entry"))]
    for inner in [*_objects(entries), *_objects(resource.get("contained"))]:
        yield from _flat(inner)


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
    yield from _extended(resource)
    for contact in _objects(resource.get("contact")):
        yield from (("NAME", text) for one in _several(contact.get("name")) for text in _names(one))
        yield from _reachable(contact)
        yield from _referred(contact)
    identity = resource.get("id")
    if (
        isinstance(identity, str)
        and len(identity) >= _ID_FROM
        and not _PLAIN_WORD.fullmatch(identity)
    ):
        yield "ID", identity


def _people(resource: Resource) -> Iterator[Person]:
    """Give each name of a person by its parts, so that it is known which belong together."""
    if resource.get("resourceType") in _PLACES:
        return
    holders = [resource, *_objects(resource.get("contact"))]
    for holder in holders:
        gender = holder.get("gender")
        for name in _several(holder.get("name")):
            person = _person(name, gender if isinstance(gender, str) else None)
            if person.given or person.family:
                yield person


def _person(name: Any, gender: str | None) -> Person:
    if not isinstance(name, dict):
        return Person.read(name, gender) if isinstance(name, str) else Person()
    given = tuple(text for each in _several(name.get("given")) for text in _texts(each))
    family = (*_texts(name.get("family")), *_own_families(name))
    if not (given or family):
        affixes = _affixes(name)
        plain = " ".join(_plain(text, affixes) for text in _texts(name.get("text")))
        return Person.read(plain, gender)
    return Person(given, family, gender)


def _referred(resource: Resource) -> Iterator[tuple[str, str]]:
    for holder in [resource, *(each for key in _STEPS for each in _objects(resource.get(key)))]:
        for element, category in _REFERENCES.items():
            for reference in _objects(holder.get(element)):
                yield from ((category, text) for text in _texts(reference.get("display")))
                for one in _several(reference.get("identifier")):
                    yield from (("ID", text) for text in _number(one))


def _extended(resource: Resource) -> Iterator[tuple[str, str]]:
    """Give the mother's maiden name and the place of birth."""
    for extension in _objects(resource.get("extension")):
        if extension.get("url") == _MAIDEN_NAME:
            yield from (("NAME", text) for text in _texts(extension.get("valueString")))
        if extension.get("url") == _BIRTH_PLACE:
            for address in _objects(extension.get("valueAddress")):
                yield from _address(address)


def _reachable(holder: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give telecom and addresses."""
    for telecom in _objects(holder.get("telecom")):
        yield from (("CONTACT", text) for text in _texts(telecom.get("value")))
    for address in _objects(holder.get("address")):
        yield from _address(address)


def _address(address: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key in ("line", "city", "district", "postalCode", "text"):
        for part in _several(address.get(key)):
            yield from (("LOCATION", text) for text in _texts(part))
    # A postcode of four digits says where only beside its city.
    for code in _texts(address.get("postalCode")):
        for city in _texts(address.get("city")):
            yield "LOCATION", f"{code} {city}"


def _names(name: Any) -> Iterator[str]:
    """Give the parts of a HumanName, or a plain name."""
    if not isinstance(name, dict):
        yield from _texts(name)
        return
    parts = [name.get("text"), name.get("family"), *_several(name.get("given"))]
    affixes = _affixes(name)
    for part in [*parts, *_own_families(name)]:
        for text in _texts(part):
            yield _plain(text, affixes)


def _own_families(name: dict[str, Any]) -> list[str]:
    """Give the family names that extensions hold: one's own and that of the partner."""
    family = name.get("_family")
    extensions = _objects(family.get("extension") if isinstance(family, dict) else None)
    return [text for one in extensions for text in _texts(one.get("valueString"))]


def _affixes(name: dict[str, Any]) -> set[str]:
    affixes = (each for key in _AFFIXES for each in _several(name.get(key)))
    return {text.lower() for text in affixes if isinstance(text, str)}


def _plain(text: str, affixes: set[str]) -> str:
    return " ".join(word for word in text.split() if word.lower().strip(",") not in affixes)


def _number(identifier: Any) -> Iterator[str]:
    if isinstance(identifier, dict):
        yield from _texts(identifier.get("value"))


def _several(value: Any) -> list[Any]:
    """Read one value or a list as a list: a name is one in an Organization, many in a Patient."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in _several(value) if isinstance(each, dict)]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.strip():
        yield value
