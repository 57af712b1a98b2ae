"""The manifest: which files there are, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mappers.canonical import BASE
from server.export.order import Order
from server.export.parts import OUTCOME

BATCHES_A_FILE: Final = 500
"""A file holds what belongs to so many batches: about 10,000 patients."""


@dataclass(frozen=True, slots=True)
class File:
    """`number` tells apart the files of one type."""

    kind: str
    number: int
    count: int

    @property
    def name(self) -> str:
        """The last part of its URL."""
        return f"{self.kind}.{self.number}.ndjson"


def to_manifest(order: Order, files: Sequence[File], place: str, *, auth: bool) -> dict[str, Any]:
    """Build the manifest of Bulk Data 3.0; `place` is the URL of the export.

    Nothing can be told of what was deleted: a FHIR store need not say.
    """
    return {
        "transactionTime": order.instant,
        "request": order.request,
        "requiresAccessToken": auth,
        "output": [_entry(file, place) for file in files if file.kind != OUTCOME],
        "deleted": [],
        "error": [_entry(file, place) for file in files if file.kind == OUTCOME],
        "extension": {
            f"{BASE}/deidentification-report": f"{place}/report.json",
            f"{BASE}/data-dictionary": f"{place}/dictionary.json",
        },
    }


def _entry(file: File, place: str) -> Mapping[str, Any]:
    return {"type": file.kind, "url": f"{place}/{file.name}", "count": file.count}
