"""Personal data by the headings of a table, and by what the rest of its column holds."""

from __future__ import annotations

import pytest

from models.phi.patterns import find
from tests.models.phi_found import found, seconds


@pytest.mark.parametrize("gap", [" | ", "\t", ";", ",", "    "])
def test_a_heading_tells_what_stands_below(gap: str) -> None:
    rows = (
        ("Bed", "Patient", "Initials", "K"),
        ("1", "Burr", "TW", "4.1"),
        ("2", "Rose", "QB", "5"),
    )
    told = found("\n".join(map(gap.join, rows)), "en")
    assert {("NAME", "Burr"), ("NAME", "TW"), ("NAME", "Rose"), ("NAME", "QB")} <= told
    assert not {text for _, text in told} & {"4.1", "5", "1", "2", "Patient", "Initials"}


def test_a_table_with_a_rule_below_its_headings() -> None:
    text = (
        "| Device | Age | Battery |\n|---|---|---|\n| pump 12 | 93 | 6 y |\n| lead 14 | 62 | 2 y |"
    )
    assert {("ID", "pump 12"), ("ID", "lead 14"), ("AGE", "93")} <= found(text, "en")
    assert ("AGE", "62") not in found(text, "en")


def test_a_column_is_what_most_of_it_is() -> None:
    text = "Anna Oskelby;hernia;2\nThomas Wetherden;gout;3\nGrant Stone;cough;1"
    assert ("NAME", "Grant Stone") in found(text, "en")
    assert not {"hernia", "gout", "cough"} & {text for _, text in found(text, "en")}


@pytest.mark.parametrize(
    "text",
    [
        "Name    Dose    Route\naspirin    81 mg    oral\nheparin    5000 units    subcutaneous",
        "Nurse | Bed | K\nnone | 4 | 4.1\nvacant | 5 | 3.9",
        "fever, cough, and a headache\nno rash, no travel, and no pain",
    ],
)
def test_words_of_cells_that_name_nobody(text: str) -> None:
    assert not found(text, "en")


def test_lines_may_end_as_on_windows() -> None:
    text = "Date\tMRN\tName\r\n01/02/2020\t12345\tcarrot\r\n01/03/2020\t12346\toskelby\r\n"
    assert "oskelby" in [each.span.text for each in find(text, "en")]


@pytest.mark.parametrize("sign", ["|", "\t", ";"])
def test_blanks_without_end_take_linear_time(sign: str) -> None:
    assert seconds(f"a{sign}b{sign}c{' ' * 80_000}x\n", "en") < 1.0


ES = (
    ("Nombre", "Edad", "NHC", "F. Nac.", "Med. resp.", "Fármaco", "Hb", "Na"),
    ("Sol Rosa", "92", "445566", "3/4/31", "Amado", "Enalapril 10 mg", "12,1", "140"),
    ("Cruz Leal", "61", "778899", "12-11-61", "pendiente", "Insulina 20 UI", "11", "138"),
)
NL = (
    ("Naam", "Lft.", "ZIS-nr", "Geb.dat.", "Wnd. arts", "Medicatie", "Hb", "Na"),
    ("Bloem", "> 90", "1234567", "3-4-31", "Smid", "Metoprolol 50 mg", "7,2", "140"),
    ("van den Oever", "71", "7654321", "1-12-50", "onbekend", "Furosemide 40 mg", "6,1", "138"),
)
TOLD = {
    "es": {
        *(("NAME", name) for name in ("Sol Rosa", "Cruz Leal", "Amado")),
        *(("ID", number) for number in ("445566", "778899")),
        *(("DATE", date) for date in ("3/4/31", "12-11-61")),
        ("AGE", "92"),
    },
    "nl": {
        *(("NAME", name) for name in ("Bloem", "van den Oever", "Smid")),
        *(("ID", number) for number in ("1234567", "7654321")),
        *(("DATE", date) for date in ("3-4-31", "1-12-50")),
        ("AGE", "> 90"),
    },
}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("gap", [" | ", "|", "\t", ";", "   "])
@pytest.mark.parametrize(("language", "rows"), [("es", ES), ("nl", NL)])
def test_the_headings_of_each_language(
    language: str, rows: tuple[tuple[str, ...], ...], gap: str, end: str
) -> None:
    told = found(end.join(map(gap.join, rows)) + end, language)
    assert told >= TOLD[language]
    left = {cell for row in rows for cell in (row[5:] if row is not rows[0] else row)}
    assert not left & {text for _, text in told}
    assert not {"pendiente", "onbekend", "61", "71"} & {text for _, text in told}


@pytest.mark.parametrize(
    ("language", "heading", "category", "cell"),
    [
        ("es", "Nº de historia", "ID", "88 12"),
        ("es", "N.º Paciente", "ID", "8812"),
        ("es", "FEC.INGRESO", "DATE", "3/4"),
        ("es", "Edad (años)", "AGE", "93"),
        ("es", "Tfno.", "CONTACT", "55 12"),
        ("es", "Localidad", "LOCATION", "Cuenca"),
        ("nl", "Patiëntnr.", "ID", "8812"),
        ("nl", "opname nr", "ID", "8812"),
        ("nl", "Opname", "DATE", "3-4"),
        ("nl", "Leeftijd (jr)", "AGE", "88-92"),
        ("nl", "Sein", "CONTACT", "5512"),
        ("nl", "Vpk", "NAME", "Bos"),
        ("nl", "Woonplaats", "LOCATION", "Best"),
    ],
)
def test_headings_as_they_are_written(
    language: str, heading: str, category: str, cell: str
) -> None:
    assert (category, cell) in found(f"K | Na | {heading}\n4 | 140 | {cell}", language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "Fármaco | Dosis | Vía\nEnalapril | 10 mg | oral\nInsulina | 20 UI | sc"),
        ("es", "Prueba | Valor | Referencia\nHb | 12 | 13,5-17,0\nNa | 140 | 135-145"),
        ("es", "CIE | Código | Clínica\nI | I10.25 | Disnea\nE | E11.90 | Poliuria"),
        ("nl", "RR | Pols | Temp\n120/80 | 72 | 37,2\n135/85 | 80 | 38,1"),
        ("nl", "Middel | Dosis | dd\nMetoprolol | 50 mg | 2 dd\nFurosemide | 40 mg | 1 dd"),
        ("nl", "Wond | Plaats | Grootte\n1 | linker hiel | 3 cm\n2 | stuit | 2 cm"),
        ("nl", "Bepaling | Nr. | Ref\nHb | 135-145 | 8,5-11,0\nCRP | < 10 | < 10"),
    ],
)
def test_clinical_columns_stay(language: str, text: str) -> None:
    assert not found(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "Nss;Hb;K\nx;12;4"),
        ("es", "F. Ingreso;Hb;K\nx;12;4"),
        ("nl", "Opnamedatum;Hb;K\nx;12;4"),
        ("nl", "Burgerservicenummer\tTelnr\tK\r\nx\ty\t4"),
    ],
)
def test_a_heading_is_nobody(language: str, text: str) -> None:
    assert not found(text, language)


def test_a_heading_alone_that_is_a_name_as_well() -> None:
    assert ("NAME", "Barrio") in found("Barrio;4;3\nSol;5;2", "es")


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("en", "Name | Page | Ward\nAge | 54 | 7", "Page"),
        ("en", "Page | gout | 3\nTom Wetherden | gout | 3\nAnna Oskelby | gout | 2", "Page"),
        ("en", "I.P. | hernia | 4\nT.W. | gout | 5", "I.P."),
        ("en", "Lea D. | hernia | 4\nTom W. | gout | 5", "Lea D."),
        ("es", "Barrio;Calle;3\nSol;Paz;2", "Barrio"),
        ("nl", "Voogd | jicht | 4\nJan Vos | hoest | 5\nPiet Bakker | val | 6", "Voogd"),
    ],
)
def test_a_name_among_headings_goes(language: str, text: str, name: str) -> None:
    assert ("NAME", name) in found(text, language)


def test_headings_that_are_names_stay_where_nothing_says_so() -> None:
    text = "NURSE | DATE | PAGE | DAY\nJONES | 3/4 | 5512 | 3"
    assert not {"NURSE", "DATE", "PAGE", "DAY"} & {each for _, each in found(text, "en")}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Site | Size | Stage\nLeft heel | 3 cm | 2\nSacrum | 2 cm | 3\nR Ankle | 1 | 1"),
        ("en", "Vaccine | Dose | Site\nTdap | 0.5 mL | Left deltoid\nHepB | 1 mL | L Thigh"),
        ("en", "Area | Finding | Side\nUpper lobe | clear | left\nLower Lobe | dull | right"),
        (
            "en",
            "Test | Result | Unit\nHb | 120 | g/L\nWBC | 5 | 10*9/L\nPlt | 200 | x10^9/L\n"
            "eGFR | 60 | mL/min/1.73m2\nALT | 30 | U/L\nBP | 120/80 | mmHg\nTSH | 2 | mIU/L",
        ),
        ("en", "Test | Result | Reference\nHb | 120 | 130-170 g/L\nK | 4 | 3.5 - 5.1 mmol/L"),
        (
            "en",
            "Problem | Status | Plan\nT2DM | poor | Metformin 500 mg bd\nCKD | stable | U+E in "
            "2 weeks\nHTN | ok | Continue ramipril 10 mg",
        ),
        (
            "en",
            "Drug | Dose | Sig\nLisinopril | 10 mg | 1 tab PO BID\nMetformin | 500 mg | Take 1 "
            "tablet daily\nAlbuterol | 90 mcg | 2 puffs q4h PRN",
        ),
        ("en", "Lead | ST | T\nII | 1 mm | inverted\nV2 | 2 mm | upright\naVF | 0 | flat"),
        ("en", "Drug | Ordered | Given\nMorphine | 5 mg | 2.5 mg\nNS | 1 L | 500 mL"),
        ("en", "Diagnosis | Code | Course\nT2DM | E11.9 | slow\nGout | M10.9 | slow"),
        ("nl", "Wond | Plaats | Grootte\n1 | Linker hiel | 3 cm\n2 | Stuit | 2 cm"),
        ("nl", "Middel | Start | Stop\nPrednisolon | 30 mg | 5 mg\nMorfine | 5 mg | 2 mg"),
        ("es", "Fármaco | Inicio | Fin\nPrednisona | 30 mg | 5 mg\nMorfina | 5 mg | 2 mg"),
    ],
)
def test_findings_and_treatment_stay_below_headings_of_both(language: str, text: str) -> None:
    assert not found(text, language)


@pytest.mark.parametrize(
    ("language", "heading", "category", "cells"),
    [
        ("en", "Site", "LOCATION", ("Oakwood", "Maple House", "Room 14", "Left wing", "Hill")),
        ("en", "Unit", "LOCATION", ("Ward 4B", "Maple", "12", "ICU 3", "Rose", "L Block")),
        ("en", "Plan", "ID", ("HMO 44-12345", "8812", "Gold 12 mg-77")),
        ("en", "Code", "ID", ("A4471", "E11.9-77")),
        ("en", "Sample", "ID", ("24-12345", "1234567 L")),
        ("en", "Lead", "NAME", ("Jones", "K.L.", "II Brown", "Hand")),
        ("en", "Sig", "NAME", ("Jones", "GL", "T. Rose")),
        ("en", "Given", "DATE", ("3/4", "12 May", "5 mg 3/4")),
        ("nl", "Plaats", "LOCATION", ("Best", "Linker Maasoever", "Kamer 14")),
        ("nl", "Start", "DATE", ("3-4", "5 mg 3-4")),
        ("es", "Inicio", "DATE", ("3/4", "5 mg 3/4")),
    ],
)
def test_what_tells_of_somebody_goes_below_them(
    language: str, heading: str, category: str, cells: tuple[str, ...]
) -> None:
    rows = "\n".join(f"x | y | {cell}" for cell in cells)
    told = found(f"K | Na | {heading}\n{rows}", language)
    assert {(category, cell) for cell in cells} <= told


@pytest.mark.parametrize("gap", [" | ", "\t"])
@pytest.mark.parametrize(
    ("language", "heads", "cells"),
    [
        ("en", ("Name", "Room"), (("Jones", "4"), ("Brown", "5"))),
        ("en", ("Bed", "Patient"), (("4", "Rose"), ("5", "Page"))),
        ("en", ("MRN", "Hb"), (("445566", "120"), ("778899", "110"))),
        ("es", ("Paciente", "Cama"), (("Sol", "4"), ("Leal", "5"))),
        ("nl", ("Naam", "Kamer"), (("Bloem", "4"), ("Bos", "5"))),
    ],
)
def test_two_columns_below_headings(
    language: str, heads: tuple[str, str], cells: tuple[tuple[str, str], ...], gap: str
) -> None:
    told = {text for _, text in found("\n".join(map(gap.join, (heads, *cells))), language)}
    others = {"4", "5", "120", "110"}
    assert {cell for row in cells for cell in row} - others <= told
    assert not others & told


def test_labels_of_a_form_are_no_column() -> None:
    text = "Name | Oskelby\nAllergies | penicillin\nDiagnosis | gout\nMRN | 445566"
    assert found(text, "en") == {("NAME", "Oskelby"), ("ID", "445566")}


def test_the_time_is_linear() -> None:
    assert seconds("| a | 4.1 | Oskelby |\n" * 6000, "en") < 1.0
