from pathlib import Path

import orjson
import pytest

from mappers.chart import MAPPERS, to_resources
from mappers.dosage import MOST_DOSAGES
from mappers.evidence import MOST_EVIDENCE, evidences
from mappers.groups import LABELS
from mappers.validation import check_evidence, validate

GOLD = Path(__file__).parent / "gold"


def _chart(reading):
    return to_resources(reading.source, reading.coded, reading.relations)


@pytest.fixture
def letter(read):
    markup = (GOLD / "clinic_letter.txt").read_text(encoding="utf-8")
    return read(markup, encounter="Encounter/e1")


def test_a_letter_gives_exactly_these_resources(letter):
    expected = orjson.loads((GOLD / "clinic_letter.json").read_bytes())
    assert _chart(letter) == expected


def test_a_letter_gives_valid_resources_whose_evidence_reads_back(letter):
    resources = _chart(letter)
    assert resources
    for resource in resources:
        assert validate(resource) == ()
        assert check_evidence(resource, letter.text) == ()


def test_the_same_letter_gives_the_same_bytes(letter, read):
    again = read((GOLD / "clinic_letter.txt").read_text("utf-8"), encounter="Encounter/e1")
    assert orjson.dumps(_chart(letter)) == orjson.dumps(_chart(again))


def test_a_later_version_gives_the_same_identities(letter, read):
    markup = "Addendum first.\n" + (GOLD / "clinic_letter.txt").read_text("utf-8")
    later = read(markup, encounter="Encounter/e1", reference="DocumentReference/n1/_history/3")
    assert [r["identifier"] for r in _chart(later)] == [r["identifier"] for r in _chart(letter)]


@pytest.mark.parametrize(
    "note",
    [
        {"reference": "DocumentReference/n2/_history/2"},
        {"reference": None},
        {"reference": None, "subject": "Patient/p2"},
        {"reference": None, "document": {"masterIdentifier": {"value": "1"}}},
    ],
)
def test_another_document_gives_other_identities(letter, read, note):
    markup = (GOLD / "clinic_letter.txt").read_text("utf-8")
    default = {r["identifier"][0]["value"] for r in _chart(letter)}
    other = {r["identifier"][0]["value"] for r in _chart(read(markup, **note))}
    assert len(other) == len(default)
    assert not other & default


def test_a_document_that_no_store_holds_gives_valid_resources(read):
    reading = read(
        "Has {asthma|DISEASE}, takes {metformin|DRUG}, father {asthma|DISEASE|family}, "
        "{colonoscopy|PROCEDURE} done",
        reference=None,
        subject=None,
        date=None,
        document={"resourceType": "DocumentReference"},
    )
    resources = _chart(reading)
    assert len(resources) == 4
    for resource in resources:
        assert validate(resource) == ()
        assert check_evidence(resource, reading.text) == ()
        subject = resource.get("subject") or resource["patient"]
        assert subject["extension"][0]["valueCode"] == "unknown"


def test_a_patient_known_by_identifier_only_is_kept(read):
    document = {"subject": {"identifier": {"system": "urn:mrn", "value": "7"}}}
    (condition,) = _chart(read("{asthma|DISEASE}", subject=None, document=document))
    assert condition["subject"]["identifier"]["value"] == "7"
    assert validate(condition) == ()


@pytest.mark.parametrize("subject", ["Practitioner/1", "https://a.example/fhir/Device/1"])
def test_what_is_no_patient_has_no_chart(read, subject):
    assert _chart(read("{asthma|DISEASE}", subject=subject)) == []


@pytest.mark.parametrize("subject", ["Patient/1", "Group/1", "https://a.example/fhir/Patient/1"])
def test_a_patient_or_a_group_has_one(read, subject):
    assert _chart(read("{asthma|DISEASE}", subject=subject))[0]["subject"]["reference"] == subject


def test_a_past_condition_is_no_diagnosis_of_this_encounter(read):
    now, past = _chart(
        read("{asthma|DISEASE}, {asthma|DISEASE|historical}", encounter="Encounter/e1")
    )
    assert now["category"][0]["coding"][0]["code"] == "encounter-diagnosis"
    assert past["category"][0]["coding"][0]["code"] == "problem-list-item"


def test_control_characters_leave_the_text_but_not_the_offsets(read):
    reading = read("{\x00che\x00st\x1b pain\n|SYMPTOM}")
    (condition,) = _chart(reading)
    assert condition["code"]["text"] == "chest pain"
    assert b"\\u0000" not in orjson.dumps(condition)
    assert check_evidence(condition, reading.text) == ()
    assert validate(condition) == ()


def test_every_resource_of_the_table_has_a_mapper():
    named = {
        name for row in LABELS.values() for name in (row.resource, row.family, row.measured) if name
    }
    assert named == set(MAPPERS)


def test_what_is_said_a_thousand_times_names_its_first_places_only(read):
    reading = read("{Hypertension|DISEASE|I10}. " * 1000)
    (condition,) = _chart(reading)
    found = list(evidences(condition))
    assert len(found) == MOST_EVIDENCE
    assert found[0].offset == 0
    assert validate(condition) == check_evidence(condition, reading.text) == ()


def test_a_thousand_dosages_are_no_thousand_elements(read):
    said = "".join(f"{{metformin|DRUG}} {{{n} mg|DOSAGE|>metformin}}. " for n in range(1, 300))
    reading = read(said)
    (statement,) = _chart(reading)
    assert len(statement["dosage"]) == MOST_DOSAGES
    assert statement["dosage"][0]["text"] == "1 mg"
