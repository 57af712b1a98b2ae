"""Map reference sets of SNOMED CT: only what maps to one code without a condition."""

from __future__ import annotations

import re

from terminology.codesystem import code_systems
from terminology.errors import SourceMalformed
from terminology.releases.archive import Member, Meter
from terminology.releases.facts import facts
from terminology.releases.rows import check, tab_rows
from terminology.releases.stage import REPLACES, Stage

_MEMBER = ("id", "effectiveTime", "active", "moduleId", "refsetId", "referencedComponentId")
_SIMPLE = (*_MEMBER, "mapTarget")
_EXTENDED = (
    *_MEMBER,
    "mapGroup",
    "mapPriority",
    "mapRule",
    "mapAdvice",
    "mapTarget",
    "correlationId",
    "mapCategoryId",
)
_COMPLEX = _EXTENDED[:-1]
_SHAPES = {"Simple": _SIMPLE, "Extended": _EXTENDED, "Complex": _COMPLEX}
_ALWAYS = ("", "TRUE", "OTHERWISE TRUE")
_FURTHER_CHARACTER = re.compile(r"(?<=\.)\?|[?]$")


def read_maps(member: Member, stage: Stage, meter: Meter) -> None:
    """Put the mappings of the reference sets that releases.toml names on the stage.

    A map of several groups or with rules (age, sex, cause) needs more than the concept, so it
    gives no code.
    """
    shape = next((columns for word, columns in _SHAPES.items() if word in member.base), None)
    systems = {k: v for k, v in facts("snomed")["maps"].items() if v in code_systems()}
    if shape is None or not systems:
        return
    run = stage.connection.execute
    run("CREATE TABLE stage.rf2_map (concept TEXT, system TEXT, target TEXT, always INTEGER)")
    for line, row in tab_rows(member, meter, shape):
        cells = dict(zip(shape, row, strict=True))
        if cells["active"] not in {"0", "1"}:
            raise SourceMalformed(f"{member.name}:{line}: active {cells['active'][:20]!r}")
        if cells["active"] == "1" and (system := systems.get(cells["refsetId"])):
            target = _FURTHER_CHARACTER.sub("", cells["mapTarget"]).rstrip(".")
            if target:
                check(f"{member.name}:{line}", system, target)
            always = bool(target) and cells.get("mapRule", "") in _ALWAYS
            concept = cells["referencedComponentId"]
            run("INSERT INTO stage.rf2_map VALUES (?, ?, ?, ?)", (concept, system, target, always))
    rows = run(
        "SELECT concept, system, min(target) FROM stage.rf2_map"
        " GROUP BY concept, system HAVING count(*) = 1 AND min(always) ORDER BY concept, system"
    )
    for concept, system, target in rows.fetchall():
        stage.add_map(("snomed", concept), (system, target), same=False, strength=REPLACES)
    run("DROP TABLE stage.rf2_map")
