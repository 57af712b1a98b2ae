"""Personal data beside its label, where a line is two cells and has no heading above it."""

from __future__ import annotations

import pytest

from models.phi.columns import columns
from models.phi.fields import find
from models.phi.patterns import find as find_all
from tests.models.phi_found import found, seconds

FIELDS = {
    "en": (
        ("Name", "Jones"),
        ("Patient name", "Grant Stone"),
        ("Surname", "Page"),
        ("First name", "Rose"),
        ("GP", "Brown"),
        ("Next of kin", "rose oskelby"),
        ("Attending", "Stone"),
        ("Admitted", "3/4"),
        ("DOB", "3-4-50"),
        ("MRN", "445566"),
        ("Account", "A4471"),
        ("Town", "Best"),
        ("Address", "12 Elm Lane"),
        ("Phone", "555 1234"),
        ("Pager", "5512"),
        ("Age", "92"),
    ),
    "es": (
        ("Nombre", "Sol Rosa"),
        ("Apellidos", "Leal Rosa"),
        ("Médico", "Amado"),
        ("Enfermera", "Sol"),
        ("Ingreso", "3/4"),
        ("NHC", "445566"),
        ("NSS", "28 1234567 40"),
        ("Domicilio", "Mayor 12"),
        ("Localidad", "Cuenca"),
        ("C.P.", "28001"),
        ("Teléfono", "612 345 678"),
        ("Edad", "92"),
    ),
    "nl": (
        ("Naam", "Bloem"),
        ("Naam", "van den Oever"),
        ("Achternaam", "Bos"),
        ("Behandelaar", "Bos"),
        ("Contactpersoon", "Bloem"),
        ("Opname", "3-4"),
        ("Patiëntnummer", "8812"),
        ("Woonplaats", "Best"),
        ("Adres", "Dorpsstraat 12"),
        ("Sein", "5512"),
        ("Leeftijd", "92"),
    ),
}
GAPS = (" | ", "|", "\t", " :\t", "  ", ":        ", ";")


def _hides(text: str, value: str, language: str) -> bool:
    """Whether each letter and digit of the last `value` in a text is part of something found."""
    start = text.rindex(value)
    hidden = {at for phi in find_all(text, language) for at in range(phi.span.start, phi.span.end)}
    return all(at in hidden for at in range(start, start + len(value)) if text[at].isalnum())


@pytest.mark.parametrize("gap", GAPS)
@pytest.mark.parametrize("language", FIELDS)
def test_what_stands_beside_its_label_goes(language: str, gap: str) -> None:
    for label, value in FIELDS[language]:
        assert _hides(f"{label}{gap}{value}\r\n", value, language), (label, value)


@pytest.mark.parametrize("language", FIELDS)
def test_rows_between_pipes_go_line_by_line(language: str) -> None:
    lines = [f"| {label} | {value} |" for label, value in FIELDS[language]]
    for number, (_, value) in enumerate(FIELDS[language]):
        assert _hides("\n".join(lines[: number + 1]), value, language), value


def test_several_fields_stand_in_a_line() -> None:
    text = "Surname    Page      Given name    Rose      MRN    445566\n"
    assert {("NAME", "Page"), ("NAME", "Rose"), ("ID", "445566")} <= found(text, "en")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Name | Dose | Date | Route"),
        ("en", "Name | Date of birth\nMRN | Phone no"),
        ("en", "Patient  was seen today and given 40 mg"),
        ("en", "No  rash for 12 days"),
        ("en", "Plan | Metformin 500 mg bd"),
        ("en", "Site\tLeft heel\nSize\t3 cm"),
        ("en", "Unit | mmol/L"),
        ("en", "Sig  Take 1 tablet daily"),
        ("en", "Due;to pain"),
        ("en", "Given  4 mg, 8 mg"),
        ("es", "Ingreso | TA 120/80\nAlta | Hb 9,1"),
        ("es", "Resp.  18 rpm"),
        ("es", "Nombre | pendiente"),
        ("nl", "Opname | via de huisarts\nOntslag | met 5 mg"),
        ("nl", "Plaats | Linker hiel"),
        ("nl", "Naam | onbekend"),
        ("nl", "Naam | Geboortedatum"),
    ],
)
def test_headings_findings_and_sentences_stay(language: str, text: str) -> None:
    assert not [each.span.text for each in find(text, columns(language))]


def test_a_heading_that_is_a_name_goes_beside_a_label() -> None:
    assert [each.span.text for each in find("Surname | Page", columns("en"))] == ["Page"]


@pytest.mark.parametrize("line", ["Name | Oskelby\n", "Name  Oskelby\n", "Name | a" + "b " * 20])
def test_the_time_is_linear(line: str) -> None:
    assert seconds(line * (40_000 // len(line)), "en") < 1.5


def test_the_full_stop_of_a_line_stays() -> None:
    assert [each.span.text for each in find("Nombre:  Ana.\nC.P.:  28001 .", columns("es"))] == [
        "Ana",
        "28001",
    ]
