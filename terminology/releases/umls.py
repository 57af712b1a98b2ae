"""The UMLS Metathesaurus: concepts of the semantic types that are ours, in our languages.

Source of the formats: UMLS Reference Manual, chapter 3 (MRCONSO.RRF, MRSTY.RRF).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from terminology.codesystem import code_systems
from terminology.errors import SourceMalformed
from terminology.releases.archive import Meter
from terminology.releases.facts import facts
from terminology.releases.release import Form, Release
from terminology.releases.rows import check, is_code, pipe_rows
from terminology.releases.rrf import dated, member_of, rrf_files
from terminology.releases.stage import ABBREVIATION, FILLS, PREFERRED, SYNONYM, Stage

_CONSO_COLUMNS, _STY_COLUMNS = 18, 6
_FLAGS = frozenset("NOYE")


def _read(releases: Sequence[Release], stage: Stage, meter: Meter) -> list[Release]:
    return [_read_one(release, stage, meter) for release in releases]


def _read_one(release: Release, stage: Stage, meter: Meter) -> Release:
    run = stage.connection
    run.execute("CREATE TABLE stage.umls (cui TEXT PRIMARY KEY, place INTEGER) WITHOUT ROWID")
    run.executemany(
        "INSERT INTO stage.umls VALUES (?, ?)"
        " ON CONFLICT DO UPDATE SET place = min(place, excluded.place)",
        _types(release, meter),
    )
    groups = list(facts("umls")["types"].values())
    for cui, place in run.execute("SELECT cui, place FROM stage.umls ORDER BY cui").fetchall():
        stage.add_concept(release.number, "umls", cui, groups[place])
    _atoms(release, stage, meter)
    run.execute("DROP TABLE stage.umls")
    version = dated(release, r"20\d\d[A-Z]{2}")
    return release.versioned(version, version)


def _types(release: Release, meter: Meter) -> Iterator[tuple[str, int]]:
    places = {kind: place for place, kind in enumerate(facts("umls")["types"])}
    for line, row in pipe_rows(member_of(release, "MRSTY.RRF"), meter, _STY_COLUMNS):
        check(f"MRSTY.RRF:{line}", "umls", row[0])
        if not re.fullmatch(r"T\d{3}", row[1]):
            raise SourceMalformed(f"MRSTY.RRF:{line}: {row[1][:20]!r} is no semantic type")
        if row[1] in places:
            yield row[0], places[row[1]]


def _atoms(release: Release, stage: Stage, meter: Meter) -> None:
    of_ours = stage.connection.cursor()
    languages, kinds = facts("umls")["languages"], facts("umls")["term_types"]
    known, ours = "", False
    for line, row in pipe_rows(member_of(release, "MRCONSO.RRF"), meter, _CONSO_COLUMNS):
        cui, language, source, kind, code, text = *row[:2], *row[11:15]
        if row[16] not in _FLAGS:
            raise SourceMalformed(f"MRCONSO.RRF:{line}: suppress {row[16][:20]!r}")
        if cui != known:
            check(f"MRCONSO.RRF:{line}", "umls", cui)
            found = of_ours.execute("SELECT 1 FROM stage.umls WHERE cui = ?", (cui,)).fetchone()
            known, ours = cui, found is not None
        if not ours or row[16] != "N":
            continue
        if language not in languages:
            stage.skipped[f"names in {language}"] += 1
            continue
        best = row[2] == "P" and row[4] == "PF" and row[6] == "Y"
        name_kind = PREFERRED if best else SYNONYM
        if kind in kinds["abbreviations"]:
            name_kind = ABBREVIATION
        stage.add_name(release.number, ("umls", cui), languages[language], text, (name_kind, 0))
        place = f"MRCONSO.RRF:{line}"
        _add_code(stage, cui, (source, code), place, main=kind in kinds["main"])


def _add_code(stage: Stage, cui: str, of: tuple[str, str], place: str, *, main: bool) -> None:
    system, code = facts("umls")["systems"].get(of[0]), of[1]
    if system in code_systems() and is_code(place, system, code):
        order = 0 if main else 1
        stage.add_map(("umls", cui), (system, code), same=True, strength=FILLS, place=order)


UMLS = Form("umls", rrf_files("MRCONSO.RRF", "MRSTY.RRF"), _read)
