"""One line of notes: `{"id", "text", "lang"?, "subject"?, "entities"?}`.

What else a line holds is dropped and counted, since nobody has said what may be in it. Offsets
are half-open Unicode code points.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import orjson

from mappers.deidentification.anchors import anchored
from mappers.deidentification.pseudonym import Pseudonyms
from models.types import DeidentifiedNote, Span
from server.errors import RequestInvalid

_READ: Final = frozenset(("id", "text", "lang", "subject", "entities"))
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/#-]{0,99}")
_FIELDS: Final = ("id", "label", "score", "assertion", "codings")
_OF_PARTS: Final = {
    "assertion": ("presence", "temporality", "experiencer"),
    "codings": ("system", "version", "code"),
}


@dataclass(frozen=True, slots=True)
class NoteLine:
    """What is read of a line; `others` counts what is not."""

    identity: str | int | None
    text: str
    language: str | None
    subject: str
    entities: tuple[Any, ...] | None
    others: int


def read_line(data: bytes) -> NoteLine:
    """Read a line.

    Raises:
        RequestInvalid: it is not JSON, or an element is missing or has the wrong type.
    """
    try:
        given = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise RequestInvalid("the line is not JSON") from None
    if not isinstance(given, dict):
        raise RequestInvalid("the line is not a JSON object")
    entities = _of_type(given, "entities", list | None)
    return NoteLine(
        _of_type(given, "id", str | int | None),
        _of_type(given, "text", str),
        _of_type(given, "lang", str | None),
        _of_type(given, "subject", str | None) or "",
        None if entities is None else tuple(entities),
        len(given.keys() - _READ),
    )


def to_line(
    given: NoteLine, copy: DeidentifiedNote, identity: str | int | None, key: bytes | None
) -> dict[str, Any]:
    """Build the line of the copy; without a key it says nothing of the subject."""
    line: dict[str, Any] = {
        "id": identity,
        "lang": copy.language,
        "text": copy.text,
        "replaced": dict(copy.replacements),
    }
    if given.subject and key:
        line["subject"] = _pseudonyms(key).reference(given.subject)
    dropped = given.others
    if given.entities is not None:
        line["entities"] = list(_moved(given, copy))
        dropped += len(given.entities) - len(line["entities"])
    return line | ({"dropped": dropped} if dropped else {})


def _of_type(given: dict[str, Any], name: str, kind: Any) -> Any:
    value = given.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise RequestInvalid(f"`{name}` is missing or has the wrong type")
    return value


@lru_cache(maxsize=1)
def _pseudonyms(key: bytes) -> Pseudonyms:
    return Pseudonyms(key)


def _moved(given: NoteLine, copy: DeidentifiedNote) -> Iterator[dict[str, Any]]:
    """Give the entities that lie outside what was replaced, with their new offsets."""
    for entity in given.entities or ():
        span = _span(entity, given.text)
        start = anchored(span.start, span.end, copy) if span else None
        if span and start is not None:
            kept = {name: _kept(name, entity.get(name)) for name in _FIELDS}
            end = start + len(span.text)
            place = {"start": start, "end": end, "text": copy.text[start:end]}
            yield {name: value for name, value in kept.items() if value is not None} | place


def _span(entity: Any, text: str) -> Span | None:
    if not isinstance(entity, dict):
        return None
    start, end = entity.get("start"), entity.get("end")
    if isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text):
        return Span.of(text, start, end)
    return None


def _kept(name: str, value: Any) -> Any:
    """Keep codes and numbers; a display or a comment can be anybody's words."""
    if name in _OF_PARTS and isinstance(value, list):
        return [part for each in value if (part := _parts(name, each))]
    if name in _OF_PARTS:
        return _parts(name, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return value if isinstance(value, str) and _CODE.fullmatch(value) else None


def _parts(name: str, value: Any) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        return None
    parts = {part: _kept("", value.get(part)) for part in _OF_PARTS[name]}
    return {part: kept for part, kept in parts.items() if kept is not None} or None
