"""What came of reading one note, before any of it is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mappers.bundle import to_transaction
from mappers.deidentification.document import released
from mappers.errors import LeakFound
from mappers.types import Resource
from server.deidentification import Copy


@dataclass(frozen=True, slots=True)
class Extraction:
    """`resources` are what the note says; `records` say how we know (Device, Provenance).

    `key` names the document over all its versions; `records` is empty when nothing is written.
    """

    key: str
    language: str
    resources: list[Resource]
    records: tuple[Resource, ...]
    copy: Copy
    milliseconds: float

    @property
    def everything(self) -> list[Resource]:
        """All that belongs on the store, in the order of writing."""
        return [
            *self.resources,
            *([self.copy.document] if self.copy.document else []),
            *self.records,
        ]

    def bundle(self) -> Resource:
        """The transaction that would write it to a store that has none of it."""
        return to_transaction(self.everything)

    def released_copy(self) -> Resource:
        """The de-identified document for use outside the store, without its link to the note.

        Raises:
            LeakFound: it is withheld.
        """
        if self.copy.document is None:
            raise LeakFound(self.copy.withheld or "the copy is withheld")
        return released(self.copy.document)

    @property
    def summary(self) -> dict[str, Any]:
        """Counts for the ledger and the metrics; no text of the note."""
        return {
            "language": self.language,
            "resources": dict(Counter(one["resourceType"] for one in self.resources)),
            "codings": sum(_count_codings(self.resources)),
            "replaced": dict(self.copy.replaced),
            "milliseconds": round(self.milliseconds, 1),
        }

    @property
    def remark(self) -> str:
        """What a caller should know about what was found."""
        remark = f"language {self.language}; {_listed(self.summary['resources'])} found"
        return (
            f"{remark}; no de-identified copy: {self.copy.withheld}"
            if self.copy.withheld
            else remark
        )

    @property
    def replacement_remark(self) -> str:
        """What a caller should know about what was replaced."""
        return f"language {self.language}; {_listed(self.copy.replaced)} replaced"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "nothing"


def _count_codings(node: object) -> Iterator[int]:
    if isinstance(node, dict):
        concepts = (node.get("code"), node.get("medicationCodeableConcept"))
        yield from (len(one.get("coding", ())) for one in concepts if isinstance(one, dict))
        yield from _count_codings(node.get("condition", ()))
    elif isinstance(node, list | tuple):
        for one in node:
            yield from _count_codings(one)
