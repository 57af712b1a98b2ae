"""The offset map of a copy as one compact string, for the internal store only.

`tag NAME=2,DATE=1 5+13>6,12+10>6`: the mode, what was replaced, and for each replacement how far it
begins behind the end of the one before, how long it was, and how long it is. `-` stands for none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from mappers.canonical import BASE
from models.types import DeidentifiedNote

OFFSET_MAP: Final = f"{BASE}/StructureDefinition/offset-map"
_MAP = re.compile(
    r"(?P<mode>[a-z]+) (?P<counts>-|[A-Z_]+=\d+(?:,[A-Z_]+=\d+)*) (?P<steps>-|[\d+>,]+)"
)
_STEP = re.compile(r"(\d+)\+(\d+)>(\d+)")
Offsets = tuple[tuple[int, int, int, int], ...]


def to_extension(copy: DeidentifiedNote) -> dict[str, Any]:
    """Build the extension of the copy's DocumentReference."""
    counts = ",".join(f"{name}={count}" for name, count in sorted(copy.replacements.items()))
    steps = ",".join(_steps(copy.offsets))
    return {"url": OFFSET_MAP, "valueString": f"{copy.mode} {counts or '-'} {steps or '-'}"}


def read_extension(text: str) -> tuple[str, dict[str, int], Offsets] | None:
    """Read mode, replacements by category and offsets back; none when it is not such a map."""
    found = _MAP.fullmatch(text)
    if found is None:
        return None
    counts = (one.split("=") for one in found["counts"].split(",") if one != "-")
    return found["mode"], {name: int(n) for name, n in counts}, tuple(_read(found["steps"]))


def _steps(offsets: Iterable[tuple[int, int, int, int]]) -> Iterator[str]:
    last = 0
    for start, end, new_start, new_end in offsets:
        yield f"{start - last}+{end - start}>{new_end - new_start}"
        last = end


def _read(steps: str) -> Iterator[tuple[int, int, int, int]]:
    end = new_end = 0
    for gap, old, new in _STEP.findall(steps):
        start, new_start = end + int(gap), new_end + int(gap)
        end, new_end = start + int(old), new_start + int(new)
        yield start, end, new_start, new_end
