"""Exports of Open Concept Lab: `export.json` of a source or a collection.

A concept of a source that has no code system of ours (CIEL) counts as the code that it is
SAME-AS; its names become names of that code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from terminology.codesystem import code_systems, groups, system_key
from terminology.releases.archive import Member, Meter
from terminology.releases.documents import listed, objects, scalars, text
from terminology.releases.facts import facts
from terminology.releases.release import Form, Release
from terminology.releases.rows import is_code
from terminology.releases.stage import ABBREVIATION, FILLS, PREFERRED, SYNONYM, Stage

_TABLES = (
    "CREATE TABLE stage.ocl_concept (key TEXT PRIMARY KEY, grp TEXT, system TEXT, code TEXT)",
    "CREATE TABLE stage.ocl_name (key TEXT, language TEXT, text TEXT, kind INTEGER)",
    "CREATE TABLE stage.ocl_map (key TEXT, system TEXT, code TEXT)",
)
_NAMES = "SELECT language, text, kind FROM stage.ocl_name WHERE key = ? ORDER BY 1, 3, 2"
_MAPS = "SELECT DISTINCT system, code FROM stage.ocl_map WHERE key = ? ORDER BY 1, 2"


def _wanted(found: Sequence[Member]) -> list[Member]:
    return [member for member in found if member.base == "export.json"][:1]


def _read(releases: Sequence[Release], stage: Stage, meter: Meter) -> list[Release]:
    return [_read_one(release, stage, meter) for release in releases]


def _read_one(release: Release, stage: Stage, meter: Meter) -> Release:
    member = release.members[0]
    head = scalars(member, meter)
    run = stage.connection
    for statement in _TABLES:
        run.execute(statement)
    own = system_key(head.get("canonical_url", "")) or _system(head.get("id", ""))
    for place, concept in objects(member, meter, "concepts.item"):
        _take_concept(stage, own, place, concept)
    run.executemany("INSERT INTO stage.ocl_map VALUES (?, ?, ?)", _maps(member, meter))
    run.execute("CREATE INDEX stage.ocl_names ON ocl_name (key)")
    run.execute("CREATE INDEX stage.ocl_maps ON ocl_map (key)")
    _merge(release.number, stage)
    for table in ("concept", "name", "map"):
        run.execute(f"DROP TABLE stage.ocl_{table}")
    return release.versioned(f"{head.get('id', '')} {head.get('version', '')}".strip())


def _take_concept(stage: Stage, own: str | None, place: str, concept: dict[str, Any]) -> None:
    code = text(concept, "id")
    has_code = own is not None and is_code(place, own, code)
    if concept.get("retired") is True:
        if has_code:
            stage.retire(str(own), code)
        return
    group = facts("ocl")["classes"].get(text(concept, "concept_class"))
    if group is None:
        stage.skipped["Open Concept Lab concepts of other classes"] += 1
        return
    key = _key(text(concept, "url")) or f"{text(concept, 'source')}/{code}"
    row = (key, group, own if has_code else None, code)
    stage.connection.execute("INSERT OR IGNORE INTO stage.ocl_concept VALUES (?, ?, ?, ?)", row)
    names = [(key, text(n, "locale"), text(n, "name"), _kind(n)) for n in listed(concept, "names")]
    stage.connection.executemany("INSERT INTO stage.ocl_name VALUES (?, ?, ?, ?)", names)


def _kind(name: dict[str, Any]) -> int:
    if text(name, "name_type").upper().replace(" ", "_") == "SHORT":
        return ABBREVIATION
    return PREFERRED if name.get("locale_preferred") is True else SYNONYM


def _maps(member: Member, meter: Meter) -> Iterator[tuple[str, str, str]]:
    for place, mapping in objects(member, meter, "mappings.item"):
        same = text(mapping, "map_type").upper().replace("_", "-").replace(" ", "-") == "SAME-AS"
        if mapping.get("retired") is True or not same:
            continue
        target = _key(text(mapping, "to_source_url") + "concepts/-/").split("/")[0]
        system = _system(text(mapping, "to_source_name")) or _system(target)
        code = text(mapping, "to_concept_code")
        if system is not None and is_code(place, system, code):
            yield _key(text(mapping, "from_concept_url")), system, code


def _merge(number: int, stage: Stage) -> None:
    run = stage.connection.execute
    rows = run("SELECT key, grp, system, code FROM stage.ocl_concept ORDER BY key").fetchall()
    for key, group, own, code in rows:
        maps = [(own, code)] if own else []
        order = groups()[group].systems
        maps += sorted(
            (pair for pair in run(_MAPS, (key,)).fetchall() if pair[0] in order),
            key=lambda pair: order.index(pair[0]),
        )
        if not maps:
            stage.skipped["Open Concept Lab concepts without a code of ours"] += 1
            continue
        main = maps[0]
        stage.add_concept(number, *main, group)
        for target in maps[1:]:
            stage.add_map(main, target, same=True, strength=FILLS)
        for language, name, kind in run(_NAMES, (key,)).fetchall():
            stage.add_name(number, main, language, name, (kind, 0))


def _system(name: str) -> str | None:
    found: str | None = facts("ocl")["systems"].get(name.lower())
    return found if found in code_systems() else None


def _key(url: str) -> str:
    """`source/concept` out of an address such as /orgs/A/sources/B/concepts/1/; else empty."""
    parts = url.strip("/").split("/")
    if "sources" in parts and "concepts" in parts:
        places = parts.index("sources") + 1, parts.index("concepts") + 1
        if max(places) < len(parts):
            return "/".join(parts[place] for place in places)
    return ""


OCL = Form("ocl", _wanted, _read)
