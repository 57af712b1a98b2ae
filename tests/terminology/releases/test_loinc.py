from __future__ import annotations

from pathlib import Path

import pytest

from terminology.errors import SourceMalformed

HEADER = (
    '"LOINC_NUM","COMPONENT","CLASSTYPE","VersionLastChanged","STATUS","CONSUMER_NAME","SHORTNAME"'
    ',"LONG_COMMON_NAME","COMMON_TEST_RANK","DisplayName"'
)
VARIANT = '"LOINC_NUM","COMPONENT","SHORTNAME","LONG_COMMON_NAME","LinguisticVariantDisplayName"'


def row(code: str, component: str, name: str, rank: int = 0, **said: str) -> str:
    kind, status = said.get("kind", "1"), said.get("status", "ACTIVE")
    return (
        f'"{code}","{component}","{kind}","2.77","{status}","","{component} short"'
        f',"{name}","{rank}","{component} shown"'
    )


@pytest.fixture
def loinc(write_lines) -> Path:
    variants = "Loinc_2.77/AccessoryFiles/LinguisticVariants"
    write_lines(
        f"{variants}/esES12LinguisticVariant.csv",
        VARIANT,
        '"99998-7","Estaño","","Estaño en sangre","Estaño, sangre"',
        '"99997-9","Otro","","Otro",""',
    )
    write_lines(f"{variants}/frFR18LinguisticVariant.csv", VARIANT, '"99998-7","","","Étain",""')
    path = write_lines(
        "Loinc_2.77/LoincTable/Loinc.csv",
        HEADER,
        row("99998-7", "Tin", "Tin [Mass/volume] in Blood", 12),
        row("99999-5", "Tin", 'Tin [Mass/volume] in ""Urine""'),
        row("99997-9", "Survey", "A question", kind="4"),
        row("2823-3", "Potassium", "Potassium", status="DEPRECATED"),
    )
    return path.parents[1]


def test_laboratory_tests_and_their_names(loinc, load_into, codes, index) -> None:
    loaded = load_into(loinc)
    assert codes("Tin [Mass/volume] in Blood", group="lab") == ["99998-7"]
    assert codes("tin shown", group="lab") == ["99998-7"]
    assert codes("estaño en sangre", "lab", "es") == ["99998-7"]
    (concept,) = index().lookup("loinc", "99998-7")
    assert concept.codings[0].version == "2.77"
    assert loaded.skipped["LOINC codes of other classes"] == 1
    assert loaded.skipped["names in fr"] == 1


def test_a_bare_component_is_the_test_that_is_in_use(loinc, load_into, codes) -> None:
    load_into(loinc)
    assert codes("tin", group="lab") == ["99998-7"]


def test_deprecated_codes_leave_the_index(loinc, load_into, index) -> None:
    load_into(loinc)
    assert index().lookup("loinc", "2823-3") == []


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([HEADER, row("99998-0", "Tin", "Tin")], r"Loinc\.csv:2: '99998-0'"),
        ([HEADER, row("99998-7", "Tin", "Tin")[:-20]], r"Loinc\.csv:2: "),
        ([HEADER, '"99998-7"'], r"Loinc\.csv:2: 1 columns instead of 10"),
        ([VARIANT], r"Loinc\.csv:1: no column CLASSTYPE"),
        ([], r"Loinc\.csv:1: no column LOINC_NUM"),
        ([HEADER, '"' + "x" * 200_000 + '"'], r"Loinc\.csv:2: field larger"),
    ],
)
def test_rows_that_are_not_right(loinc, write_lines, load_into, lines, said) -> None:
    write_lines("Loinc_2.77/LoincTable/Loinc.csv", *lines)
    with pytest.raises(SourceMalformed, match=said):
        load_into(loinc)
