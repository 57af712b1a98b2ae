import pytest

from mappers.chart import to_resources
from mappers.validation import check_evidence, validate
from models.types import Relation


def _dosages(reading):
    resources = to_resources(reading.source, reading.coded, reading.relations)
    (statement,) = [r for r in resources if r["resourceType"] == "MedicationStatement"]
    assert validate(statement) == ()
    assert check_evidence(statement, reading.text) == ()
    return statement.get("dosage")


def _offsets(dosage):
    return [
        next(part["valueInteger"] for part in each["extension"] if part["url"] == "offset")
        for each in dosage["extension"]
    ]


def test_no_relation_no_dosage(read):
    assert _dosages(read("{metformin|DRUG} {500 mg|DOSAGE}")) is None


def test_dose_and_frequency_are_one_dosage_in_text_order(read):
    reading = read("{twice daily|FREQUENCY|>metformin} {metformin|DRUG} {500 mg|DOSAGE|>metformin}")
    (dosage,) = _dosages(reading)
    assert dosage["text"] == "twice daily, 500 mg"
    assert dosage["doseAndRate"][0]["doseQuantity"]["value"] == 500
    assert dosage["timing"]["code"]["coding"][0]["code"] == "BID"
    assert _offsets(dosage) == [reading.text.index("twice"), reading.text.index("500")]


def test_the_drug_may_be_either_end_of_the_relation(read):
    reading = read("{metformin|DRUG} {500 mg|DOSAGE|>metformin}")
    (tie,) = reading.relations
    reading.relations = (Relation(tie.label, tie.tail, tie.head, tie.score),)
    assert _dosages(reading)[0]["text"] == "500 mg"


@pytest.mark.parametrize("written", ["500  MG", "500\nmg", "500 mg"])
def test_a_mention_that_says_no_more_adds_its_evidence(read, written):
    reading = read(
        f"{{metformin|DRUG}} {{{written}|DOSAGE|>metformin}}. Later {{Glucophage|DRUG}} "
        "{500 mg|DOSAGE|>Glucophage} {daily|FREQUENCY|>Glucophage}."
    )
    (dosage,) = _dosages(reading)
    assert len(dosage["extension"]) == 3
    assert dosage["timing"]["code"]["coding"][0]["code"] == "QD"
    assert dosage["doseAndRate"][0]["doseQuantity"]["value"] == 500


def test_different_dosages_stay_apart_in_text_order(read):
    reading = read(
        "{metformin|DRUG} {500 mg|DOSAGE|>metformin}, from Monday {Glucophage|DRUG} "
        "{1 g|DOSAGE|>Glucophage} {daily|FREQUENCY|>Glucophage}"
    )
    assert [each["text"] for each in _dosages(reading)] == ["500 mg", "1 g, daily"]


def test_two_doses_of_one_mention_are_text_only(read):
    reading = read(
        "{metformin|DRUG} {500 mg|DOSAGE|>metformin} then {1 g|DOSAGE|>metformin} "
        "{daily|FREQUENCY|>metformin}"
    )
    (dosage,) = _dosages(reading)
    assert dosage["text"] == "500 mg, 1 g, daily"
    assert "doseAndRate" not in dosage
    assert "timing" in dosage


def test_a_plain_dose_beside_one_that_is_not_is_text_only(read):
    reading = read("{metformin|DRUG} {500 mg|DOSAGE|>metformin} or {5 mg/kg|DOSAGE|>metformin}")
    assert set(_dosages(reading)[0]) == {"text", "extension"}


def test_a_timing_said_twice_alike_is_kept(read):
    reading = read("{metformin|DRUG} {1 g daily|DOSAGE|>metformin} {qd|FREQUENCY|>metformin}")
    assert _dosages(reading)[0]["timing"]["code"]["coding"][0]["code"] == "QD"


def test_a_timing_said_twice_differently_is_text_only(read):
    reading = read(
        "{metformin|DRUG} {500 mg daily|DOSAGE|>metformin} {twice daily|FREQUENCY|>metformin}"
    )
    (dosage,) = _dosages(reading)
    assert "timing" not in dosage
    assert dosage["doseAndRate"][0]["doseQuantity"]["value"] == 500


def test_one_piece_each_time_is_the_strength(read):
    reading = read(
        "{metformine|DRUG} {500 mg|DOSAGE|>metformine} {2dd1|FREQUENCY|>metformine}", language="nl"
    )
    (dosage,) = _dosages(reading)
    assert dosage["doseAndRate"][0]["doseQuantity"]["value"] == 500
    assert dosage["timing"]["code"]["coding"][0]["code"] == "BID"


@pytest.mark.parametrize(("language", "frequency"), [("nl", "3dd2"), ("es", "2-2-2")])
def test_a_strength_beside_several_pieces_is_no_dose(read, language, frequency):
    reading = read(
        f"{{x|DRUG}} {{500 mg|DOSAGE|>x}} {{{frequency}|FREQUENCY|>x}}", language=language
    )
    (dosage,) = _dosages(reading)
    assert "doseAndRate" not in dosage
    assert dosage["timing"]["repeat"]["frequency"] == 3


def test_timings_of_two_parts_that_agree_are_one(read):
    reading = read("{x|DRUG} {10 mg 's avonds|DOSAGE|>x} {1dd|FREQUENCY|>x}", language="nl")
    (dosage,) = _dosages(reading)
    assert dosage["timing"]["code"]["coding"][0]["code"] == "PM"


def test_as_needed_is_said_once(read):
    reading = read(
        "{x|DRUG} {1 g si precisa|DOSAGE|>x} {c/8h si dolor|FREQUENCY|>x}", language="es"
    )
    (dosage,) = _dosages(reading)
    assert dosage["asNeededCodeableConcept"] == {"text": "dolor"}
    assert "asNeededBoolean" not in dosage


def test_what_is_not_plain_is_text(read):
    (dosage,) = _dosages(read("{metformin|DRUG} {5 mg/kg|DOSAGE|>metformin}"))
    assert set(dosage) == {"text", "extension"}


def test_a_part_without_printable_text_is_no_dosage(read):
    assert _dosages(read("{metformin|DRUG} {\x00|DOSAGE|>metformin}")) is None
