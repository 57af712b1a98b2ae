"""Results of tests and vital signs -> Observation."""

import orjson
import pytest

from mappers.bundle import to_transaction
from mappers.chart import to_resources
from mappers.identity import identity
from mappers.statement import statements
from mappers.validation import check_evidence, validate
from mappers.withdrawal import is_withdrawn


def _chart(reading):
    found = to_resources(reading.source, reading.coded, reading.relations)
    for resource in found:
        assert validate(resource) == ()
        assert check_evidence(resource, reading.text) == ()
    return found


def _omitted(reading):
    return statements(reading.source.note, reading.coded, reading.relations).omitted


def _codes(resource):
    return [coding["code"] for coding in resource["code"].get("coding", [])]


def _category(resource):
    return [one["coding"][0]["code"] for one in resource.get("category", [])]


def _quantity(resource):
    quantity = resource["valueQuantity"]
    return quantity["value"], quantity.get("code")


def test_a_laboratory_result_is_an_observation(read):
    reading = read("{Potassium|LAB_TEST} {4.1 mmol/L|LAB_VALUE|>Potassium}.")
    (one,) = _chart(reading)
    assert one["resourceType"] == "Observation"
    assert one["status"] == "final"
    assert _category(one) == ["laboratory"]
    assert _codes(one) == ["2823-3"]
    assert one["code"]["text"] == "Potassium"
    assert one["subject"] == {"reference": "Patient/p1"}
    assert one["derivedFrom"] == [{"reference": "DocumentReference/n1/_history/2"}]
    assert "effectiveDateTime" not in one
    quantity = dict(one["valueQuantity"])
    (evidence,) = quantity.pop("extension")
    parts = {part["url"]: part for part in evidence["extension"]}
    assert parts["offset"]["valueInteger"] == reading.text.index("4.1")
    assert quantity == {
        "value": 4.1,
        "unit": "mmol/L",
        "system": "http://unitsofmeasure.org",
        "code": "mmol/L",
    }


@pytest.mark.parametrize(
    ("value", "code"), [("110 mg/dL", ["2345-7"]), ("6.1 mmol/L", ["14749-6"]), ("7 %", [])]
)
def test_the_unit_decides_the_code(read, value, code):
    (one,) = _chart(read(f"{{Glucose|LAB_TEST}} {{{value}|LAB_VALUE|>Glucose}}"))
    assert _codes(one) == code


def test_a_measured_examination_is_an_observation_and_one_that_is_not_a_procedure(read):
    reading = read(
        "{Potassium|DIAGNOSTIC_PROCEDURE} {3.1|LAB_VALUE|>Potassium}, "
        "{FEV1|DIAGNOSTIC_PROCEDURE} {72%|LAB_VALUE|>FEV1}, "
        "{colonoscopy|DIAGNOSTIC_PROCEDURE} {normal|LAB_VALUE|>colonoscopy}, "
        "{X-ray|DIAGNOSTIC_PROCEDURE} {clear|LAB_VALUE|>X-ray}"
    )
    potassium, fev1, colonoscopy, x_ray = _chart(reading)
    assert _category(potassium) == ["laboratory"]
    assert _quantity(potassium) == (3.1, None)
    assert "category" not in fev1
    assert _quantity(fev1) == (72, "%")
    assert colonoscopy["resourceType"] == x_ray["resourceType"] == "Procedure"


def test_a_range_is_a_range(read):
    (one,) = _chart(read("{LVEF|DIAGNOSTIC_PROCEDURE} {30-35%|LAB_VALUE|>LVEF}"))
    value = one["valueRange"]
    assert (value["low"]["value"], value["high"]["value"]) == (30, 35)
    assert value["low"]["code"] == value["high"]["code"] == "%"
    assert value["extension"]


def test_a_clinical_measurement_is_not_of_the_laboratory(read):
    (one,) = _chart(read("{LVEF|DIAGNOSTIC_PROCEDURE} {55%|LAB_VALUE|>LVEF}"))
    assert _codes(one) == ["10230-1"]
    assert "category" not in one


def test_text_that_is_no_number_stays_text(read):
    (one,) = _chart(read("{Urine protein|LAB_TEST} {3+|LAB_VALUE|>Urine protein}"))
    assert one["valueString"] == "3+"
    assert "valueQuantity" not in one
    assert one["_valueString"]["extension"]


@pytest.mark.parametrize(
    ("markup", "code"),
    [
        ("{Potassium|LAB_TEST} {5.9 (H)|LAB_VALUE|>Potassium}", "H"),
        ("{Potassium|LAB_TEST} {2.9|LAB_VALUE|>Potassium} ({low|LAB_VALUE|>Potassium})", "L"),
        ("{Troponin|LAB_TEST} {negative|LAB_VALUE|>Troponin}", "NEG"),
        ("{Troponin|LAB_TEST} was {elevated|LAB_VALUE|>Troponin}", "H"),
        ("{Potassium|LAB_TEST} {5.9|LAB_VALUE|>Potassium}", None),
        ("{Potassium|LAB_TEST} {not elevated|LAB_VALUE|>Potassium}", None),
    ],
)
def test_what_is_said_of_a_result_is_its_interpretation(read, markup, code):
    (one,) = _chart(read(markup))
    said = [each["coding"][0]["code"] for each in one.get("interpretation", [])]
    assert said == ([code] if code else [])


def test_two_results_of_a_test_are_two_observations(read):
    reading = read(
        "{Potassium|LAB_TEST} {5.9|LAB_VALUE|>Potassium} ({high|LAB_VALUE|>Potassium}), "
        "then {4.2|LAB_VALUE|>Potassium}"
    )
    first, second = _chart(reading)
    assert _quantity(first) == (5.9, None)
    assert _quantity(second) == (4.2, None)
    assert "interpretation" in first
    assert "interpretation" not in second
    assert identity(first) != identity(second)


def test_a_result_that_is_said_twice_is_one(read):
    reading = read(
        "{Potassium|LAB_TEST} {4.2|LAB_VALUE|>Potassium}. "
        "Again: {potassium|LAB_TEST} {4.2|LAB_VALUE|>potassium}"
    )
    (one,) = _chart(reading)
    assert len([each for each in one["extension"] if each["url"].endswith("reference")]) == 2


def test_a_blood_pressure_is_a_panel(read):
    (one,) = _chart(read("{BP|DIAGNOSTIC_PROCEDURE} {142/88 mmHg|LAB_VALUE|>BP}"))
    assert _category(one) == ["vital-signs"]
    assert _codes(one) == ["85354-9"]
    systolic, diastolic = one["component"]
    assert _codes(systolic) == ["8480-6"]
    assert _codes(diastolic) == ["8462-4"]
    assert _quantity(systolic) == (142, "mm[Hg]")
    assert _quantity(diastolic) == (88, "mm[Hg]")
    assert not {"valueQuantity", "valueString"} & one.keys()


@pytest.mark.parametrize("value", ["88/142", "140", "12/08", "142/88 kg", "stable"])
def test_what_is_no_blood_pressure_stays_text(read, value):
    (one,) = _chart(read(f"{{BP|DIAGNOSTIC_PROCEDURE}} {{{value}|LAB_VALUE|>BP}}"))
    assert one["valueString"] == value
    assert "component" not in one


@pytest.mark.parametrize(
    ("language", "test", "value", "expected"),
    [
        ("en", "heart rate", "78 bpm", ("8867-4", (78, "/min"))),
        ("en", "HR", "78", ("8867-4", (78, "/min"))),
        ("en", "temperature", "37.2 C", ("8310-5", (37.2, "Cel"))),
        ("es", "FC", "78 lpm", ("8867-4", (78, "/min"))),
        ("es", "Tª", "37,2 ºC", ("8310-5", (37.2, "Cel"))),
        ("nl", "pols", "78/min", ("8867-4", (78, "/min"))),
        ("nl", "gewicht", "81,5 kg", ("29463-7", (81.5, "kg"))),
        ("en", "SpO2", "96%", ("2708-6", (96, "%"))),
    ],
)
def test_a_vital_sign_has_its_own_code_and_unit(read, language, test, value, expected):
    markup = f"{{{test}|DIAGNOSTIC_PROCEDURE}} {{{value}|LAB_VALUE|>{test}}}"
    (one,) = _chart(read(markup, language=language))
    assert _category(one) == ["vital-signs"]
    assert (*_codes(one), _quantity(one)) == expected


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        ("{Potassium|LAB_TEST} was sent", "result"),
        ("{Blood pressure|DIAGNOSTIC_PROCEDURE} was taken", "result"),
        ("{Vitals|DIAGNOSTIC_PROCEDURE}:", "result"),
        ("if {potassium|LAB_TEST|hypothetical} {5.5|LAB_VALUE|>potassium}", "meaning"),
        ("no {potassium|LAB_TEST|absent} {5.5|LAB_VALUE|>potassium}", "meaning"),
        ("{potassium|LAB_TEST} if {5.5|LAB_VALUE|hypothetical|>potassium}", "result"),
        ("his father's {potassium|LAB_TEST|family} {5.5|LAB_VALUE|>potassium}", "experiencer"),
    ],
)
def test_what_is_no_result_of_the_patient_is_not_written(read, markup, reason):
    reading = read(markup)
    assert _chart(reading) == []
    assert _omitted(reading)[reason] == 1


def test_a_laboratory_test_is_not_an_examination_as_well(read):
    reading = read("{Potassium|LAB_TEST} {4.2|LAB_VALUE|>Potassium}")
    test = reading.coded[0]
    examination = type(test)(
        type(test.entity)(test.entity.span, "DIAGNOSTIC_PROCEDURE", 0.9), test.codings
    )
    reading.coded = (examination, *reading.coded)
    (one,) = _chart(reading)
    assert one["resourceType"] == "Observation"


def test_a_value_belongs_to_the_nearest_of_two_tests(read):
    reading = read("{HR|DIAGNOSTIC_PROCEDURE} {78|LAB_VALUE|>HR}, then {Potassium|LAB_TEST}")
    (relation,) = reading.relations
    far = type(relation)("RESULT_OF", relation.head, reading.coded[2].entity, 0.9)
    reading.relations = (far, relation)
    (one,) = _chart(reading)
    assert _codes(one) == ["8867-4"]


def test_the_confidence_is_the_lower_of_test_and_value(read):
    (one,) = _chart(read("{Potassium|LAB_TEST|0.9} {4.2|LAB_VALUE|0.6|>Potassium}"))
    assert one["extension"][0]["valueDecimal"] == 0.6


def test_an_observation_is_written_once_changed_and_withdrawn(read):
    first = _chart(read("{Potassium|LAB_TEST} {4.2|LAB_VALUE|>Potassium}"))
    bundle = to_transaction(first)
    (entry,) = bundle["entry"]
    assert entry["request"]["url"] == "Observation"
    stored = {"id": "o1", **entry["resource"]}
    key = identity(stored).value
    again = _chart(read("{Potassium|LAB_TEST} {4.2|LAB_VALUE|>Potassium}"))
    assert "entry" not in to_transaction(again, existing={key: stored})
    other = _chart(read("{Potassium|LAB_TEST} {4.9|LAB_VALUE|>Potassium}"))
    created, withdrawn = to_transaction(other, existing={key: stored})["entry"]
    assert created["request"]["method"] == "POST"
    assert withdrawn["resource"]["status"] == "entered-in-error"
    assert is_withdrawn(withdrawn["resource"])
    assert validate(withdrawn["resource"]) == ()


def test_a_hostile_value_neither_breaks_nor_slows(read):
    value = "9" * 5000 + " mg/" + "d" * 5000 + "\x00"
    (one,) = _chart(read("{Potassium|LAB_TEST} {" + value + "|LAB_VALUE|>Potassium}"))
    assert b"\\u0000" not in orjson.dumps(one)
