"""CodeSystem, ValueSet and ConceptMap of FHIR R4 and R5 as JSON, alone or in a Bundle.

What stands alone is read piece by piece; of a Bundle, one entry at a time is in memory.
A display without a language is taken for English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from terminology.codesystem import system_key
from terminology.releases.archive import Member, Meter
from terminology.releases.documents import listed, objects, scalars, start, text
from terminology.releases.facts import facts
from terminology.releases.icd10cm import group_of
from terminology.releases.release import Form, Release
from terminology.releases.rows import is_code
from terminology.releases.stage import FILLS, PREFERRED, REPLACES, Stage

_KINDS = re.compile(r'"resourceType"\s*:\s*"(CodeSystem|ValueSet|ConceptMap|Bundle)"')
_START = 64 * 1024
_FSN = "900000000000003001"
_TAGGED = re.compile(r"(.*\S)\s+\(([^()]+)\)")
_OVER = frozenset({"retired", "deprecated", "inactive"})
_EQUIVALENT = frozenset({"equivalent", "equal"})

Found = Iterable[tuple[str, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class _Resource:
    """A resource whose lists are still to be read; `place` and what stands there, by path."""

    head: dict[str, Any]
    member: Member
    meter: Meter
    whole: bool

    def at(self, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The objects at a path, from the file or from what is in memory."""
        if not self.whole:
            yield from objects(self.member, self.meter, f"{path}.item")
            return
        *outer, last = path.split(".")
        holder = self.head
        for key in outer:
            inner = holder.get(key)
            holder = inner if isinstance(inner, dict) else {}
        for number, found in enumerate(listed(holder, last), start=1):
            yield f"{self.member.name}: {text(self.head, 'url')} {path} {number}", found


@dataclass(frozen=True, slots=True)
class _Reading:
    """What every resource of a release is read into."""

    number: int
    stage: Stage
    language: str

    def system(self, uri: str) -> str | None:
        """The key of a code system that the index holds; others are counted."""
        found = system_key(uri.split("|", maxsplit=1)[0])
        if found is None:
            self.stage.skipped["codes of FHIR code systems that the index does not hold"] += 1
        return found

    def code(self, place: str, system: str, entry: dict[str, Any]) -> None:
        """A concept of any of the resources: code, display, designations."""
        code = text(entry, "code")
        if not is_code(place, system, code):
            self.stage.skipped["entries that are no codes"] += 1
            return
        if _is_over(entry):
            self.stage.retire(system, code)
            return
        key, group = (system, code), _group(system, code)
        for said in listed(entry, "designation"):
            group = self._designation(key, said) or group
        self.stage.add_name(self.number, key, self.language, text(entry, "display"), (PREFERRED, 0))
        if group != "":
            self.stage.add_concept(self.number, system, code, group)

    def _designation(self, key: tuple[str, str], said: dict[str, Any]) -> str | None:
        name, language = text(said, "value"), text(said, "language") or self.language
        use = said.get("use")
        tagged = _TAGGED.fullmatch(name)
        group: str | None = None
        if isinstance(use, dict) and use.get("code") == _FSN and tagged:
            name = tagged[1]
            tags = facts("snomed")["tags"].get(language.split("-")[0], {})
            group = tags.get(tagged[2])
        self.stage.add_name(self.number, key, language, name)
        return group


def _wanted(found: Sequence[Member]) -> list[Member]:
    candidates = [m for m in found if m.name.endswith(".json") and m.base != "export.json"]
    return [member for member in candidates if _KINDS.search(start(member, _START))]


def _read(releases: Sequence[Release], stage: Stage, meter: Meter) -> list[Release]:
    return [_read_one(release, stage, meter) for release in releases]


def _read_one(release: Release, stage: Stage, meter: Meter) -> Release:
    versions: set[str] = set()
    count = 0
    for member in release.members:
        for resource in _resources(member, meter):
            kind = text(resource.head, "resourceType")
            if kind not in _READERS:
                continue
            reading = _Reading(release.number, stage, text(resource.head, "language") or "en")
            _READERS[kind](reading, resource)
            count += 1
            if kind == "CodeSystem":
                versions.add(text(resource.head, "version"))
    only = versions.pop() if len(versions) == 1 else ""
    return release.versioned(only or f"{count} resources", only or None)


def _resources(member: Member, meter: Meter) -> Iterator[_Resource]:
    head = scalars(member, meter)
    if head.get("resourceType") != "Bundle":
        yield _Resource(dict(head), member, meter, whole=False)
        return
    for _, entry in objects(member, meter, "entry.item"):
        resource = entry.get("resource")
        if isinstance(resource, dict):
            yield _Resource(resource, member, meter, whole=True)


def _read_code_system(reading: _Reading, resource: _Resource) -> None:
    system = reading.system(text(resource.head, "supplements") or text(resource.head, "url"))
    if system is not None:
        for place, entry in _nested(resource.at("concept"), "concept"):
            reading.code(place, system, entry)


def _read_value_set(reading: _Reading, resource: _Resource) -> None:
    for place, entry in _nested(resource.at("expansion.contains"), "contains"):
        if "code" in entry and (system := reading.system(text(entry, "system"))):
            reading.code(place, system, entry)
    for place, include in resource.at("compose.include"):
        if system := reading.system(text(include, "system")):
            for entry in listed(include, "concept"):
                reading.code(place, system, entry)


def _read_concept_map(reading: _Reading, resource: _Resource) -> None:
    for place, group in resource.at("group"):
        target_system = reading.system(text(group, "target"))
        if target_system is None:
            continue
        system = system_key(text(group, "source").split("|")[0])
        for element in listed(group, "element"):
            for target in listed(element, "target"):
                if (text(target, "equivalence") or text(target, "relationship")) in _EQUIVALENT:
                    found = (target_system, text(target, "code"))
                    if is_code(place, *found):
                        _add_mapping(reading, place, system, element, found)


def _add_mapping(
    reading: _Reading, place: str, system: str | None, element: dict[str, Any], to: tuple[str, str]
) -> None:
    """Names of a code system that the index does not hold become names of the target."""
    stage, code = reading.stage, text(element, "code")
    key = to
    if system is not None and is_code(place, system, code):
        key = (system, code)
        stage.add_map(key, to, same=True, strength=REPLACES)
        stage.add_map(to, key, same=True, strength=FILLS)
    stage.add_concept(reading.number, *key, None)
    stage.add_name(reading.number, key, reading.language, text(element, "display"))


def _nested(found: Found, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects and all that are below them."""
    for place, top in found:
        waiting = [top]
        while waiting:
            entry = waiting.pop()
            waiting.extend(reversed(listed(entry, key)))
            yield place, entry


def _is_over(entry: dict[str, Any]) -> bool:
    if entry.get("inactive") is True:
        return True
    return any(
        (said.get("code") == "inactive" and said.get("valueBoolean") is True)
        or (said.get("code") == "status" and text(said, "valueCode") in _OVER)
        for said in listed(entry, "property")
    )


def _group(system: str, code: str) -> str | None:
    """The group of a code where its system tells; None: what the index knows for it."""
    if system in {"icd10cm", "icd10"}:
        return group_of(code) or ""
    group: str | None = facts("fhir")["groups"].get(system)
    return group


_READERS = {
    "CodeSystem": _read_code_system,
    "ValueSet": _read_value_set,
    "ConceptMap": _read_concept_map,
}
FHIR = Form("fhir", _wanted, _read)
