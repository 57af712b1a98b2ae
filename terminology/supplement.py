"""The project's own names (supplement_<language>.tsv): what clinicians write and no source has.

Columns: name, group, system, code. Every code must exist in a packed source. A name decides over
all other names that are written alike, so "MI" is a myocardial infarction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from terminology.codesystem import code_systems, groups
from terminology.errors import SourceMalformed
from terminology.source import Source

_HEADER = ["name", "group", "system", "code"]

SUPPLEMENT = Source(
    key="supplement",
    priority=0,
    licence_class="clean",
    licence="Apache-2.0",
    version="of this release",
    notice="Everyday names: the Chartloom project, Apache-2.0.",
)


@dataclass(frozen=True, slots=True)
class SupplementName:
    """One row; `place` is file and line, for error messages."""

    language: str
    name: str
    group: str
    system: str
    code: str
    place: str


def read_supplements(folder: Path, kind: str = "supplement") -> Iterator[SupplementName]:
    """Every row of every supplement in the folder, in a fixed order.

    `gold` is the kind of those that name codes which only the corpora state (gold_en.tsv).

    Raises:
        SourceMalformed: wrong columns, or a group, system or code that cannot be.
    """
    for path in sorted(folder.glob(f"{kind}_*.tsv")):
        language = path.stem.removeprefix(f"{kind}_")
        lines = path.read_text("utf-8").splitlines()
        if not lines or lines[0].split("\t") != _HEADER:
            raise SourceMalformed(f"{path.name}:1: the header is not {_HEADER}")
        for number, line in enumerate(lines[1:], start=2):
            yield _row(language, line, f"{path.name}:{number}")


def _row(language: str, line: str, place: str) -> SupplementName:
    cells = line.split("\t")
    if len(cells) != len(_HEADER) or not all(cells):
        raise SourceMalformed(f"{place}: not {len(_HEADER)} cells")
    name, group, system, code = cells
    if group not in groups():
        raise SourceMalformed(f"{place}: unknown group {group!r}")
    if system not in groups()[group].systems:
        raise SourceMalformed(f"{place}: a {group} has no {system!r} code")
    if not code_systems()[system].check(code):
        raise SourceMalformed(f"{place}: {code!r} is no {system} code")
    return SupplementName(language, name, group, system, code, place)
