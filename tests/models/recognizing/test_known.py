import itertools
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.deidentification import Mode, deidentify
from models.lexicon import read
from models.recognizing.known import KnownIdentifiers, find, leaks
from models.recognizing.lists import nicknames
from models.recognizing.person import Person
from models.types import Note

PERSON = KnownIdentifiers(
    (
        ("NAME", "Zoë Ann"),
        ("NAME", "O'Wetherden-Müller"),
        ("NAME", "Will"),
        ("NAME", "Li"),
        ("ID", "123-45-678"),
        ("ID", "AB12345"),
        ("ID", "1234"),
        ("CONTACT", "+1 (555) 010-0199"),
        ("CONTACT", "zoe@example.org"),
        ("LOCATION", "12 Old Mill Road Apt 3"),
        ("LOCATION", "Alderford"),
        ("LOCATION", "43001"),
        ("DATE", "1950-03-05"),
    )
)


def found(text: str) -> list[tuple[str, str]]:
    return [(phi.category, phi.span.text) for phi in find(text, PERSON)]


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("Zoë came", "Zoë"),
        ("ZOE came", "ZOE"),
        ("Zoe\u0308 came", "Zoe\u0308"),
        ("Zoe O'Wetherden-Muller", "Zoe O'Wetherden-Muller"),
        ("OWETHERDEN MUELLER", "OWETHERDEN MUELLER"),
        ("Mrs. Wetherden’s leg", "Wetherden"),
        ("Z. Müller", "Z. Müller"),
        ("MÜLLER, Z.", "MÜLLER, Z."),
        ("Müller, Zoë A.", "Müller, Zoë A."),
        ("Mü\u00adller", "Mü\u00adller"),
        ("he will see Will", "Will"),
        ("WILL", "WILL"),
        ("Ms. Li", "Li"),
        ("name_müller_1", "müller"),
    ],
)
def test_names(text, span):
    assert found(text) == [("NAME", span)]


@pytest.mark.parametrize("text", ["they will", "list li", "Mülleria", "annual", "van den"])
def test_words_that_are_no_names(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "category", "span"),
    [
        ("no 12345678.", "ID", "12345678"),
        ("no 123 45 678", "ID", "123 45 678"),
        ("MRN12345678", "ID", "12345678"),
        ("ab-12345", "ID", "ab-12345"),
        ("tel 555.010.0199", "CONTACT", "555.010.0199"),
        ("tel 010-0199", "CONTACT", "010-0199"),
        ("ZOE@EXAMPLE.ORG", "CONTACT", "ZOE@EXAMPLE.ORG"),
        ("12 Old Mill Rd., apt. 3", "LOCATION", "12 Old Mill Rd., apt. 3"),
        ("12 old mill\nroad", "LOCATION", "12 old mill\nroad"),
        ("to Alderford", "LOCATION", "Alderford"),
        ("zip 43001-0001", "LOCATION", "43001"),
        ("born 1950-03-05", "DATE", "1950-03-05"),
        ("born 3/5/50", "DATE", "3/5/50"),
        ("born 05.03.1950", "DATE", "05.03.1950"),
        ("born March 5th, 1950", "DATE", "March 5th, 1950"),
        ("born MARCH  5,\n1950", "DATE", "MARCH  5,\n1950"),
        ("born 5-Mar-1950", "DATE", "5-Mar-1950"),
        ("19500305", "DATE", "19500305"),
    ],
)
def test_numbers_places_and_dates(text, category, span):
    assert (category, span) in found(text)


@pytest.mark.parametrize("text", ["9123456780", "13/5/503", "1234", "143001", "1950", "XAB12345"])
def test_numbers_that_are_others(text):
    assert found(text) == []


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("Zoë ALi12345678-\u0301\n.,é😀ß"), max_size=80))
def test_spans_read_back_in_order(text):
    spans = [phi.span for phi in find(text, PERSON)]
    assert all(text[span.start : span.end] == span.text for span in spans)
    assert all(left.end <= right.start for left, right in itertools.pairwise(spans))


@settings(deadline=None)
@given(
    st.sampled_from([value for kind, value in PERSON.values if kind != "DATE" and value != "1234"]),
    st.sampled_from([str.upper, str.lower, str.title, lambda v: unicodedata.normalize("NFD", v)]),
)
def test_what_is_taken_out_does_not_leak(value, write):
    text = f"x {write(value)} y"
    taken = "".join(
        mark
        for at, mark in enumerate(text)
        if not any(phi.span.start <= at < phi.span.end for phi in find(text, PERSON))
    )
    assert leaks(taken, PERSON) == []


def test_leaks_names_classes_once():
    assert leaks("Zoë and Zoë, 12345678", PERSON) == ["ID", "NAME"]
    assert leaks("nothing here", PERSON) == []
    assert leaks("anything", KnownIdentifiers()) == []


def test_identifiers_add_up_without_repeats():
    one = KnownIdentifiers((("NAME", "Zoë"),))
    assert (one + one).values == one.values


def test_time_grows_with_length_only():
    text = "Zoë was seen, 123-45 678. " * 40_000
    began = time.process_time()
    assert len(find(text, PERSON)) == 80_000
    assert time.process_time() - began < 15


@pytest.mark.parametrize(
    "text",
    [
        "wim roos belde wegens koorts",
        "roos, wim: geen koorts",
        "seen today: wim-roos, no fever",
        "family of wim van roos informed",
    ],
)
def test_a_whole_name_is_found_however_small_it_is_written(text: str) -> None:
    known = KnownIdentifiers((("NAME", "Wim van Roos" if "van" in text else "Wim Roos"),))
    assert leaks(text, known) == ["NAME"]


def test_two_given_names_are_found_however_small_they_are_written() -> None:
    known = KnownIdentifiers(
        (("NAME", "Zoë"), ("NAME", "Ann"), ("NAME", "Wetherden")),
        (Person(("Zoë", "Ann"), ("Wetherden",)),),
    )
    assert [one.span.text for one in find("seen: zoe ann, then", known)] == ["zoe ann"]
    assert [one.span.text for one in find("wetherden zoe ann came", known)] == ["wetherden zoe ann"]
    assert leaks("zoe ann", known) == ["NAME"]


def test_a_word_that_is_also_a_name_stays_a_word() -> None:
    known = KnownIdentifiers((("NAME", "Tim Young"),))
    assert leaks("a young man with asthma", known) == []
    assert leaks("tim young has asthma", known) == ["NAME"]


KIN = KnownIdentifiers(
    (
        ("NAME", "William Henry"),
        ("NAME", "Wetherden"),
        ("NAME", "Baker"),
        ("NAME", "Francisco"),
        ("NAME", "Ibarrola"),
        ("NAME", "Jansen-de Vries"),
        ("NAME", "MacGregor"),
        ("NAME", "Ben"),
        ("ID", "H-0012345678"),
        ("ID", "8812"),
        ("CONTACT", "0612345679"),
        ("CONTACT", "001-555-010-0199x123"),
        ("CONTACT", "w.wetherden@example.org"),
        ("CONTACT", "https://www.example.org/wetherden/blog"),
        ("LOCATION", "Calle del Olmo 12, 3º B"),
        ("LOCATION", "PO Box 771"),
        ("LOCATION", "1234 AB"),
        ("LOCATION", "1000 Terpwoude"),
    ),
    (
        Person(("William", "Henry"), ("Wetherden",), "male"),
        Person(("Francisco",), ("Ibarrola",)),
        Person(("Margaret",), ("Baker",), "female"),
        Person(("Ben",), ("van Loon",)),
    ),
)


def kin(text: str) -> list[tuple[str, str]]:
    return [(phi.category, phi.span.text) for phi in find(text, KIN)]


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("seen with Bill Wetherden", "Bill Wetherden"),
        ("later Billy came", "Billy"),
        ("la familia de Paco", "Paco"),
        ("her friends say Peggy", "Peggy"),
        ("peggy baker", "peggy baker"),
        ("Wehterden came", "Wehterden"),
        ("Weterden came", "Weterden"),
        ("Wetherdenn came", "Wetherdenn"),
        ("WETHEREDN came", "WETHEREDN"),
        ("francisco ibarola", "francisco ibarola"),
        ("pt baker slept", "baker"),
        ("mr baker slept", "baker"),
        ("W.W. signed", "W.W."),
        ("initials: WHW", "WHW"),
        ("seen by WW", "WW"),
        ("Jansen - de Vries", "Jansen - de Vries"),
        ("Mac Gregor", "Mac Gregor"),
        ("McGregor", "McGregor"),
        ("vanLoon, Ben", "vanLoon, Ben"),
        ("met Ben gesproken", "Ben"),
        ("BEN VAN LOON", "BEN VAN LOON"),
    ],
)
def test_names_in_other_forms(text: str, span: str) -> None:
    assert kin(text)[0] == ("NAME", span)


@pytest.mark.parametrize(
    "text",
    [
        "Will continue aspirin",
        "the bill was paid. Bill later",
        "a baker by trade",
        "Weather then changed",
        "whetherden",
        "frank blood; Frank haematuria",
        "WW II",
        "the patient has a heart rate of 80",
        "Parkinson disease, May-Thurner, Foley catheter",
    ],
)
def test_words_that_only_look_alike(text: str) -> None:
    assert kin(text) == []


EPONYMS = KnownIdentifiers(tuple(("NAME", name) for name in ("Parkinson", "May", "Young", "Foley")))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Parkinson's disease", []),
        ("known with parkinson", []),
        ("ziekte van Parkinson", []),
        ("enfermedad de Parkinson", []),
        ("May-Thurner syndrome since May 2020, seen 3 May", []),
        ("a young man may go home with a Foley catheter", []),
        ("Mr Parkinson's disease", ["Parkinson"]),
        ("seen with Parkinson today", ["Parkinson"]),
        ("Mrs. may came", ["may"]),
        ("patient may go, her mother may come", []),
        ("his daughter young visits", ["young"]),
        ("the sister, May, came", ["May"]),
    ],
)
def test_eponyms_and_words_by_what_stands_around(text: str, names: list[str]) -> None:
    assert [phi.span.text for phi in find(text, EPONYMS)] == names


@pytest.mark.parametrize(
    ("text", "category", "span"),
    [
        ("no 12345678", "ID", "12345678"),
        ("no 0000012345678", "ID", "0000012345678"),
        ("h0012345678", "ID", "h0012345678"),
        ("0012 345 678", "ID", "0012 345 678"),
        ("account ending in 5678", "ID", "5678"),
        ("xxx-xx-5678", "ID", "5678"),
        ("MRN: 8812", "ID", "8812"),
        ("+31 6 12345679", "CONTACT", "+31 6 12345679"[1:]),
        ("+31612345679", "CONTACT", "31612345679"),
        ("0031 (0)6 1234 5679", "CONTACT", "0031 (0)6 1234 5679"),
        ("(555) 010 0199", "CONTACT", "555) 010 0199"),
        ("call 010-0199", "CONTACT", "010-0199"),
        ("w.wetherden at example dot org", "CONTACT", "w.wetherden at example dot org"),
        ("user w.wetherden logged in", "CONTACT", "w.wetherden"),
        ("example.org/wetherden/blog", "CONTACT", "example.org/wetherden/blog"),
        ("C/ del Olmo, 12", "LOCATION", "C/ del Olmo, 12"),
        ("Calle del Olmo nº 12", "LOCATION", "Calle del Olmo nº 12"),
        ("the Calle del Olmo", "LOCATION", "Calle del Olmo"),
        ("P.O. Box 771", "LOCATION", "P.O. Box 771"),
        ("1234ab", "LOCATION", "1234ab"),
        ("B-1000 Terpwoude", "LOCATION", "1000 Terpwoude"),
    ],
)
def test_numbers_and_places_in_other_forms(text: str, category: str, span: str) -> None:
    assert (category, span) in kin(text)


@pytest.mark.parametrize("text", ["5678 ml", "8812 steps", "1000 mg", "en la calle del olmo"])
def test_what_says_too_little_alone(text: str) -> None:
    assert kin(text) == []


def test_each_language_has_its_nicknames() -> None:
    groups = {code: len(read(code, "known")["nicknames"]) for code in ("en", "es", "nl")}
    assert groups["en"] >= 150
    assert min(groups.values()) >= 80
    assert {"bill", "billy", "will"} <= nicknames()["william"]
    assert "william" in nicknames()["bill"]
    assert "paco" in nicknames()["francisco"]
    assert {"jan", "hans"} <= nicknames()["johannes"]


PIECES = st.sampled_from(
    [
        *(value for _, value in KIN.values),
        *(
            "Bill",
            "Wehterden",
            "WW",
            "W.W.",
            "baker",
            "may",
            "5678",
            "ending in ",
            "mr ",
            "pt ",
            "Mr. ",
        ),
        *(
            " ",
            " ",
            " ",
            ", ",
            ".",
            "-",
            "/",
            "\n",
            "(",
            "0",
            "x",
            "é",
            "\u0301",
            "[NAME]",
            "[DATE]",
            "van",
        ),
    ]
)


@settings(deadline=None, max_examples=300)
@given(st.lists(PIECES, max_size=14), st.sampled_from(["tag", "redact", "surrogate"]))
def test_what_leaks_would_find_has_been_replaced(pieces: list[str], mode: Mode) -> None:
    known = KIN + EPONYMS
    note = Note("".join(pieces), "en", subject="Patient/1")
    copy = deidentify(note, [], mode, key=b"a key of this test alone", known=known)
    assert leaks(copy.text, known) == []


@pytest.mark.parametrize(
    "line",
    [
        "Patient seen in clinic today, denies chest pain. Continue Metformin 500 mg, BP 120/80. ",
        "PACIENTE CON FIEBRE Y TOS, SE SOLICITA RADIOGRAFÍA DE TÓRAX. ",
        "00000 0 0 0 00 ",
        "Abc Def Ghijk Lmnop Qrstu Vwxyz Wether Denwet ",
    ],
)
def test_searching_is_fast(line: str) -> None:
    text = line * (500_000 // len(line))
    find("", KIN)
    began = time.process_time()
    find(text, KIN)
    assert time.process_time() - began < 2
