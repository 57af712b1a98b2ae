"""Codes of public systems: where they stand, and their check digits."""

from __future__ import annotations

import pytest

from models.phi.code_systems import mod10, stretches, verhoeff


@pytest.mark.parametrize("code", ["2160-0", "4548-4", "718-7", "8480-6"])
def test_check_digits_of_loinc(code: str) -> None:
    assert mod10(code)
    assert not any(mod10(code[:-1] + other) for other in "0123456789" if other != code[-1])


@pytest.mark.parametrize("code", ["38341003", "73211009", "233604007", "195967001", "22298006"])
def test_check_digits_of_snomed_ct(code: str) -> None:
    assert verhoeff(code)
    assert not any(verhoeff(code[:-1] + other) for other in "0123456789" if other != code[-1])
    swapped = code[0] + code[2] + code[1] + code[3:]
    assert swapped == code or not verhoeff(swapped)


@pytest.mark.parametrize(
    ("text", "stretch"),
    [
        ("CIE-10 I48.9, E11.9 y N18.3; GRD", ["CIE-10 I48.9, E11.9 y N18.3"]),
        (
            "snomed ct: 38341003 hypertensie, 73211009",
            ["snomed ct: 38341003", "73211009"],
        ),
        ("RxNorm 197361. ATC-code A10BA02", ["RxNorm 197361", "ATC-code A10BA02"]),
        ("ICD-10 I10 (Peter Jones), J45", ["ICD-10 I10", "J45"]),
        ("ICPC K86 Maria Bakker, T90, T89", ["ICPC K86", "T90, T89"]),
        ("CPT 99213, 90210", ["CPT 99213"]),
        ("OMIM 143100 and 556677", ["OMIM 143100"]),
        ("inguinal mesh D123456", []),
        ("LOINC 2160-1", []),
        ("ICD 831615-93D, matched 12345", []),
        ("CPT 99214-77881", []),
    ],
)
def test_the_stretch_of_a_list(text: str, stretch: list[str]) -> None:
    assert [text[start:end] for start, end in stretches(text)] == stretch
