"""Notes with their entities marked in the text, as tests write them.

`{chest pain|SYMPTOM|absent}` marks an entity: words after the label set its assertion, a
decimal its score, and `>name` ties it to the entity that reads `name` (DOSAGE_OF for a DOSAGE,
FREQUENCY_OF for a FREQUENCY, RESULT_OF for a LAB_VALUE).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest

from mappers.source import Source
from mappers.types import CodedEntity
from models.types import (
    Assertion,
    Entity,
    Experiencer,
    Note,
    Presence,
    Relation,
    Span,
    Temporality,
)
from terminology.types import Coding

SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
LOINC = "http://loinc.org"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"

CODES = {
    "asthma": (
        Coding(SNOMED, "195967001", "Asthma"),
        Coding(ICD, "J45.909", "Unspecified asthma, uncomplicated"),
    ),
    "metformin": (Coding(RXNORM, "6809", "metformin"),),
    "glucophage": (Coding(RXNORM, "6809", "metformin"),),
    "potassium": (Coding(LOINC, "2823-3", "Potassium [Moles/volume] in Serum or Plasma", "2.68"),),
    "glucose": (Coding(LOINC, "2345-7", "Glucose [Mass/volume] in Serum or Plasma", "2.68"),),
    "lvef": (Coding(LOINC, "10230-1", "Left ventricular Ejection fraction", "2.68"),),
    "colonoscopy": (Coding(SNOMED, "73761001", "Colonoscopy"),),
}


@dataclass
class Reading:
    source: Source
    coded: tuple[CodedEntity, ...]
    relations: tuple[Relation, ...]

    @property
    def text(self) -> str:
        return self.source.note.text


def _entity(text: str, start: int, fields: list[str]) -> Entity:
    label, *words = fields
    assertion: dict[str, Any] = {}
    score = 0.9
    for word in words:
        for name, kind in (
            ("presence", Presence),
            ("temporality", Temporality),
            ("experiencer", Experiencer),
        ):
            if word in list(kind):
                assertion[name] = kind(word)
        if re.fullmatch(r"[01]\.\d+", word):
            score = float(word)
    return Entity(Span(start, start + len(text), text), label, score, Assertion(**assertion))


def read(markup: str, **note: Any) -> Reading:
    text, entities, ties, last = "", [], [], 0
    for match in re.finditer(r"\{([^{}]*)\}", markup):
        text += markup[last : match.start()]
        mention, *fields = match[1].split("|")
        entity = _entity(mention, len(text), [f for f in fields if not f.startswith(">")])
        entities.append(entity)
        ties += [(entity, f[1:]) for f in fields if f.startswith(">")]
        text += mention
        last = match.end()
    text += markup[last:]
    document = note.pop("document", {"resourceType": "DocumentReference", "id": "n1"})
    settings: dict[str, Any] = {
        "language": "en",
        "reference": "DocumentReference/n1/_history/2",
        "subject": "Patient/p1",
        "date": "2024-05-06T07:08:09+02:00",
    }
    relations = tuple(
        Relation(
            "RESULT_OF" if entity.label == "LAB_VALUE" else f"{entity.label}_OF",
            entity,
            # The nearest entity of that text, so that a drug may be named twice.
            min(
                (e for e in entities if e.span.text == name),
                key=lambda e: abs(e.span.start - entity.span.start),
            ),
            0.8,
        )
        for entity, name in ties
    )
    coded = tuple(CodedEntity(e, CODES.get(e.span.text.casefold(), ())) for e in entities)
    return Reading(Source(Note(text=text, **(settings | note)), document), coded, relations)


@pytest.fixture(name="read")
def _read_fixture():
    return read
