"""What a note states: all its mentions of one concept with one meaning."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from mappers.evidence import printable
from mappers.groups import LABELS, Group
from mappers.kin import Relative, relative
from mappers.meaning import Meaning, meaning
from mappers.result import Result, is_number, results
from mappers.types import CodedEntity
from mappers.vital_sign import LOINC, VitalSign, vital_sign, vital_sign_of
from models.types import Experiencer, Note, Relation, Span
from terminology.types import Coding

_LABORATORY = ("lab",)
_SPECIMEN = re.compile(r" (in|-) ")


@dataclass(frozen=True, slots=True)
class Statement:
    """It becomes one resource of type `kind`; the mentions are in text order, never none.

    `relative` is whom a family history is about; `result` and `vital` are what a test gave, and
    whether it is a vital sign.
    """

    kind: str
    concept: str
    meaning: Meaning
    mentions: tuple[CodedEntity, ...]
    relative: Relative | None = None
    result: Result | None = None
    vital: VitalSign | None = None

    @property
    def distinction(self) -> str:
        """What tells two statements of one concept and meaning apart."""
        return self.result.key if self.result else self.relative.code if self.relative else ""

    @property
    def of_laboratory(self) -> bool:
        """Whether the laboratory did the test: by its label, or by its code.

        LOINC's long names say the specimen after "in" (LOINC Users' Guide, section 2); what has
        none (the ejection fraction) is a clinical measurement.
        """
        label = LABELS[self.mentions[0].entity.label]
        named = _is_loinc(self.mentions[0]) and _SPECIMEN.search(self.codings[0].display)
        return label.groups == _LABORATORY or bool(named)

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
        """The highest score of the mentions, 0..1, with three decimals; a result's, if lower."""
        score = max(mention.entity.score for mention in self.mentions)
        return round(min(score, self.result.value.score) if self.result else score, 3)


@dataclass(frozen=True, slots=True)
class Statements:
    """All that a note states, in text order; `omitted` counts by reason what is not mapped."""

    stated: tuple[Statement, ...]
    omitted: Counter[str]


def statements(
    note: Note, coded: Iterable[CodedEntity], relations: Iterable[Relation] = ()
) -> Statements:
    """Merge the mentions of a note into statements.

    Reasons of `omitted`: `label` (it has no resource, or the mention has a label that says
    more), `experiencer` (neither the patient nor a relative, or a relative where FHIR has no
    resource for that), `meaning` (FHIR cannot say it), `text` (nothing that can be printed),
    `result` (a test or a vital sign of which nothing is told).
    """
    merged: dict[tuple[str, str, str, str], Statement] = {}
    omitted: Counter[str] = Counter()
    found = results(relations, note.language)
    for mention in _told(coded, omitted):
        one = _statement(note, mention, found.get(mention.entity, []))
        if isinstance(one, str):
            omitted[one] += 1
            continue
        for each in _by_result(one, found.get(mention.entity, [])):
            key = (each.kind, each.concept, each.meaning.key, each.distinction)
            known = merged.get(key)
            merged[key] = _joined(known, each) if known else each
    return Statements(tuple(merged.values()), omitted)


def _told(coded: Iterable[CodedEntity], omitted: Counter[str]) -> Iterator[CodedEntity]:
    """The mentions in text order; a laboratory test is not an examination as well."""
    mentions = sorted(coded, key=lambda each: each.entity.span)
    tests = {each.entity.span for each in mentions if _observed(each.entity.label)}
    for mention in mentions:
        label = LABELS.get(mention.entity.label)
        if label is not None and label.measured and mention.entity.span in tests:
            omitted["label"] += 1
        else:
            yield mention


def _observed(label: str) -> bool:
    return label in LABELS and LABELS[label].resource == "Observation"


def _statement(note: Note, mention: CodedEntity, told: Sequence[Result]) -> Statement | str:
    """State a single mention, or give the reason why it is omitted."""
    entity = mention.entity
    group = LABELS.get(entity.label)
    if group is None or group.resource is None:
        return "label"
    about_family = entity.assertion.experiencer is Experiencer.FAMILY
    vital = _vital(note, mention) if _is_test(group) else None
    kind = group.family if about_family else _resource(group, note, mention, told, vital)
    if kind is None or entity.assertion.experiencer is Experiencer.OTHER:
        return "experiencer"
    row = meaning(kind, entity.assertion)
    if not printable(entity.span.text):
        return "text"
    if (kind == "Observation" or vital) and not told:
        return "result"
    if row is None:
        return "meaning"
    who = relative(note, entity.span) if about_family else None
    concept = f"{LOINC}|{vital.coding.code}" if vital else _concept(mention)
    return Statement(kind, concept, row, (mention,), who, vital=vital)


def _is_test(group: Group) -> bool:
    return "Observation" in (group.resource, group.measured)


def _vital(note: Note, mention: CodedEntity) -> VitalSign | None:
    by_name = vital_sign(mention.entity.span.text, note.language)
    codes = [coding.code for coding in mention.codings if coding.system == LOINC]
    return by_name or next(filter(None, map(vital_sign_of, codes)), None)


def _resource(
    group: Group,
    note: Note,
    mention: CodedEntity,
    told: Sequence[Result],
    vital: VitalSign | None,
) -> str | None:
    """The resource of the patient's own: an examination that was measured has another."""
    if group.measured is None or not told:
        return group.resource
    number = not mention.codings and any(is_number(one.text, note.language) for one in told)
    return group.measured if vital or number or _is_loinc(mention) else group.resource


def _is_loinc(mention: CodedEntity) -> bool:
    return bool(mention.codings) and mention.codings[0].system == LOINC


def _by_result(one: Statement, told: Sequence[Result]) -> list[Statement]:
    """A test says as much as it has results."""
    if one.kind != "Observation":
        return [one]
    return [replace(one, result=result) for result in told]


def _joined(known: Statement, more: Statement) -> Statement:
    return replace(known, mentions=known.mentions + more.mentions)


def _concept(mention: CodedEntity) -> str:
    """Name the concept: its first coding, or else the text without case and spacing."""
    if mention.codings:
        return f"{mention.codings[0].system}|{mention.codings[0].code}"
    folded = unicodedata.normalize("NFKC", printable(mention.entity.span.text)).casefold()
    return re.sub(r"\s+", " ", folded)
