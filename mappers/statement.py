"""What a note states: all its mentions of one concept with one meaning."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from mappers.evidence import printable
from mappers.groups import LABELS
from mappers.kin import Relative, relative
from mappers.meaning import Meaning, meaning
from mappers.types import CodedEntity
from models.types import Experiencer, Note, Span
from terminology.types import Coding


@dataclass(frozen=True, slots=True)
class Statement:
    """It becomes one resource of type `kind`; the mentions are in text order, never none."""

    kind: str
    concept: str
    meaning: Meaning
    mentions: tuple[CodedEntity, ...]
    relative: Relative | None = None

    @property
    def text(self) -> str:
        """The first mention as written, without what a FHIR string cannot hold."""
        return printable(self.mentions[0].entity.span.text)

    @property
    def codings(self) -> tuple[Coding, ...]:
        """The codings of the concept, the best first; none means that it is text only."""
        return self.mentions[0].codings

    @property
    def spans(self) -> tuple[Span, ...]:
        """Where it is said; a span with two labels (a disease and a symptom) counts once."""
        return tuple(dict.fromkeys(mention.entity.span for mention in self.mentions))

    @property
    def confidence(self) -> float:
        """The highest score of the mentions, 0..1, with three decimals."""
        return round(max(mention.entity.score for mention in self.mentions), 3)


@dataclass(frozen=True, slots=True)
class Statements:
    """All that a note states, in text order; `omitted` counts by reason what is not mapped."""

    stated: tuple[Statement, ...]
    omitted: Counter[str]


def statements(note: Note, coded: Iterable[CodedEntity]) -> Statements:
    """Merge the mentions of a note into statements.

    Reasons of `omitted`: `label` (it has no resource), `experiencer` (neither the patient nor
    a relative, or a relative where FHIR has no resource for that), `meaning` (FHIR cannot say
    it), `text` (nothing that can be printed).
    """
    merged: dict[tuple[str, str, str, str], Statement] = {}
    omitted: Counter[str] = Counter()
    for mention in sorted(coded, key=lambda each: each.entity.span):
        one = _statement(note, mention)
        if isinstance(one, str):
            omitted[one] += 1
            continue
        key = (one.kind, one.concept, one.meaning.key, one.relative.code if one.relative else "")
        known = merged.get(key)
        merged[key] = _joined(known, one) if known else one
    return Statements(tuple(merged.values()), omitted)


def _statement(note: Note, mention: CodedEntity) -> Statement | str:
    """State a single mention, or give the reason why it is omitted."""
    entity = mention.entity
    group = LABELS.get(entity.label)
    if group is None or group.resource is None:
        return "label"
    about_family = entity.assertion.experiencer is Experiencer.FAMILY
    kind = group.family if about_family else group.resource
    if kind is None or entity.assertion.experiencer is Experiencer.OTHER:
        return "experiencer"
    row = meaning(kind, entity.assertion)
    if row is None:
        return "meaning"
    if not printable(entity.span.text):
        return "text"
    who = relative(note, entity.span) if about_family else None
    return Statement(kind, _concept(mention), row, (mention,), who)


def _joined(known: Statement, more: Statement) -> Statement:
    return Statement(
        known.kind, known.concept, known.meaning, known.mentions + more.mentions, known.relative
    )


def _concept(mention: CodedEntity) -> str:
    """Name the concept: its first coding, or else the text without case and spacing."""
    if mention.codings:
        return f"{mention.codings[0].system}|{mention.codings[0].code}"
    folded = unicodedata.normalize("NFKC", printable(mention.entity.span.text)).casefold()
    return re.sub(r"\s+", " ", folded)
