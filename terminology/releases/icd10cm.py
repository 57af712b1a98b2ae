"""ICD-10-CM as CMS publishes it: the order file (headings too) or the list of codes.

Source of the columns: the file "icd10cm order files readme" of CMS: from 1, order number 1-5,
code without dot 7-13, 1 if valid for billing at 15, short title 17-76, long title from 78.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from terminology.errors import SourceMalformed
from terminology.releases.archive import Member, Meter
from terminology.releases.facts import facts
from terminology.releases.release import Form, Release
from terminology.releases.rows import check, lines
from terminology.releases.rrf import dated
from terminology.releases.stage import CODER, Stage

_ORDER = re.compile(r"icd10cm[-_]order[-_]\w*\.txt", re.IGNORECASE)
_CODES = re.compile(r"icd10cm[-_]codes[-_]\w*\.txt", re.IGNORECASE)
_ORDER_ROW = re.compile(r"\d{5} ([A-Z0-9]{3,7}) +([01]) (.{60}) (\S.*)")
_CODES_ROW = re.compile(r"([A-Z0-9]{3,7}) +(\S.*)")


def _wanted(found: Sequence[Member]) -> list[Member]:
    for pattern in (_ORDER, _CODES):
        if members := [m for m in found if pattern.fullmatch(m.base)]:
            return members[:1]
    return []


def _read(releases: Sequence[Release], stage: Stage, meter: Meter) -> list[Release]:
    read = []
    for release in releases:
        for code, names in _codes(release.members[0], meter):
            if group := group_of(code):
                stage.add_concept(release.number, "icd10cm", code, group)
                for place, name in enumerate(names):
                    stage.add_name(release.number, ("icd10cm", code), "en", name, (CODER, place))
        year = dated(release, r"20\d\d")
        read.append(release.versioned(year, year))
    return read


def group_of(code: str) -> str | None:
    """The group of the chapter; None for chapters that are neither disorder nor finding."""
    chapters = facts("icd10cm")["chapters"]
    return next((group for group, letters in chapters.items() if code[0] in letters), None)


def _codes(member: Member, meter: Meter) -> Iterator[tuple[str, list[str]]]:
    in_order = _ORDER.fullmatch(member.base) is not None
    shape = _ORDER_ROW if in_order else _CODES_ROW
    for number, text in lines(member, meter):
        place = f"{member.name}:{number}"
        row = shape.fullmatch(text.rstrip())
        if row is None:
            raise SourceMalformed(f"{place}: not a row of code and title")
        names = [row[4], row[3].strip()] if in_order else [row[2]]
        yield check(place, "icd10cm", _dotted(row[1])), list(dict.fromkeys(names))


def _dotted(code: str) -> str:
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 else code


ICD10CM = Form("icd10cm", _wanted, _read)
