"""Stretches of a text, checked against it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.errors import CorpusMalformed

Parts = Sequence[tuple[int, int]]


def entity(
    identifier: str, label: str, parts: Parts, text: str, place: str, *, said: str | None = None
) -> dict[str, Any]:
    """Make an entity of its parts, the hull of them where there are several.

    `said` is what the annotation says that stands there: white space in it does not matter, nor
    what stands between the parts. `place` is the file and line that an error names.

    Raises:
        CorpusMalformed: a part is empty or outside of the text, or something else stands there.
    """
    ordered = sorted(parts)
    if not ordered or any(not 0 <= start < end <= len(text) for start, end in ordered):
        raise CorpusMalformed(f"{place}: the span is not within the text")
    there = "".join(text[start:end] for start, end in ordered)
    if said is not None and _bare(said) != _bare(there):
        raise CorpusMalformed(f"{place}: the text at the offsets is not that of the annotation")
    made = {
        "id": identifier,
        "start": ordered[0][0],
        "end": max(end for _, end in ordered),
        "label": label,
    }
    if len(ordered) > 1:
        made["parts"] = [list(part) for part in ordered]
    return made


def _bare(text: str) -> str:
    return "".join(text.split())
