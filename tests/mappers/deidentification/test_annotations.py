import json

from mappers.deidentification.annotations import MOST_ENTITIES, to_annotations
from mappers.types import CodedEntity
from models.deidentification import deidentify
from models.types import Assertion, Entity, Note, PhiSpan, Presence, Relation, Span
from terminology.types import Coding

TEXT = "Zoë Wetherden denies asthma 😀; takes metformin 500 mg since March."


def entity(word, label="DISEASE", **more):
    start = TEXT.index(word)
    return Entity(Span.of(TEXT, start, start + len(word)), label, 0.9123456, **more)


PHI = [
    PhiSpan(Span.of(TEXT, 0, 13), "NAME", 1.0, "known"),
    PhiSpan(Span.of(TEXT, TEXT.index("March"), len(TEXT) - 1), "DATE", 1.0, "pattern"),
]
COPY = deidentify(Note(TEXT, "en"), PHI)
ASTHMA = entity("asthma", assertion=Assertion(Presence.ABSENT))
DRUG = entity("metformin", "DRUG")
DOSE = entity("500 mg", "DOSAGE")
SINCE = entity("since March", "DURATION")
RELATIONS = [
    Relation("DOSAGE_OF", DOSE, DRUG, 0.8),
    Relation("DURATION_OF", SINCE, DRUG, 0.7),
]


def made(entities, relations=()):
    coding = Coding("http://snomed.info/sct", "195967001", "Asthma")
    coded = [CodedEntity(one, (coding,) if one is ASTHMA else ()) for one in entities]
    return json.loads(to_annotations(coded, relations, COPY))


def test_entities_stand_where_they_are_in_the_copy():
    found = made([ASTHMA, DRUG, DOSE])["entities"]
    assert [COPY.text[one["start"] : one["end"]] for one in found] == [
        "asthma",
        "metformin",
        "500 mg",
    ]
    assert found[0] == {
        "id": "e1",
        "start": found[0]["start"],
        "end": found[0]["end"],
        "label": "DISEASE",
        "score": 0.9123,
        "assertion": {"presence": "absent", "temporality": "current", "experiencer": "patient"},
        "codings": [{"system": "http://snomed.info/sct", "code": "195967001"}],
    }
    assert not {"assertion", "codings", "text"} & set(found[1])


def test_what_touches_personal_data_is_left_out_and_counted():
    read = made([ASTHMA, DRUG, DOSE, SINCE], RELATIONS)
    assert read["relations"] == [{"label": "DOSAGE_OF", "head": "e3", "tail": "e2", "score": 0.8}]
    assert read["left_out"] == {"entities": 1, "relations": 1}


def test_a_long_note_does_not_make_a_copy_too_large_for_a_store():
    coded = [CodedEntity(DRUG)] * (MOST_ENTITIES + 7)
    raw = to_annotations(coded, [], COPY)
    assert json.loads(raw)["left_out"]["entities"] == 7
    assert len(raw) < 1_000_000
