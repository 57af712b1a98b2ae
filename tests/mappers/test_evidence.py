from hypothesis import given
from hypothesis import strategies as st

from mappers.chart import to_resources
from mappers.evidence import Evidence, derivation, evidences, printable
from mappers.source import Source
from mappers.types import CodedEntity
from mappers.validation import check_evidence, validate
from models.types import Entity, Note, Relation, Span

LETTERS = st.sampled_from("aé 😀\x00\n\r\u2028\u200d\u0301ß.,")


@st.composite
def read_notes(draw):
    """Any text with any spans in it, the last two tied to each other as drug and dosage."""
    text = draw(st.text(st.one_of(LETTERS, st.characters(exclude_categories=["Cs"])), min_size=1))
    spans = st.tuples(st.integers(0, len(text) - 1), st.integers(1, 12)).map(
        lambda pair: Span.of(text, pair[0], min(len(text), sum(pair)))
    )
    labels = st.sampled_from(["DISEASE", "SYMPTOM", "DRUG", "PROCEDURE", "DOSAGE"])
    entity = st.builds(Entity, spans, labels, st.floats(0, 1))
    drug = draw(st.builds(Entity, spans, st.just("DRUG"), st.floats(0, 1)))
    dosage = draw(st.builds(Entity, spans, st.just("DOSAGE"), st.floats(0, 1)))
    entities = [*draw(st.lists(entity, max_size=5)), drug, dosage]
    note = Note(text, "en", reference="DocumentReference/x/_history/1", subject="Patient/p")
    return note, entities, [Relation("DOSAGE_OF", dosage, drug, 1.0)]


@given(read_notes())
def test_whatever_the_note_every_evidence_reads_back(reading):
    note, entities, relations = reading
    resources = to_resources(Source(note, {}), map(CodedEntity, entities), relations)
    mapped = [each for each in entities if each.label != "DOSAGE" and printable(each.span.text)]
    assert bool(resources) == bool(mapped)
    for resource in resources:
        assert validate(resource) == ()
        assert check_evidence(resource, note.text) == ()
    read = {each.read(note.text) for one in resources for each in evidences(one)}
    assert {each.span.text for each in mapped} <= read


def test_a_span_becomes_the_four_parts():
    note = Note("😀 cough", "en", reference="DocumentReference/x/_history/3")
    extension = derivation(Source(note, {}, 1), Span.of(note.text, 2, 7))
    assert extension == {
        "url": "http://hl7.org/fhir/StructureDefinition/derivation-reference",
        "extension": [
            {"url": "reference", "valueReference": {"reference": note.reference}},
            {"url": "path", "valueString": "DocumentReference.content[1].attachment"},
            {"url": "offset", "valueInteger": 2},
            {"url": "length", "valueInteger": 5},
        ],
    }


def test_evidence_outside_the_text_reads_as_nothing():
    for offset, length in [(-1, 2), (0, 0), (0, -1), (3, 3), (None, 2), (2, None)]:
        assert Evidence("", offset, length).read("five.") is None
    assert Evidence("", 1, 4).read("five.") == "ive."


def test_evidence_is_found_on_elements_as_well():
    extension = derivation(Source(Note("cough", "en"), {}), Span(0, 5, "cough"))
    resource = {
        "extension": [extension, {"url": "urn:other", "valueInteger": 3}],
        "dosage": [{}, {"extension": [extension, extension]}],
    }
    found = [each.element for each in evidences(resource)]
    assert found == ["", "dosage[1]", "dosage[1]"]


def test_printable_keeps_what_fhir_strings_may_hold():
    assert printable(" a\tb\nc\r\x00\x0b\x1f\ud800d😀 ") == "a\tb\nc\rd😀"
