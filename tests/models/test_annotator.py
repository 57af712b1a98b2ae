"""The whole way from a note to its annotations."""

import pytest

from models.annotator import Annotator, fingerprint
from models.errors import LanguageUnsupported, ModelCorrupt, ModelNotFound
from models.registry import Registry
from models.types import Experiencer, Note, Presence

TEXT = """CLINIC NOTE
Patient: Wilhelmina Tarkington    MRN: 7745120
Seen on 02/11/2023 by Dr. Osgood.

Ms. Tarkington is a 58-year-old woman with type 2 diabetes mellitus and hypertension.
She denies chest pain. No evidence of pneumonia.
Medications:
1. Metformin 500 mg twice daily.
2. Lisinopril 10 mg daily.
Family history: father had prostate cancer.
"""


@pytest.fixture(scope="module")
def annotator():
    return Annotator.load()


@pytest.fixture(scope="module")
def annotations(annotator):
    return annotator.annotate(Note(TEXT, "en-US"))


def texts(annotations, label):
    return [each.span.text for each in annotations.entities if each.label == label]


def test_finds_diseases_drugs_and_doses(annotations):
    diseases = texts(annotations, "DISEASE")
    assert {"type 2 diabetes mellitus", "hypertension", "pneumonia"} <= set(diseases)
    assert texts(annotations, "DRUG") == ["Metformin", "Lisinopril"]
    assert texts(annotations, "DOSAGE") == ["500 mg", "10 mg"]


def test_every_span_reads_back_in_order(annotations):
    for group in (annotations.entities, annotations.phi):
        spans = [each.span for each in group]
        assert all(span.text == TEXT[span.start : span.end] for span in spans)
        assert spans == sorted(spans)


def test_assertions_come_along(annotations):
    claims = {each.span.text: each.assertion for each in annotations.entities}
    assert claims["type 2 diabetes mellitus"].presence is Presence.PRESENT
    assert claims["chest pain"].presence is Presence.ABSENT
    assert claims["pneumonia"].presence is Presence.ABSENT
    assert claims["prostate cancer"].experiencer is Experiencer.FAMILY


def test_symptoms_and_diseases_exclude_each_other(annotations):
    spans = [e.span for e in annotations.entities if e.label in {"DISEASE", "SYMPTOM"}]
    assert not any(a.overlaps(b) for a in spans for b in spans if a is not b)


def test_doses_belong_to_their_drugs(annotations):
    pairs = {
        (each.label, each.head.span.text, each.tail.span.text) for each in annotations.relations
    }
    assert {
        ("DOSAGE_OF", "500 mg", "Metformin"),
        ("DOSAGE_OF", "10 mg", "Lisinopril"),
        ("FREQUENCY_OF", "twice daily", "Metformin"),
    } <= pairs


def test_phi_is_found_by_model_and_patterns(annotations):
    covered = {each.category: "" for each in annotations.phi}
    for each in annotations.phi:
        covered[each.category] += each.span.text + "|"
    assert "Wilhelmina Tarkington" in covered["NAME"]
    assert "Osgood" in covered["NAME"]
    assert "7745120" in covered["ID"]
    assert "02/11/2023" in covered["DATE"]
    assert {each.method for each in annotations.phi} == {"model", "pattern"}


def test_several_notes_come_back_in_order(annotator, annotations):
    notes = [Note("Takes aspirin.", "en"), Note(TEXT, "en"), Note("", "en")]
    first, second, third = annotator.annotate_all(notes)
    assert texts(first, "DRUG") == ["aspirin"]
    assert texts(second, "DRUG") == texts(annotations, "DRUG")
    assert third.entities == third.relations == third.phi == ()


def test_another_language_is_refused_by_name(annotator):
    assert annotator.languages == Registry.load().languages
    with pytest.raises(LanguageUnsupported, match="en"):
        annotator.annotate(Note("Der Patient klagt.", "de"))
    with pytest.raises(LanguageUnsupported, match="'fr'"):
        Annotator.load(["fr"])


def test_the_version_follows_the_weights(annotator):
    models = Registry.load().defaults
    assert annotator.version == fingerprint(models)
    assert fingerprint(models) != fingerprint([])


INTERACTIONS = [
    "Warfarin should not be given with ibuprofen.",
    "Concomitant use of ketoconazole increases the plasma levels of simvastatin.",
    "Phenytoin may decrease the effect of doxycycline.",
]


def interactions(annotator, text):
    found = annotator.annotate(Note(text, "en")).relations
    return [
        (each.head.span.text, each.tail.span.text)
        for each in found
        if each.label == "INTERACTS_WITH"
    ]


@pytest.fixture(scope="module")
def opted():
    return Annotator.load(["en", "nl"], opt_in=["relations-ddi"])


def test_interacting_drugs_are_found_only_when_asked_for(annotator, opted):
    found = {text: interactions(opted, text) for text in INTERACTIONS}
    assert ("Warfarin", "ibuprofen") in found[INTERACTIONS[0]]
    assert [interactions(annotator, text) for text in INTERACTIONS] == [[], [], []]


def test_all_else_is_as_without(annotator, opted):
    with_model, without = (each.annotate(Note(TEXT, "en")) for each in (opted, annotator))
    assert with_model.entities == without.entities
    assert with_model.relations == without.relations


def test_an_opt_in_model_reads_its_own_language_only(annotator, opted):
    note = Note("Warfarine mag niet samen met ibuprofen. Metformine 500 mg 2dd.", "nl")
    assert opted.annotate(note) == annotator.annotate(note)


def test_the_version_names_opt_in_models(opted):
    assert opted.version != Annotator.load(["en", "nl"]).version


def test_an_unknown_opt_in_model_is_one_clear_error():
    with pytest.raises(ModelNotFound, match="no opt-in model 'relations-x'; there are: relations-"):
        Annotator.load(["en"], opt_in=["relations-x"])


def test_corrupt_weights_do_not_load(tmp_path):
    shipped = Registry.load()
    text = (shipped.of("en").folder.parents[1] / "registry.toml").read_text("utf-8")
    (tmp_path / "registry.toml").write_text(text)
    with pytest.raises(ModelCorrupt, match="missing"):
        Annotator.load(["en"], Registry.load(tmp_path / "registry.toml"))
