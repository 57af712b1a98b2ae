"""BioC documents (Comeau 2013), in XML or JSON, as passages of text with annotations.

A passage lies at its offset in the document; between passages there are line breaks. An annotation
carries its offsets in the document, its label is the infon `type`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.errors import CorpusMalformed
from models.training.readers.spans import Parts, entity


@dataclass(frozen=True, slots=True)
class Annotation:
    """A mention; `text` is what the file says stands at `parts`."""

    identifier: str
    infons: Mapping[str, str]
    parts: Parts
    text: str | None
    place: str


@dataclass(frozen=True, slots=True)
class Link:
    """A relation: its nodes are the ids of annotations, with their roles."""

    infons: Mapping[str, str]
    nodes: Sequence[tuple[str, str]]
    place: str


@dataclass(slots=True)
class Page:
    """One document as its parts are read."""

    identifier: str
    place: str
    text: str = ""
    annotations: list[Annotation] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    def add(self, offset: int, text: str, place: str) -> None:
        """Lay the text of a passage or sentence at its offset.

        Raises:
            CorpusMalformed: another text is there already.
        """
        if offset < len(self.text):
            raise CorpusMalformed(f"{place}: the passage begins within the one before it")
        self.text += "\n" * (offset - len(self.text)) + text

    def document(self, language: str) -> dict[str, Any]:
        """Give the document, its annotations checked against the text."""
        entities = [self._entity(each) for each in self.annotations]
        known = {each["id"] for each in entities}
        return {
            "id": self.identifier,
            "lang": language,
            "text": self.text,
            "entities": entities,
            "relations": [_relation(each, known) for each in self.links],
            "meta": {},
        }

    def _entity(self, one: Annotation) -> dict[str, Any]:
        label = one.infons.get("type")
        if label is None:
            raise CorpusMalformed(f"{one.place}: an annotation without the infon `type`")
        made = entity(one.identifier, label, one.parts, self.text, one.place, said=one.text)
        codes = {key: value for key, value in one.infons.items() if key != "type"}
        return {**made, "codes": codes} if codes else made


def _relation(link: Link, known: set[str]) -> dict[str, Any]:
    mentioned = [node for node, _ in link.nodes if node in known]
    if link.nodes and len(mentioned) < len(link.nodes):
        raise CorpusMalformed(f"{link.place}: a relation of something that is not annotated")
    made: dict[str, Any] = {"label": link.infons.get("type", ""), **dict(link.infons)}
    made |= dict(zip(("head", "tail"), mentioned, strict=False))
    if len(mentioned) > len(("head", "tail")):
        made["nodes"] = [{"id": node, "role": role} for node, role in link.nodes]
    return made
