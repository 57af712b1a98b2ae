import tomllib
from pathlib import Path

import pytest

from mappers.sig import parse
from mappers.validation import validate

DIRECTIONS = tomllib.loads(Path(__file__).with_name("directions.toml").read_text("utf-8"))

PLAIN = [
    ("en", "500 mg", {"value": 500, "unit": "mg", "code": "mg"}, None),
    ("en", "0.125 mg", {"value": 0.125, "unit": "mg", "code": "mg"}, None),
    ("en", "81-mg", {"value": 81, "unit": "mg", "code": "mg"}, None),
    ("en", "40\u2005mg daily", {"value": 40, "unit": "mg", "code": "mg"}, "QD"),
    ("en", "75 \u00b5g QD", {"value": 75, "unit": "\u03bcg", "code": "ug"}, "QD"),
    ("en", "10,000 units b.i.d.", {"value": 10000, "unit": "units", "code": "{unit}"}, "BID"),
    ("en", "Two tablets twice daily", {"value": 2, "unit": "tablets", "code": "{tablet}"}, "BID"),
    ("en", "20 mEq t.i.d", {"value": 20, "unit": "meq", "code": "meq"}, "TID"),
    ("es", "2,5 mg dos veces al d\u00eda", {"value": 2.5, "unit": "mg", "code": "mg"}, "BID"),
    ("nl", "2dd 500 mg", {"value": 500, "unit": "mg", "code": "mg"}, "BID"),
    ("nl-NL", "7,5 mg 1 dd", {"value": 7.5, "unit": "mg", "code": "mg"}, "QD"),
    ("en", "3 times a day", None, "TID"),
]

UNCLEAR = [
    ("en", "5 mg/kg"),
    ("en", "100 mg/day"),
    ("en", "4 tablets per day"),
    ("en", "10 mg, later 20 mg"),
    ("en", "10 mg 20 mg"),
    ("en", "1.500 mg"),
    ("nl", "1.500 mg"),
    ("nl", "1,500 mg"),
    ("es", "10,000 mg"),
    ("en", "2,5 mg"),
    ("en", "1,00 mg"),
    ("en", ".5 mg"),
    ("en", "20-10 mg"),
    ("en", "500 mgx"),
    ("en", "high dose"),
    ("en", "daily weekly"),
    ("en", "tapered over 5 days"),
    ("en", "500"),
    ("en", "5. mg"),
    ("en", "\u0663 mg/kg"),
    ("fr", "500 mg"),
    ("en", ""),
]


@pytest.mark.parametrize(("language", "text", "quantity", "code"), PLAIN)
def test_plain_directions(language, text, quantity, code):
    read = parse(text, language)
    if quantity:
        (dose,) = read["doseAndRate"]
        system = {"system": "http://unitsofmeasure.org"}
        assert dose == {"doseQuantity": quantity | system}
        assert isinstance(dose["doseQuantity"]["value"], type(quantity["value"]))
    if code:
        assert read["timing"]["code"]["coding"][0]["code"] == code
    assert len(read) == bool(quantity) + bool(code)


@pytest.mark.parametrize(("language", "text"), UNCLEAR)
def test_anything_else_stays_text(language, text):
    assert parse(text, language) == {}


def test_a_range_has_two_ends():
    (dose,) = parse("1-2 tablets q6h prn", "en")["doseAndRate"]
    assert dose["doseRange"]["low"]["value"] == 1
    assert dose["doseRange"]["high"]["value"] == 2


def test_everything_in_one_line():
    read = parse("5 mg PO every 12 hours as needed.", "en")
    assert set(read) == {"doseAndRate", "route", "timing", "asNeededBoolean"}
    assert read["route"] == {"text": "po"}
    assert read["timing"] == {"repeat": {"frequency": 1, "period": 12, "periodUnit": "h"}}


def test_a_long_text_is_refused_quickly():
    assert parse("1,1." * 20_000 + " mg", "en") == {}
    assert parse("once " * 20_000, "en") == {}


def told(read):
    """Say what was read as directions.toml does."""
    parts = []
    for dose in read.get("doseAndRate", ()):
        bounds = dose.get("doseRange") or {"low": dose.get("doseQuantity")}
        quantity = bounds["low"]
        amount = "-".join(str(bound["value"]) for bound in bounds.values())
        unit = f" {quantity['unit']}{{{quantity['code']}}}" if "code" in quantity else ""
        parts.append(f"{amount}{unit}")
    parts += _timing(read["timing"]) if "timing" in read else []
    parts += [f"+{each['text']}" for each in read.get("additionalInstruction", ())]
    parts += ["prn"] if read.get("asNeededBoolean") else []
    parts += [f"prn:{read[key]['text']}" for key in ("asNeededCodeableConcept",) if key in read]
    parts += [f"via {read['route']['text']}"] if "route" in read else []
    return " ".join(parts)


def _timing(timing):
    repeat = timing["repeat"]
    parts = ["once"] if repeat.get("count") == 1 else []
    if "frequency" in repeat:
        frequency, period = (
            "-".join(str(repeat[key]) for key in (name, f"{name}Max") if key in repeat)
            for name in ("frequency", "period")
        )
        code = "".join(f"={coding['code']}" for coding in timing.get("code", {}).get("coding", ()))
        parts.append(f"{frequency}/{period}{repeat['periodUnit']}{code}")
    parts += [",".join(repeat["when"])] if "when" in repeat else []
    return parts + (["on " + ",".join(repeat["dayOfWeek"])] if "dayOfWeek" in repeat else [])


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [(language, *row) for language, rows in DIRECTIONS.items() for row in rows.items()],
)
def test_directions(language, text, expected):
    read = parse(text, language)
    assert told(read) == expected
    assert bool(read) == bool(expected)
    if read:
        statement = {
            "resourceType": "MedicationStatement",
            "status": "active",
            "medicationCodeableConcept": {"text": "x"},
            "subject": {"reference": "Patient/x"},
            "dosage": [read],
        }
        assert validate(statement) == ()


@pytest.mark.parametrize("language", ["es", "nl"])
def test_each_language_has_many_directions(language):
    assert len(DIRECTIONS[language]) >= 50


def test_a_language_is_known_with_its_region_and_in_capitals():
    assert parse("c/8h", "ES-mx") == parse("c/8h", "es") != {}
