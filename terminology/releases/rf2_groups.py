"""The group of SNOMED CT concepts without a fully specified name: by what they are a kind of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from terminology.releases.archive import Member, Meter
from terminology.releases.facts import facts
from terminology.releases.release import Release
from terminology.releases.rf2_cells import component, is_active
from terminology.releases.rows import tab_rows
from terminology.releases.stage import Stage

_COLUMNS = (
    "id",
    "effectiveTime",
    "active",
    "moduleId",
    "sourceId",
    "destinationId",
    "relationshipGroup",
    "typeId",
    "characteristicTypeId",
    "modifierId",
)
_IS_A = "116680003"


def complete_groups(releases: Sequence[Release], stage: Stage, meter: Meter) -> None:
    """Read the relationships, if there is a concept that needs them, and go down from the roots."""
    (needed,) = stage.connection.execute(
        "SELECT count(*) FROM stage.concept WHERE grp IS NULL"
    ).fetchone()
    found = [m for r in releases for m in r.members if "sct2_Relationship_" in m.base]
    if not needed or not found:
        return
    run = stage.connection.execute
    run("CREATE TABLE stage.rf2_isa (parent INTEGER, child INTEGER)")
    for member in found:
        stage.connection.executemany(
            "INSERT INTO stage.rf2_isa VALUES (?, ?)", _is_a(member, meter)
        )
    run("CREATE INDEX stage.rf2_by_parent ON rf2_isa (parent)")
    for root, group in facts("snomed")["roots"].items():
        run(
            "WITH RECURSIVE below (id) AS (SELECT ? UNION SELECT child FROM below"
            " JOIN stage.rf2_isa ON parent = below.id)"
            " UPDATE stage.concept SET grp = ? WHERE grp IS NULL AND system = 'snomed'"
            " AND code IN (SELECT CAST(id AS TEXT) FROM below)",
            (int(root), group),
        )
    run("DROP TABLE stage.rf2_isa")


def _is_a(member: Member, meter: Meter) -> Iterator[tuple[int, int]]:
    for line, row in tab_rows(member, meter, _COLUMNS):
        _, time, active, _, child, parent, _, kind, _, _ = row
        place = f"{member.name}:{line}"
        if is_active(place, time, active) and kind == _IS_A:
            yield component(place, parent, "0"), component(place, child, "0")
