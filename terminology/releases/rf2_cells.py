"""Cells that every RF2 file has, checked: they tell files that are mixed up or cut off."""

from __future__ import annotations

from terminology.codesystem import verhoeff
from terminology.errors import SourceMalformed


def component(place: str, identifier: str, kind: str) -> int:
    """The number of a component; `kind` is the last digit of its partition.

    Raises:
        SourceMalformed: a broken check digit, or the identifier is of another kind.
    """
    if not verhoeff(identifier) or identifier[-2] != kind:
        what = {"0": "concept", "1": "description", "2": "relationship"}[kind]
        raise SourceMalformed(f"{place}: {identifier[:40]!r} is no {what} identifier")
    return int(identifier)


def is_active(place: str, time: str, active: str) -> bool:
    """Whether the row counts.

    Raises:
        SourceMalformed: the columns hold something else, as in a file of another kind.
    """
    if active not in {"0", "1"} or len(time) != 8 or not time.isdigit():
        raise SourceMalformed(f"{place}: effectiveTime {time[:20]!r} or active {active[:20]!r}")
    return active == "1"
