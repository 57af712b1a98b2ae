"""Evidence: where in the note a resource or an element of it was read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from mappers.canonical import DERIVATION
from mappers.source import Source
from mappers.types import Resource
from models.types import Span

# FHIR strings hold no control characters but these; PostgreSQL's JSON cannot hold NUL at all,
# and UTF-8 no lone surrogate.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")

MOST_EVIDENCE: Final = 100
"""Places named on one element: the first ones. A long note may say a thing ten thousand times,
and a resource that names each place is too large for a store to take."""


def printable(text: str) -> str:
    """Drop from a mention what a FHIR string cannot hold, and the white space around it."""
    return _UNPRINTABLE.sub("", text).strip()


def derivation(source: Source, span: Span) -> Resource:
    """Build the derivation-reference extension for `span`.

    Offset and length count Unicode code points of the decoded text of the attachment.
    """
    return {
        "url": DERIVATION,
        "extension": [
            {"url": "reference", "valueReference": source.reference},
            {"url": "path", "valueString": source.path},
            {"url": "offset", "valueInteger": span.start},
            {"url": "length", "valueInteger": span.end - span.start},
        ],
    }


@dataclass(frozen=True, slots=True)
class Evidence:
    """An evidence extension that was read; `element` is the path of what carries it."""

    element: str
    offset: int | None
    length: int | None

    def read(self, text: str) -> str | None:
        """Cut the evidence out of the note's text; None when it does not lie inside it."""
        if self.offset is None or self.length is None:
            return None
        end = self.offset + self.length
        return text[self.offset : end] if 0 <= self.offset < end <= len(text) else None


def evidences(node: Any, element: str = "") -> Iterator[Evidence]:
    """Yield every evidence of a resource, at any depth."""
    if isinstance(node, list):
        for index, each in enumerate(node):
            yield from evidences(each, f"{element}[{index}]")
    elif isinstance(node, dict):
        for name, value in node.items():
            if name == "extension" and isinstance(value, list):
                yield from (_read(each, element) for each in value if _is_evidence(each))
            else:
                yield from evidences(value, f"{element}.{name}".lstrip("."))


def _is_evidence(extension: Any) -> bool:
    return isinstance(extension, dict) and extension.get("url") == DERIVATION


def _read(extension: Resource, element: str) -> Evidence:
    parts = {part.get("url"): part for part in extension.get("extension", [])}
    return Evidence(
        element,
        parts.get("offset", {}).get("valueInteger"),
        parts.get("length", {}).get("valueInteger"),
    )
