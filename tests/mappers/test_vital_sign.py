import pytest

from mappers.measurement import measure
from mappers.vital_sign import VITAL_SIGNS, vital_sign, vital_sign_of
from terminology.codesystem import mod10


@pytest.mark.parametrize(
    ("text", "language", "key"),
    [
        ("BP", "en", "blood_pressure"),
        ("Heart rate:", "en", "heart_rate"),
        ("RR", "en", "respiratory_rate"),
        ("RR", "nl", "blood_pressure"),
        ("TA", "es-ES", "blood_pressure"),
        ("Tª", "es", "temperature"),
        ("Tº", "ES", "temperature"),
        ("T°", "nl", "temperature"),
        ("AH", "nl-BE", "respiratory_rate"),
        ("bloeddruk", "nl", "blood_pressure"),
        ("heart rate", "nl", "heart_rate"),
        ("Vital  signs", "en", "panel"),
    ],
)
def test_a_vital_sign_is_known_by_its_name(text, language, key):
    assert vital_sign(text, language) is VITAL_SIGNS[key]


@pytest.mark.parametrize("text", ["potassium", "", "blood", "rr interval"])
def test_other_tests_are_none(text):
    assert vital_sign(text, "en") is None


def test_a_vital_sign_is_known_by_its_code():
    assert vital_sign_of("8867-4") is VITAL_SIGNS["heart_rate"]
    assert vital_sign_of("718-7") is None


@pytest.mark.parametrize(
    ("key", "text", "unit"),
    [
        ("heart_rate", "78", "/min"),
        ("heart_rate", "78 bpm", "/min"),
        ("heart_rate", "78 per minute", "/min"),
        ("temperature", "37.2", "Cel"),
        ("temperature", "98.6", "[degF]"),
        ("temperature", "37.2 C", "Cel"),
        ("temperature", "37.2 °C", "Cel"),
        ("temperature", "60", None),
        ("temperature", "375 C", None),
        ("temperature", "37 °F", None),
        ("oxygen_saturation", "96%", "%"),
        ("oxygen_saturation", "96", "%"),
        ("oxygen_saturation", "3 %", None),
        ("weight", "80", None),
        ("weight", "80 kg", "kg"),
        ("height", "1.75 m", None),
        ("heart_rate", "78 mmHg", None),
        ("heart_rate", "7800", None),
        ("panel", "5", None),
    ],
)
def test_a_value_counts_in_a_unit_of_the_vital_sign(key, text, unit):
    vital = VITAL_SIGNS[key]
    found = vital.accepted(measure(text, "en", vital.spellings))
    assert (found.ucum if found else None) == unit


def test_the_codes_are_well_formed_and_distinct():
    codes = [one.coding.code for one in VITAL_SIGNS.values()]
    assert len(set(codes)) == len(codes)
    assert all(mod10(code) for code in codes)
    for vital in VITAL_SIGNS.values():
        assert all(key in VITAL_SIGNS for key in vital.components)
