"""The leak gate: every string of a resource is searched for every known identifier."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Collection
from functools import lru_cache
from typing import Any, Final

import orjson

from mappers.errors import LeakFound
from mappers.types import Resource
from models.recognizing.known import KnownIdentifiers, leaks

_BETWEEN: Final = "\n|qzxqz|\n"
"""Joins the strings for one search. Without a word between them two numbers would read as one."""
_UNSEARCHED: Final = frozenset({"resourceType", "hash"})
_LONG: Final = 10_000
"""Numbers from here on are long enough to be somebody's number, and are searched too."""
_LABELS: Final = frozenset({"label", "presence", "temporality", "experiencer"})
"""Words of our own in stand-off annotations; somebody may be called Gene."""
_REMEMBERED: Final = 1_024
_SHORT: Final = 100


def check_leaks(
    resource: Resource, known: KnownIdentifiers, made: Collection[str] = frozenset()
) -> None:
    """Search every string of the resource, and the text of its attachments.

    Not searched are the values in `made`, which a key made, the type, and the hashes of
    attachments that are searched themselves.

    Raises:
        LeakFound: one is there; the message names its class only.
    """
    clean = _clean(known)
    found: list[str] = []
    _collect(resource, found)
    texts = [text for text in found if text not in clean and text not in made]
    if not texts:
        return
    if classes := leaks(_BETWEEN.join(texts), known):
        raise LeakFound(f"the copy still holds known identifiers of class {', '.join(classes)}")
    if len(clean) < _REMEMBERED:
        clean.update(text for text in texts if len(text) <= _SHORT)


@lru_cache(64)
def _clean(known: KnownIdentifiers) -> set[str]:
    """Remember short strings that passed: the resources of one patient share codes and systems."""
    return set()


def _collect(value: Any, found: list[str]) -> None:
    """Gather every string; a list is filled, as generators at each depth take twice as long."""
    if isinstance(value, str):
        found.append(value)
    elif isinstance(value, list):
        for part in value:
            _collect(part, found)
    elif isinstance(value, dict):
        for key, part in value.items():
            if not isinstance(part, str):
                _collect(part, found)
            elif key == "data":
                _collect_data(base64.b64decode(part), value.get("contentType"), found)
            elif key not in _UNSEARCHED:
                found.append(part)
    elif isinstance(value, int | float) and abs(value) >= _LONG and value == value // 1:
        found.append(str(int(value)))


def _collect_data(data: bytes, content_type: Any, found: list[str]) -> None:
    """Gather the text of an attachment; of JSON the values, without our labels."""
    if content_type == "application/json":
        with contextlib.suppress(orjson.JSONDecodeError):
            _collect(_without_labels(orjson.loads(data)), found)
            return
    found.append(data.decode("utf-8", "replace"))


def _without_labels(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_labels(part) for part in value]
    if isinstance(value, dict):
        return {k: _without_labels(part) for k, part in value.items() if k not in _LABELS}
    return value
