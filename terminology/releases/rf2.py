"""SNOMED CT in Release Format 2, snapshot: an international release with or without extensions.

All releases are read as one, since an extension adds names, maps and concepts to the concepts of
the release that it extends; of a component that is in several, the newest row counts.
Source of the formats: SNOMED CT Release File Specification, chapters 4 and 5.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from terminology.errors import SourceMalformed
from terminology.releases.archive import Member, Meter
from terminology.releases.facts import facts
from terminology.releases.release import Form, Release
from terminology.releases.rf2_cells import component, is_active
from terminology.releases.rf2_groups import complete_groups
from terminology.releases.rf2_maps import read_maps
from terminology.releases.rows import tab_rows
from terminology.releases.stage import ABBREVIATION, PREFERRED, SYNONYM, Stage

_STATE = ("id", "effectiveTime", "active", "moduleId")
_CONCEPT = (*_STATE, "definitionStatusId")
_DESCRIPTION = (*_STATE, "conceptId", "languageCode", "typeId", "term", "caseSignificanceId")
_LANGUAGE = (*_STATE, "refsetId", "referencedComponentId", "acceptabilityId")
_FSN, _SYNONYM = "900000000000003001", "900000000000013009"
_PREFERRED = "900000000000548007"
_CORE, _MODEL = "900000000000207008", "900000000000012004"

_FILES = re.compile(
    r"x?(?:sct2_(?:Concept|Description|Relationship)|der2_\w*Refset)_\w*Snapshot[\w-]*\.txt"
)
_ANY_RF2 = re.compile(r"x?sct2_\w+?(?:Full|Delta)[\w-]*\.txt")
_DATE = re.compile(r"_([A-Z]{2,3}\d*)_(\d{8})\.txt$")
_TAGGED = re.compile(r"(.*\S)\s+\(([^()]+)\)")
_SHORT_AND_LONG = re.compile(r"([A-Z][A-Za-z0-9/]{1,7}) - (\S.{3,})")
"""Synonyms such as "ABC - Alpha beta" are a short form and its meaning in one."""

_TABLES = """
CREATE TABLE stage.rf2_concept (
    id INTEGER PRIMARY KEY, time TEXT, active INTEGER, release INTEGER);
CREATE TABLE stage.rf2_description (
    id INTEGER PRIMARY KEY, time TEXT, active INTEGER, release INTEGER, concept INTEGER,
    language TEXT, fsn INTEGER, grp TEXT, term TEXT);
CREATE TABLE stage.rf2_preferred (description INTEGER PRIMARY KEY, place INTEGER);
"""
_ADD_CONCEPT = """
INSERT INTO stage.rf2_concept VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
SET time = excluded.time, active = excluded.active WHERE excluded.time > time
"""
_ADD_DESCRIPTION = """
INSERT INTO stage.rf2_description VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
SET time = excluded.time, active = excluded.active, term = excluded.term
WHERE excluded.time > time
"""
_ADD_PREFERRED = """
INSERT INTO stage.rf2_preferred VALUES (?, ?) ON CONFLICT DO UPDATE
SET place = min(place, excluded.place)
"""


@dataclass(slots=True)
class _Modules:
    """How often modules occur in the descriptions, to tell the edition."""

    counts: Counter[str] = field(default_factory=Counter)

    def edition(self, namespace: str) -> str:
        """The module that names the edition in its version URI."""
        own = [m for m, _ in self.counts.most_common() if m not in {_CORE, _MODEL}]
        if not own or (namespace == "INT" and _CORE in self.counts):
            return _CORE
        return own[0]


def _wanted(found: Sequence[Member]) -> list[Member]:
    wanted = [member for member in found if _FILES.fullmatch(member.base)]
    if any("sct2_Description" in member.base for member in wanted):
        return wanted
    if any(_ANY_RF2.fullmatch(member.base) for member in found):
        raise SourceMalformed("an RF2 release without its Snapshot files: only Full or Delta")
    return []


def _read(releases: Sequence[Release], stage: Stage, meter: Meter) -> list[Release]:
    for statement in _TABLES.split(";"):
        stage.connection.execute(statement)
    read = [_read_one(release, stage, meter) for release in releases]
    _keep_concepts(stage)
    complete_groups(releases, stage, meter)
    _keep_names(stage)
    for release in releases:
        for member in _of_kind(release, "MapSnapshot", "Map"):
            read_maps(member, stage, meter)
    for table in ("concept", "description", "preferred"):
        stage.connection.execute(f"DROP TABLE stage.rf2_{table}")
    return read


def _read_one(release: Release, stage: Stage, meter: Meter) -> Release:
    run, modules = stage.connection.executemany, _Modules()
    for member in _of_kind(release, "sct2_Concept_"):
        run(_ADD_CONCEPT, _concepts(release.number, member, meter))
    for member in _of_kind(release, "sct2_Description_"):
        run(_ADD_DESCRIPTION, _descriptions(release.number, member, meter, modules))
    for member in _of_kind(release, "Refset_", "Language"):
        run(_ADD_PREFERRED, _preferred(member, meter))
    return _versioned(release, modules)


def _of_kind(release: Release, *parts: str) -> list[Member]:
    return [member for member in release.members if all(part in member.base for part in parts)]


def _versioned(release: Release, modules: _Modules) -> Release:
    named = [match.groups() for m in release.members if (match := _DATE.search(m.base))]
    if not named:
        return release
    namespace, date = max(named, key=lambda pair: pair[1])
    module = modules.edition(namespace)
    return release.versioned(date, f"http://snomed.info/sct/{module}/version/{date}")


def _concepts(number: int, member: Member, meter: Meter) -> Iterator[tuple[object, ...]]:
    for line, (identifier, time, active, *_) in tab_rows(member, meter, _CONCEPT):
        place = f"{member.name}:{line}"
        yield component(place, identifier, "0"), time, is_active(place, time, active), number


def _descriptions(
    number: int, member: Member, meter: Meter, modules: _Modules
) -> Iterator[tuple[object, ...]]:
    tags = facts("snomed")["tags"]
    for line, row in tab_rows(member, meter, _DESCRIPTION):
        identifier, time, active, module, concept, language, kind, term, _ = row
        place = f"{member.name}:{line}"
        counts = is_active(place, time, active) and kind in {_FSN, _SYNONYM}
        modules.counts[module] += 1
        text, group = term, None
        if kind == _FSN and (tagged := _TAGGED.fullmatch(term)):
            text = tagged[1]
            group = tags[language].get(tagged[2], "") if language in tags else None
        yield (
            component(place, identifier, "1"),
            time,
            counts,
            number,
            component(place, concept, "0"),
            language,
            kind == _FSN,
            group,
            text if counts else "",
        )


def _preferred(member: Member, meter: Meter) -> Iterator[tuple[int, int]]:
    order = facts("snomed")["refsets"]["order"]
    places = {refset: place for place, refset in enumerate(order)}
    for line, row in tab_rows(member, meter, _LANGUAGE):
        _, time, active, _, refset, description, acceptability = row
        place = f"{member.name}:{line}"
        if is_active(place, time, active) and acceptability == _PREFERRED:
            if not (description.isascii() and description.isdigit()) or len(description) > 18:
                raise SourceMalformed(f"{place}: {description[:40]!r} is no description identifier")
            yield int(description), places.get(refset, len(order))


def _keep_concepts(stage: Stage) -> None:
    """Active concepts, and those whose names only are in these releases."""
    run = stage.connection.execute
    run("CREATE INDEX stage.rf2_by_concept ON rf2_description (concept, fsn)")
    run(
        "INSERT OR IGNORE INTO stage.retired"
        " SELECT 'snomed', CAST(id AS TEXT) FROM stage.rf2_concept WHERE NOT active"
    )
    run(
        "INSERT INTO stage.concept (system, code, release, grp)"
        " SELECT 'snomed', CAST(id AS TEXT), release, (SELECT grp FROM stage.rf2_description d"
        "  WHERE d.concept = c.id AND fsn AND active AND grp IS NOT NULL"
        "  ORDER BY language = 'en' DESC, language LIMIT 1)"
        " FROM stage.rf2_concept c WHERE active"
    )
    run(
        "INSERT OR IGNORE INTO stage.concept (system, code, release, grp)"
        " SELECT 'snomed', CAST(concept AS TEXT), min(release), max(grp)"
        " FROM stage.rf2_description d WHERE active AND term != ''"
        "  AND NOT EXISTS (SELECT 1 FROM stage.rf2_concept c WHERE c.id = d.concept)"
        " GROUP BY concept"
    )


def _keep_names(stage: Stage) -> None:
    """The names of the concepts that are kept."""
    left_out = stage.connection.execute("DELETE FROM stage.concept WHERE grp = ''").rowcount
    stage.skipped["SNOMED CT concepts of other semantic tags"] += left_out
    rows = stage.connection.execute(
        "SELECT d.release, c.code, d.language, d.fsn, d.term, p.place"
        " FROM stage.concept c JOIN stage.rf2_description d ON d.concept = CAST(c.code AS INTEGER)"
        " LEFT JOIN stage.rf2_preferred p ON p.description = d.id"
        " WHERE c.system = 'snomed' AND d.active AND d.term != '' ORDER BY c.code, d.id"
    )
    for release, code, language, fsn, term, place in rows:
        key = ("snomed", code)
        if not fsn and (both := _SHORT_AND_LONG.fullmatch(term)):
            stage.add_name(release, key, language, both[1], (ABBREVIATION, 0))
            stage.add_name(release, key, language, both[2])
        elif fsn or place is None:
            stage.add_name(release, key, language, term, (SYNONYM, 1 - fsn))
        else:
            stage.add_name(release, key, language, term, (PREFERRED, place))


RF2 = Form("snomed", _wanted, _read)
