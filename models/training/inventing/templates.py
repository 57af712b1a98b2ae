"""Fill templates with slots and keep count of where the labelled ones landed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Slot = Callable[[], tuple[str, str | None]]
"""Gives the text of a slot and its label, or no label."""

_SLOT = re.compile(r"\{(\w+)\}")


def fill(template: str, slots: Mapping[str, Slot], identifier: str) -> dict[str, Any]:
    """Make a stand-off document; an unknown slot is a `KeyError`."""
    text = ""
    entities: list[dict[str, Any]] = []
    last = 0
    for match in _SLOT.finditer(template):
        text += template[last : match.start()]
        value, label = slots[match[1]]()
        if label is not None:
            entities.append(
                {
                    "id": f"T{len(entities) + 1}",
                    "start": len(text),
                    "end": len(text) + len(value),
                    "label": label,
                }
            )
        text += value
        last = match.end()
    text += template[last:]
    return {"id": identifier, "lang": "en", "text": text, "entities": entities}


def shout(document: dict[str, Any]) -> dict[str, Any]:
    """Write the document in capitals where that keeps every offset."""
    upper = document["text"].upper()
    return {**document, "text": upper} if len(upper) == len(document["text"]) else document
