from __future__ import annotations

import pytest

from terminology.errors import SourceMalformed


def row(number: int, code: str, long: str, short: str = "", valid: int = 1) -> str:
    return f"{number:05} {code:<7} {valid} {short or long:<60} {long}"


def test_the_order_file(write_lines, load_into, codes, index) -> None:
    path = write_lines(
        "icd10cm_order_2025.txt",
        row(1, "I21", "Acute heart infarction", "Acute hrt infarction", valid=0),
        row(2, "T56811", "Toxic effect of tinsmithing"),
        row(3, "R991", "Tin finding"),
        row(4, "Z999", "Dependence on tin"),
    )
    load_into(path)
    assert codes("toxic effect of tinsmithing") == ["T56.811"]
    assert codes("acute hrt infarction") == ["I21"]
    assert [concept.group for concept in index().lookup("icd10cm", "R99.1")] == ["finding"]
    assert index().lookup("icd10cm", "Z99.9") == []


def test_its_display_and_version_reach_every_concept_with_the_code(
    write_lines, load_into, index
) -> None:
    load_into(write_lines("icd10cm_order_2025.txt", row(1, "I21", "Acute heart infarction")))
    (heart,) = [c for c in index().lookup("icd10cm", "I21") if c.codings[0].code == "22298006"]
    (coding,) = [coding for coding in heart.codings if coding.code == "I21"]
    assert (coding.display, coding.version) == ("Acute heart infarction", "2025")


def test_the_list_of_codes(write_lines, load_into, codes) -> None:
    path = write_lines("Code Descriptions/icd10cm-codes-2025.txt", "T56811  Tin poisoning")
    load_into(path.parent)
    assert codes("tin poisoning") == ["T56.811"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("00002 I2", ":2: not a row"),
        (row(2, "21I", "x"), ":2: '21I'"),
        ("a,b,c", ":2: not a row"),
    ],
)
def test_rows_that_are_not_right(write_lines, load_into, line, said) -> None:
    path = write_lines("icd10cm_order_2025.txt", row(1, "I21", "x"), line)
    with pytest.raises(SourceMalformed, match=said):
        load_into(path)
