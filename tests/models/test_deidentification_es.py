"""A Spanish note from end to end: patterns, known identifiers, all three modes."""

import re

import pytest

from models.deidentification import BAR, deidentify, reanchor
from models.lexicon import read
from models.phi import patterns as phi_patterns
from models.recognizing.known import KnownIdentifiers, find, leaks
from models.replacing.dates import shifted
from models.replacing.surrogates import Surrogates
from models.types import Note, PhiSpan, Span

KEY = b"0123456789abcdef"
TEXT = """Paciente: Iria Valdeolmos Retamares, 93 años. NHC 704418. DNI 12345678Z.
Domicilio: C/ Mayor 12, 3º B, 28013 Guadalmira. Tel. 612 345 678.
Ingresa el 3 de mayo de 2021; alta 14/05/21. Neumonía sin derrame.
Vista por el Dr. Ciro Zafrilla en el Hospital Comarcal de Herradura."""
SECRETS = ["Iria", "Valdeolmos", "704418", "12345678Z", "Mayor 12", "28013", "612 345", "Zafrilla"]
PERSON = KnownIdentifiers(
    (
        ("NAME", "Iria"),
        ("NAME", "Núñez-Vegalara"),
        ("NAME", "Flor"),
        ("ID", "704418"),
        ("CONTACT", "+34 612 345 678"),
        ("LOCATION", "Calle Mayor 12"),
        ("DATE", "1950-05-03"),
    )
)


def copy(mode: str) -> str:
    note = Note(TEXT, "es", "DocumentReference/1/_history/1", "Patient/1")
    return deidentify(note, phi_patterns.find(TEXT, "es"), mode, key=KEY).text


@pytest.mark.parametrize("mode", ["tag", "redact", "surrogate"])
def test_nothing_personal_is_left(mode):
    written = copy(mode)
    assert [secret for secret in SECRETS if secret in written] == []
    assert "Neumonía sin derrame." in written


def test_tags_and_bars():
    assert "Vista por el Dr. [NAME] en el [LOCATION]." in copy("tag")
    assert f"Ingresa el {BAR}; alta {BAR}." in copy("redact")


def test_surrogates_keep_the_shape():
    written = copy("surrogate")
    shape = r"Ingresa el \d{1,2} de [a-z]+ de 20\d\d; alta \d\d/\d\d/2\d\."
    assert re.search(shape, written)
    assert re.search(r"DNI \d{8}[A-Z]\.", written)
    assert re.search(r"Tel\. 6\d\d \d{3} \d{3}\.", written)
    assert re.search(r"Domicilio: [A-Z].*, \d{1,2}, \d{5} [A-Z]", written)
    assert "90+ años" in written


def test_entities_are_found_again():
    note = Note(TEXT, "es", subject="Patient/1")
    made = deidentify(note, phi_patterns.find(TEXT, "es"), "surrogate", key=KEY)
    at = TEXT.index("Neumonía")
    moved = reanchor(Span.of(TEXT, at, at + 8), made)
    assert moved is not None
    assert moved.text == "Neumonía"


def stand_ins(*names: str) -> Surrogates:
    phi = [PhiSpan(Span(0, len(name), name), "NAME", 1.0, "known") for name in names]
    return Surrogates.of(KEY, "Patient/1", "es", phi)


@pytest.mark.parametrize(
    ("name", "lists"),
    [
        ("Lucía Pérez Gómez", ("given_f", "family", "family")),
        ("Mateo Pérez Gómez", ("given_m", "family", "family")),
        ("Ana Lucía Pérez Gómez", ("given_f", "given_f", "family", "family")),
        ("Mateo Pérez", ("given_m", "family")),
        ("Pérez Gómez, Lucía", ("family", "family", "given_f")),
        ("Lucía", ("given_f",)),
    ],
)
def test_a_woman_stays_a_woman_and_two_family_names_stay_two(name, lists):
    drawn = stand_ins(name).replace("NAME", name).replace(",", "").split()
    table = read("es", "surrogates")
    assert [word in table[each] for word, each in zip(drawn, lists, strict=True)] == [True] * len(
        lists
    )
    assert leaks(" ".join(drawn), KnownIdentifiers((("NAME", name),))) == []


def test_particles_stay():
    assert " de la " in stand_ins("Lucía de la Peña").replace("NAME", "Lucía de la Peña")


def test_the_same_person_is_the_same_every_time():
    one, other = stand_ins("Lucía Pérez"), stand_ins("Lucía Pérez")
    assert one.replace("NAME", "Lucía") == other.replace("NAME", "Lucía Pérez").split()[0]


@pytest.mark.parametrize(
    ("text", "days", "moved"),
    [
        ("3 de mayo de 2021", 10, "13 de mayo de 2021"),
        ("3 de mayo", 30, "2 de junio"),
        ("31 de Diciembre del 2020", 1, "1 de Enero del 2021"),
        ("03/05/21", -3, "30/04/21"),
        ("03-05-2021", 1, "04-05-2021"),
        ("12/ene/2020", 31, "12/feb/2020"),
        ("mayo de 2021", 31, "junio de 2021"),
        ("MAYO 2021", 31, "JUNIO 2021"),
        ("2021", 400, "2022"),
        ("12-III-2020", 1, None),
    ],
)
def test_dates_move_in_their_own_form(text, days, moved):
    assert shifted(text, days, "es") == moved


@pytest.mark.parametrize(
    ("text", "category", "span"),
    [
        ("viene IRIA", "NAME", "IRIA"),
        ("la Sra. Nuñez Vegalara", "NAME", "Nuñez Vegalara"),
        ("NUNEZ", "NAME", "NUNEZ"),
        ("doña Flor", "NAME", "Flor"),
        ("NHC704418", "ID", "704418"),
        ("tel 612-345-678", "CONTACT", "612-345-678"),
        ("C/ Mayor, 12", "LOCATION", "C/ Mayor, 12"),
        ("nació el 3 de mayo de 1950", "DATE", "3 de mayo de 1950"),
        ("3/5/50", "DATE", "3/5/50"),
        ("03-MAY-1950", "DATE", "03-MAY-1950"),
    ],
)
def test_finds_what_the_record_knows(text, category, span):
    assert (category, span) in [(phi.category, phi.span.text) for phi in find(text, PERSON)]


@pytest.mark.parametrize("text", ["flor vaginal", "en la calle mayor", "el 3 de mayo"])
def test_words_that_are_no_identifiers(text):
    assert find(text, PERSON) == []
