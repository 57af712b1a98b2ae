from __future__ import annotations

import pytest

from terminology.codesystem import CHECKS, code_systems, groups, mod10, system_key, verhoeff


@pytest.mark.parametrize("code", ["22298006", "44054006", "142811000119104", "73211009"])
def test_verhoeff_accepts_snomed_codes(code: str) -> None:
    assert verhoeff(code)


@pytest.mark.parametrize("code", ["22298007", "22289006", "2229800", "022298006", "22298006a", ""])
def test_verhoeff_finds_a_wrong_digit_and_a_transposition(code: str) -> None:
    assert not verhoeff(code)


@pytest.mark.parametrize(
    ("code", "right"),
    [("4548-4", True), ("2160-0", True), ("718-7", True), ("4548-5", False), ("4548", False)],
)
def test_mod10(code: str, right: bool) -> None:
    assert mod10(code) is right


@pytest.mark.parametrize(
    ("rule", "code", "right"),
    [
        ("icd10cm", "E11", True),
        ("icd10cm", "S72.001A", True),
        ("icd10cm", "E11.", False),
        ("icd10cm", "11E", False),
        ("digits", "6809", True),
        ("digits", "06809", False),
        ("cui", "C0027051", True),
        ("cui", "C27051", False),
        ("atc", "A10BA02", True),
        ("atc", "A10B2", False),
        ("mesh", "D003924", True),
        ("mesh", "003924", False),
    ],
)
def test_shapes(rule: str, code: str, right: bool) -> None:
    assert CHECKS[rule](code) is right


def test_a_system_is_known_by_key_and_by_uri() -> None:
    assert system_key("snomed") == system_key("http://snomed.info/sct") == "snomed"
    assert system_key("http://example.org/other") is None


def test_groups_use_known_systems_and_numbers_are_unique() -> None:
    for group in groups().values():
        assert set(group.systems) <= set(code_systems())
    assert len({group.number for group in groups().values()}) == len(groups())


def test_only_anatomy_takes_cross_references() -> None:
    assert groups()["anatomy"].accepts("xref")
    assert not groups()["disorder"].accepts("xref")
    assert not groups()["anatomy"].accepts("broad")
