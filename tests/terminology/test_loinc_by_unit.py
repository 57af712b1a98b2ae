from __future__ import annotations

from pathlib import Path

import pytest

from terminology.errors import SourceMalformed
from terminology.index import Index
from terminology.linker import Linker
from terminology.loinc_by_unit import loinc_by_unit, read_loinc_by_unit


@pytest.mark.parametrize(
    ("default", "unit", "code"),
    [
        ("2345-7", "mg/dL", "2345-7"),
        ("2345-7", "mmol/L", "14749-6"),
        ("14749-6", "mg/dL", "2345-7"),
        ("718-7", "g/dL", "718-7"),
        ("718-7", "g/L", "718-7"),
        ("718-7", "mmol/L", "59260-0"),
        ("2160-0", "mg/dL", "2160-0"),
        ("2160-0", "umol/L", "14682-9"),
        ("4548-4", "%", "4548-4"),
        ("4548-4", "mmol/mol", "59261-8"),
        ("22664-7", "mg/dL", "3091-6"),
        ("3094-0", "mmol/L", "14937-7"),
        ("17861-6", "meq/L", "2000-8"),
        ("770-8", "%", "770-8"),
        ("770-8", "10*9/L", "751-8"),
        ("751-8", "%", "770-8"),
        ("5902-2", "s", "5902-2"),
        ("5902-2", "%", "5894-1"),
        ("9318-7", "mg/g", "9318-7"),
        ("9318-7", "mg/mmol", "32294-1"),
        ("785-6", "fmol", "59468-9"),
    ],
)
def test_the_unit_decides(default: str, unit: str, code: str) -> None:
    assert loinc_by_unit().code(default, unit) == code


@pytest.mark.parametrize("unit", ["mmol/l", "MMOL/L", "mmol/L{fasting}"])
def test_spelling_and_annotation_of_the_unit_do_not_matter(unit: str) -> None:
    assert loinc_by_unit().code("2345-7", unit) == "14749-6"


def test_an_annotation_that_is_a_unit_of_its_own_matters() -> None:
    assert loinc_by_unit().code("48065-7", "ng/mL{FEU}") == "48065-7"
    assert loinc_by_unit().code("48065-7", "ng/mL{DDU}") == "48066-5"


@pytest.mark.parametrize("unit", [None, "", "{score}", "furlong"])
def test_without_a_known_unit_the_default_stays(unit: str | None) -> None:
    assert loinc_by_unit().code("2345-7", unit) == "2345-7"


def test_a_test_that_has_one_code_keeps_it() -> None:
    assert loinc_by_unit().code("2951-2", "mmol/L") == "2951-2"


def test_a_unit_of_another_quantity_is_no_result_of_the_test() -> None:
    assert loinc_by_unit().code("2345-7", "%") is None
    assert loinc_by_unit().code("4548-4", "s") is None


def test_every_code_is_in_the_index() -> None:
    with Index() as index:
        for code in loinc_by_unit().tests:
            assert index.lookup("loinc", code), code


def test_every_test_is_written_in_two_kinds_of_units_at_least() -> None:
    for code, codes in loinc_by_unit().tests.items():
        assert len(codes) > 1, code


@pytest.mark.parametrize(
    ("mention", "unit", "code"),
    [
        ("haemoglobin", "g/L", "718-7"),
        ("Hb", "mmol/L", "59260-0"),
        ("creatinine", "umol/L", "14682-9"),
        ("HbA1c", "mmol/mol", "59261-8"),
        ("TSH", "m[IU]/L", "3016-3"),
    ],
)
def test_a_mention_and_its_unit_give_the_code(mention: str, unit: str, code: str) -> None:
    with Index() as index:
        (coding,) = Linker(index).link(mention, language="en", group="lab")[0].concept.codings
    assert loinc_by_unit().code(coding.code, unit) == code


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[units]\nmass = ["g"]\nweight = ["G"]\n[tests]\n', "G is of two kinds"),
        (
            '[units]\nmass = ["g"]\n[tests]\na = { mole = "2345-7" }\n',
            "a: no units of the kind mole",
        ),
        ('[units]\nmass = ["g"]\n[tests]\na = { mass = "2345-8" }\n', "a: 2345-8 is no LOINC code"),
        (
            '[units]\nmass = ["g"]\n[tests]\na = { mass = "2345-7" }\nb = { mass = "2345-7" }\n',
            "b: 2345-7 is no LOINC code or stands twice",
        ),
        ("[units]\n", "'tests'"),
    ],
)
def test_a_bad_table_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "table.toml"
    path.write_text(text)
    with pytest.raises(SourceMalformed, match=f"table.toml: {complaint}"):
        read_loinc_by_unit(path)
