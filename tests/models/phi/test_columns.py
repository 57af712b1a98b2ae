"""What the headings of each language say, and what else a heading may be."""

from __future__ import annotations

import pytest

from models import lexicon
from models.phi.columns import columns


@pytest.mark.parametrize(
    ("language", "heading", "category"),
    [
        ("en", "Patient  Name:", "NAME"),
        ("en", "Age (years)", "AGE"),
        ("en", "Unit", "LOCATION"),
        ("en", "Unit no.", "ID"),
        ("en", "Hb", None),
        ("es", "Nº de historia clínica", "ID"),
        ("nl", "patientnr", "ID"),
    ],
)
def test_a_heading_has_a_category(language: str, heading: str, category: str | None) -> None:
    assert columns(language).category(heading) == category


@pytest.mark.parametrize(
    ("language", "heading", "may"),
    [
        ("en", "Page", True),
        ("en", "Lea D.", True),
        ("en", "I. P.", True),
        ("en", "Date of birth", False),
        ("en", "MRN", False),
        ("es", "Barrio", True),
        ("es", "Médico resp.", False),
        ("nl", "Voogd", True),
        ("nl", "Geb.dat.", False),
    ],
)
def test_a_heading_may_be_somebody(language: str, heading: str, may: bool) -> None:
    assert columns(language).may_name(heading) is may


@pytest.mark.parametrize("language", lexicon.languages("phi"))
def test_clinical_headings_are_headings_of_their_category(language: str) -> None:
    told = lexicon.read(language, "phi")["columns"]
    for category, each in told["clinical"].items():
        assert set(each["headings"]) <= set(told[category])


@pytest.mark.parametrize(
    ("heading", "cell", "fits"),
    [
        ("Sample", "24 h urine", False),
        ("Sample", "24-h-1234", True),
        ("Sample no", "24 h urine", True),
        ("Code", "E11.9", False),
        ("Code", "E11.9-44", True),
        ("Plan", "12345 mg", True),
    ],
)
def test_amounts_are_nobodys_number(heading: str, cell: str, fits: bool) -> None:
    assert columns("en").fits("ID", cell, heading) is fits


@pytest.mark.parametrize(
    ("cell", "fits"), [("4 L", True), ("5 d", True), ("45 mg", False), ("Left Wing", True)]
)
def test_a_bed_with_a_letter_is_no_amount(cell: str, fits: bool) -> None:
    assert columns("en").fits("LOCATION", cell, "Location") is fits


def test_a_long_cell_is_a_sentence() -> None:
    assert columns("en").fits("NAME", "Oskelby")
    assert not columns("en").fits("NAME", "Oskelby " * 8)
