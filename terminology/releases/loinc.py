"""LOINC as CSV: the table, and the linguistic variants in our languages.

Source of the columns: LOINC Users' Guide, appendix A.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from terminology.releases.archive import Member, Meter
from terminology.releases.facts import facts
from terminology.releases.release import Form, Release
from terminology.releases.rows import check, csv_rows
from terminology.releases.stage import PREFERRED, RELATED, SYNONYM, Stage

_TABLE = "Loinc.csv"
_VARIANT = re.compile(r"([a-z]{2})[A-Z]{2}\d+LinguisticVariant\.csv")
_COLUMNS = (
    "LOINC_NUM",
    "COMPONENT",
    "CLASSTYPE",
    "STATUS",
    "SHORTNAME",
    "LONG_COMMON_NAME",
    "CONSUMER_NAME",
    "COMMON_TEST_RANK",
)
_VARIANT_COLUMNS = ("LOINC_NUM", "COMPONENT", "SHORTNAME", "LONG_COMMON_NAME")
_UNRANKED = 1_000_000
_USED = frozenset({"ACTIVE", "TRIAL"})


def _wanted(found: Sequence[Member]) -> list[Member]:
    tables = [member for member in found if member.base == _TABLE]
    variants = [member for member in found if _VARIANT.fullmatch(member.base)]
    return [min(tables, key=lambda m: len(m.name)), *variants] if tables else []


def _read(releases: Sequence[Release], stage: Stage, meter: Meter) -> list[Release]:
    return [_read_one(release, stage, meter) for release in releases]


def _read_one(release: Release, stage: Stage, meter: Meter) -> Release:
    newest = ""
    kept: set[str] = set()
    groups = facts("loinc")["class_types"]
    for line, row in csv_rows(release.members[0], meter, _COLUMNS):
        code = check(f"{release.members[0].name}:{line}", "loinc", row["LOINC_NUM"])
        newest = max(newest, row.get("VersionLastChanged", ""), key=_as_number)
        if row["STATUS"] not in _USED:
            stage.retire("loinc", code)
        elif row["CLASSTYPE"] not in groups:
            stage.skipped["LOINC codes of other classes"] += 1
        else:
            kept.add(code)
            stage.add_concept(release.number, "loinc", code, groups[row["CLASSTYPE"]])
            _add_names(release.number, stage, code, row)
    for member in release.members[1:]:
        _add_variant(release.number, stage, meter, member, kept)
    return release.versioned(newest, newest or None)


def _add_names(number: int, stage: Stage, code: str, row: dict[str, str]) -> None:
    """The bare component names only tests that are in use: many tests have the same one."""
    key, rank = ("loinc", code), row["COMMON_TEST_RANK"]
    place = int(rank) if rank.isdigit() and int(rank) else None
    stage.add_name(number, key, "en", row["LONG_COMMON_NAME"] or row["SHORTNAME"], (PREFERRED, 0))
    for column in ("SHORTNAME", "CONSUMER_NAME", "DisplayName"):
        stage.add_name(number, key, "en", row.get(column, ""), (SYNONYM, place or _UNRANKED))
    if place:
        stage.add_name(number, key, "en", row["COMPONENT"], (RELATED, place))


def _add_variant(number: int, stage: Stage, meter: Meter, member: Member, kept: set[str]) -> None:
    match = _VARIANT.fullmatch(member.base)
    language = match[1] if match else ""
    for line, row in csv_rows(member, meter, _VARIANT_COLUMNS):
        code = check(f"{member.name}:{line}", "loinc", row["LOINC_NUM"])
        if code not in kept:
            continue
        stage.add_name(number, ("loinc", code), language, row["LONG_COMMON_NAME"], (PREFERRED, 0))
        for column in ("LinguisticVariantDisplayName", "SHORTNAME"):
            stage.add_name(number, ("loinc", code), language, row.get(column, ""))


def _as_number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


LOINC = Form("loinc", _wanted, _read)
