"""Evidence, moved from the note to its copy: derivation-reference with other offsets."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mappers.canonical import DERIVATION
from mappers.deidentification.handling import Handling
from mappers.deidentification.operations import reference
from models.types import DeidentifiedNote

PATH: Final = "DocumentReference.content[0].attachment"
"""Where a copy holds its text, whatever attachment the note was read from."""


def evidence(value: Any, handling: Handling) -> dict[str, Any] | None:
    """Re-anchor a derivation-reference; one that touches PHI loses its offset and length.

    So does one from a document of which `copies` has no copy.
    """
    parts = value.get("extension") if isinstance(value, dict) else None
    if not isinstance(parts, list):
        return None
    found = {str(one.get("url")): one for one in parts if isinstance(one, dict)}
    source = found.get("reference", {}).get("valueReference")
    pseudonym = reference(source, handling)
    if source is None or pseudonym is None:
        return None
    kept: list[dict[str, Any]] = [{"url": "reference", "valueReference": pseudonym}]
    copy = handling.copies.get(source["reference"])
    if copy is not None:
        kept.append({"url": "path", "valueString": PATH})
        kept += _place(found, copy, handling)
    return {"extension": kept}


def _place(found: dict[str, Any], copy: DeidentifiedNote, handling: Handling) -> list[Any]:
    place = _written(found)
    if place is None:
        return []
    moved = anchored(*place, copy)
    if moved is None:
        handling.done[f"{handling.kind}.evidence", "redact"] += 1
        return []
    return [
        {"url": "offset", "valueInteger": moved},
        {"url": "length", "valueInteger": place[1] - place[0]},
    ]


def _written(found: dict[str, Any]) -> tuple[int, int] | None:
    """Read start and end of the evidence in the note."""
    start = found.get("offset", {}).get("valueInteger")
    length = found.get("length", {}).get("valueInteger")
    if isinstance(start, int) and isinstance(length, int) and length > 0 <= start:
        return start, start + length
    return None


def quoted(value: Any, copies: Mapping[str, DeidentifiedNote]) -> Iterator[str]:
    """Yield the words that a resource gives as evidence, as far as they stand in the copies."""
    if isinstance(value, list):
        for one in value:
            yield from quoted(one, copies)
    elif isinstance(value, dict):
        if value.get("url") == DERIVATION:
            yield from _words(value, copies)
        else:
            for part in value.values():
                if isinstance(part, dict | list):
                    yield from quoted(part, copies)


def _words(evidence: dict[str, Any], copies: Mapping[str, DeidentifiedNote]) -> Iterator[str]:
    parts = evidence.get("extension")
    every = parts if isinstance(parts, list) else []
    found = {str(one.get("url")): one for one in every if isinstance(one, dict)}
    source = found.get("reference", {}).get("valueReference")
    copy = copies.get(str(source.get("reference"))) if isinstance(source, dict) else None
    place = _written(found)
    if copy is None or place is None:
        return
    moved = anchored(*place, copy)
    if moved is not None:
        yield copy.text[moved : moved + place[1] - place[0]]


def anchored(start: int, end: int, copy: DeidentifiedNote) -> int | None:
    """Return where a place of the note begins in the copy; none when it touches what was replaced.

    Its length stays the same.
    """
    at = bisect_right(copy.offsets, start, key=lambda one: one[1])
    if at < len(copy.offsets) and copy.offsets[at][0] < end:
        return None
    moved = copy.offsets[at - 1][3] - copy.offsets[at - 1][1] if at else 0
    return start + moved if end + moved <= len(copy.text) else None
