import re
import unicodedata

import pytest

from models.annotator import Annotator
from models.deidentification import Mode, deidentify, reanchor
from models.phi import patterns as phi_patterns
from models.recognizing.known import KnownIdentifiers, find, leaks
from models.replacing.surrogates import Surrogates
from models.types import Note, PhiSpan, Span

KEY = b"a key of this test alone"
TEXT = (
    "Naam: Gerda van den Hazelaar, geb. 03-05-'31 (92 jaar), BSN 111222333, tel 06-12345678,\n"
    "woont Merelstraat 12a, 1234 AB Terpwoude. Op 3 mei 2021 gezien met zoon Pieter.\n"
    "dr. J.P. ten Elzenkamp, cardioloog, Ziekenhuis Molenrade"
)
PERSON = KnownIdentifiers(
    (
        ("NAME", "Gerda"),
        ("NAME", "van den Hazelaar"),
        ("ID", "111222333"),
        ("CONTACT", "+31612345678"),
        ("LOCATION", "Merelstraat 12a"),
        ("LOCATION", "1234 AB"),
        ("LOCATION", "Terpwoude"),
        ("DATE", "1931-05-03"),
    )
)


def make(*names: str) -> Surrogates:
    phi = [PhiSpan(Span.of(name, 0, len(name)), "NAME", 1.0, "model") for name in names]
    return Surrogates.of(KEY, "Patient/1", "nl", phi)


@pytest.mark.parametrize("mode", ["tag", "redact", "surrogate"])
def test_nothing_known_is_left_in_any_mode(mode: Mode) -> None:
    note = Note(TEXT, "nl", "DocumentReference/1", "Patient/1")
    copy = deidentify(note, phi_patterns.find(TEXT, "nl"), mode, key=KEY, known=PERSON)
    assert leaks(TEXT, PERSON) == ["CONTACT", "DATE", "ID", "LOCATION", "NAME"]
    assert leaks(copy.text, PERSON) == []
    assert "cardioloog" in copy.text
    at = TEXT.index("gezien met")
    moved = reanchor(Span.of(TEXT, at, at + 6), copy)
    assert moved is not None
    assert moved.text == "gezien"


@pytest.mark.parametrize(
    ("category", "text", "shape"),
    [
        ("NAME", "Gerda van den Hazelaar", r"[A-Z]\w+ van den [A-Z]\w+"),
        ("NAME", "J.P. ten Elzenkamp", r"[A-Z]\.[A-Z]\. ten [A-Z]\w+"),
        ("CONTACT", "06-12345678", r"06-\d{8}"),
        ("CONTACT", "+31 6 12345678", r"\+31 6 \d{8}"),
        ("CONTACT", "030 123 45 67", r"0\d\d \d{3} \d\d \d\d"),
        ("CONTACT", "a.b@praktijk.example", r"[a-z.]+@example\.org"),
        ("LOCATION", "Merelstraat 12a", r"[A-Z]\w+ \d+"),
        ("LOCATION", "1234 AB Terpwoude", r"\d{4} [A-Z]{2} [A-Z][\w ]+"),
        ("LOCATION", "1234 AB", r"\d{4} [A-Z]{2}"),
        ("LOCATION", "Terpwoude", r"[A-Z][\w ]+"),
        (
            "LOCATION",
            "Streekziekenhuis De Terp",
            r".*(?:[Zz]iekenhuis|Kliniek|[Cc]entrum|huis|praktijk|Gast).*",
        ),
        ("AGE", "92", r"90\+"),
        ("PROFESSION", "valkenier", r"[a-zë ]+"),
        ("DATE", "3 mei 2021", r"\d{1,2} [a-z]+ 20\d\d"),
        ("DATE", "03-05-'31", r"\d\d-\d\d-'\d\d"),
        ("DATE", "3e mei", r"\d{1,2}e [a-z]+"),
        ("ID", "111222333", r"\d{9}"),
    ],
)
def test_shapes(category: str, text: str, shape: str) -> None:
    names = [text] if category == "NAME" else []
    assert re.fullmatch(shape, make(*names).replace(category, text))


def test_a_given_name_is_replaced_by_one_of_the_same_sex() -> None:
    women, men = make("Gerda Hazelaar"), make("Pieter Hazelaar")
    drawn = women.replace("NAME", "Gerda"), men.replace("NAME", "Pieter")
    lists = women._lists()
    assert drawn[0] in lists["given_f"]
    assert drawn[1] in lists["given_m"]
    assert make("Gerda").replace("NAME", "Gerda") == drawn[0]


def test_a_name_is_one_name_however_it_is_written() -> None:
    surrogates = make("Gerda van den Hazelaar")
    full = surrogates.replace("NAME", "Gerda van den Hazelaar")
    assert surrogates.replace("NAME", "Van den Hazelaar") == f"Van den {full.split()[-1]}"
    assert surrogates.replace("NAME", "HAZELAAR") == full.split()[-1].upper()


@pytest.mark.parametrize(
    ("text", "category", "span"),
    [
        ("Mw. v.d. Hazelaar", "NAME", "Hazelaar"),
        ("HAZELAAR, G.", "NAME", "HAZELAAR, G."),
        ("Gerda belt", "NAME", "Gerda"),
        ("bel 06 12 34 56 78", "CONTACT", "06 12 34 56 78"),
        ("bel 0031612345678", "CONTACT", "0031612345678"),
        ("BSN 1112.22.333", "ID", "1112.22.333"),
        ("geb. 3 mei 1931", "DATE", "3 mei 1931"),
        ("geb. 03-05-'31", "DATE", "03-05-'31"),
        ("geb. 3/5/31", "DATE", "3/5/31"),
        ("1234AB", "LOCATION", "1234AB"),
        ("te TERPWOUDE", "LOCATION", "TERPWOUDE"),
    ],
)
def test_known_identifiers_in_dutch_forms(text: str, category: str, span: str) -> None:
    assert (category, span) in [(phi.category, phi.span.text) for phi in find(text, PERSON)]


@pytest.mark.parametrize("text", ["van den", "een hazelaarster", "0612345679", "1234 ABC"])
def test_what_is_another(text: str) -> None:
    assert find(text, PERSON) == []


def test_accents_that_stand_behind_their_letters() -> None:
    text = unicodedata.normalize("NFD", "Brief over mevr. Reneé Müller-Pétri met diarree.")
    note = Note(text, "nl")
    copy = deidentify(note, Annotator.load(["nl"]).annotate(note).phi)
    assert "tri" not in copy.text
    assert copy.text.endswith("met diarree.")
