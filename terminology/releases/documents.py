"""JSON files of any size, read piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ijson

from terminology.errors import SourceMalformed
from terminology.releases.archive import DAMAGED, Member, Meter


def objects(member: Member, meter: Meter, prefix: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects at a place such as `concept.item`, each with its place for error messages.

    Raises:
        SourceMalformed: damaged, no JSON, or something other than an object at that place.
    """
    number = 0
    try:
        with member.open(meter) as stream:
            for found in ijson.items(stream, prefix, use_float=True):
                number += 1
                place = f"{member.name}: {prefix.removesuffix('.item')} {number}"
                if not isinstance(found, dict):
                    raise SourceMalformed(f"{place}: not an object")
                yield place, found
    except (ijson.JSONError, UnicodeDecodeError, ValueError) as error:
        raise _broken(member, f"{prefix} {number + 1}") from error
    except DAMAGED as error:
        raise SourceMalformed(f"{member.name}: cut off or damaged") from error


def scalars(member: Member, meter: Meter) -> dict[str, str]:
    """The strings at the top level of the one object in a file.

    Raises:
        SourceMalformed: damaged, no JSON, or no object.
    """
    found: dict[str, str] = {}
    try:
        with member.open(meter) as stream:
            for prefix, event, value in ijson.parse(stream, use_float=True):
                if prefix == "" and event not in {"start_map", "end_map", "map_key"}:
                    raise SourceMalformed(f"{member.name}: not an object")
                if event == "string" and prefix and "." not in prefix:
                    found[prefix] = value
    except (ijson.JSONError, UnicodeDecodeError, ValueError) as error:
        raise _broken(member, "a key or value") from error
    except DAMAGED as error:
        raise SourceMalformed(f"{member.name}: cut off or damaged") from error
    return found


def start(member: Member, size: int) -> str:
    """The first bytes as text, for recognising what the file is.

    Raises:
        SourceMalformed: it cannot be read.
    """
    try:
        with member.open(Meter()) as stream:
            return stream.read(size).decode("utf-8", "replace")
    except DAMAGED as error:
        raise SourceMalformed(f"{member.name}: cut off or damaged") from error


def text(holder: dict[str, Any], key: str) -> str:
    """The string under a key; empty where there is none."""
    found = holder.get(key)
    return found if isinstance(found, str) else ""


def listed(holder: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The objects in the list under a key; empty where there is none."""
    found = holder.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _broken(member: Member, where: str) -> SourceMalformed:
    return SourceMalformed(f"{member.name}: cut off or not JSON at {where}")
