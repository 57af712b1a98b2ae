"""Personal data by the headings of a table, and by what the rest of its column holds."""

from __future__ import annotations

import pytest

from models.phi_patterns import find
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


def test_the_time_is_linear() -> None:
    assert seconds("| a | 4.1 | Oskelby |\n" * 6000, "en") < 1.0
