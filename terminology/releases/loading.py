"""The user's releases recognised, read and merged into a copy of an index.

Which release decides: the forms are merged in the order of releases.toml, and a later release
fills what an earlier one left open. See placing.py for releases against the built-in sources.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from errno import EISDIR
from os import strerror
from pathlib import Path

from terminology.errors import IndexUnusable, SourceMalformed
from terminology.index import SHIPPED_INDEX, Index
from terminology.indexfile import Built
from terminology.releases.archive import Meter, members
from terminology.releases.fhir import FHIR
from terminology.releases.icd10cm import ICD10CM
from terminology.releases.loinc import LOINC
from terminology.releases.ocl import OCL
from terminology.releases.overlay import Workplace, begin, finish, first_free, merge, workplace
from terminology.releases.release import Form, Release
from terminology.releases.rf2 import RF2
from terminology.releases.rxnorm import RXNORM
from terminology.releases.stage import Stage
from terminology.releases.umls import UMLS

FORMS = (RF2, RXNORM, LOINC, ICD10CM, UMLS, OCL, FHIR)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading gave.

    `names` are the releases with how many names each has, `retired` counts codings that left the
    index, `skipped` by reason what was left out.
    """

    built: Built
    names: tuple[tuple[str, int], ...]
    retired: int
    skipped: Mapping[str, int]


def load(
    paths: Sequence[Path],
    out: Path,
    base: Path = SHIPPED_INDEX,
    progress: Callable[[str, int, int], None] = lambda _step, _done, _all: None,
) -> Loaded:
    """Write to `out` a copy of the index `base` with the releases at the paths merged in.

    `progress` is called with what is being done, the bytes read and the bytes in all. The index
    holds the user's licensed names: it is not to be passed on.

    Raises:
        SourceMalformed: a path holds no release, or one that cannot be read; the message names
            file and line.
        IndexUnusable: `base` is no index of this version, or `out` is the shipped one.
        OSError: `out` cannot be written. An older file stays as it was in all these cases.
    """
    if out.resolve() == SHIPPED_INDEX.resolve():
        raise IndexUnusable(f"{out}: releases are not added to the index that ships; name another")
    if out.is_dir():
        raise IsADirectoryError(EISDIR, strerror(EISDIR), str(out))
    with Index(base):
        pass  # it is whole, and of this version
    found = [release for path in paths for release in recognise(path)]
    meter = Meter(sum(m.size for release in found for m in release.members), progress)
    meter.say("opening the index")
    try:
        with workplace(base, out) as work:
            return _load(found, work, meter, out)
    except sqlite3.Error as error:
        raise IndexUnusable(f"{out}: {error}") from error


def _load(found: Sequence[Release], work: Workplace, meter: Meter, out: Path) -> Loaded:
    connection, stage = work.connection, work.stage
    numbered = _numbered(found, first_free(connection))
    read: list[Release] = []
    retired = 0
    for form in FORMS:
        if own := [release for release in numbered if release.form == form.key]:
            versioned = _read(form, own, stage, meter)
            meter.say(f"merging {form.key}")
            if not read:
                begin(connection)
            retired += merge(connection, stage, versioned)
            read += versioned
    meter.say("writing")
    version = finish(connection, stage, read, meter.digest.digest())
    counts = _counts(connection)
    work.settle()
    built = Built(out, version, *counts, out.stat().st_size)
    names = [(release.source().version, stage.names[release.number]) for release in read]
    return Loaded(built, tuple(names), retired, dict(+stage.skipped))


def recognise(path: Path) -> list[Release]:
    """The releases at a path, a folder, a zip or a file, by the names of the files there.

    Raises:
        SourceMalformed: there is none, or the zip is unsound.
    """
    there = members(path)
    found = []
    for form in FORMS:
        try:
            wanted = form.wanted(there)
        except SourceMalformed as error:
            raise SourceMalformed(f"{path.name}: {error}") from error
        if wanted:
            found.append(Release(form.key, path, tuple(wanted)))
    if not found:
        raise SourceMalformed(
            f"{path}: no release is recognised in it; there is RF2 (snapshot), RxNorm and UMLS"
            " RRF, LOINC CSV, ICD-10-CM text, an Open Concept Lab export, FHIR JSON"
        )
    return found


def _numbered(found: Sequence[Release], first: int) -> list[Release]:
    order = [form.key for form in FORMS]
    in_order = sorted(found, key=lambda release: order.index(release.form))
    return [replace(release, number=number) for number, release in enumerate(in_order, first)]


def _read(form: Form, releases: Sequence[Release], stage: Stage, meter: Meter) -> list[Release]:
    try:
        versioned = form.read(releases, stage, meter)
    except SourceMalformed as error:
        names = ", ".join(release.path.name for release in releases)
        raise SourceMalformed(f"{names}: {error}") from error
    stage.flush()
    for release in versioned:
        if not _gave(stage, release):
            raise SourceMalformed(
                f"{release.path.name}: read as {form.key}, but it has no code of a system and"
                " group that the index holds"
            )
    return versioned


def _gave(stage: Stage, release: Release) -> bool:
    if stage.names[release.number]:
        return True
    row = stage.connection.execute(
        "SELECT 1 FROM stage.concept WHERE release = ? LIMIT 1", (release.number,)
    ).fetchone()
    return row is not None


def _counts(connection: sqlite3.Connection) -> tuple[int, int]:
    concepts = connection.execute("SELECT count(*) FROM main.concept").fetchone()
    names = connection.execute("SELECT count(*) FROM main.name").fetchone()
    return int(concepts[0]), int(names[0])
