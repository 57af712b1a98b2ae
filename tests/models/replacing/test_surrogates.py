import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.deidentification import deidentify
from models.errors import KeyMissing, LanguageUnsupported
from models.folding import fold
from models.lexicon import read
from models.recognizing.known import KnownIdentifiers, leaks
from models.recognizing.person import Person
from models.replacing.surrogates import Surrogates, date_shift, subject_of
from models.types import Note, PhiSpan, Span

KEY = b"a key of this test alone"


def phi(text: str, category: str = "NAME") -> PhiSpan:
    return PhiSpan(Span.of(text, 0, len(text)), category, 1.0, "model")


def make(*names: str, key: bytes | None = KEY, subject: str = "Patient/1") -> Surrogates:
    return Surrogates.of(key, subject, "en", [phi(name) for name in names])


@pytest.mark.parametrize("key", [None, b"", b"short"])
def test_need_a_key(key):
    with pytest.raises(KeyMissing):
        make(key=key)
    with pytest.raises(KeyMissing):
        date_shift(key, "Patient/1")


def test_need_lists_in_the_language():
    with pytest.raises(LanguageUnsupported):
        Surrogates.of(KEY, "Patient/1", "xx", [])


def test_are_the_same_for_one_subject_and_others_for_another():
    assert make().replace("ID", "123456789") == make().replace("ID", "123456789")
    assert make().replace("ID", "123456789") != make(subject="Patient/2").replace("ID", "123456789")
    other = make(key=b"another key of this test")
    assert make().replace("ID", "123456789") != other.replace("ID", "123456789")


def test_a_name_is_one_name_however_it_is_written():
    surrogates = make("Zoë Wetherden", "WETHERDEN, ZOE")
    given_name, family = surrogates.replace("NAME", "Zoë Wetherden").split()
    assert surrogates.replace("NAME", "WETHERDEN, ZOE") == f"{family}, {given_name}".upper()
    assert surrogates.replace("NAME", "Zoe") == given_name
    assert surrogates.replace("NAME", "wetherden") == family.lower()


def test_a_known_name_is_never_drawn():
    drawn = make().replace("NAME", "Smith")
    known = KnownIdentifiers((("NAME", drawn),))
    assert Surrogates.of(KEY, "Patient/1", "en", [], known).replace("NAME", "Smith") != drawn


@pytest.mark.parametrize(
    ("category", "text", "shape"),
    [
        ("ID", "AB-12 34", r"[A-Z]{2}-\d\d \d\d"),
        ("CONTACT", "(212) 444-7788", r"\(\d{3}\) 555-01\d\d"),
        ("CONTACT", "a@b.example", r"[a-z]+@example\.org"),
        ("CONTACT", "https://b.example/1", r"https://example\.org/[a-z]+"),
        ("LOCATION", "12 Old Mill Road", r"\d+ [A-Z][a-z]+ [A-Z][a-z]+"),
        ("LOCATION", "43001", r"\d{5}"),
        ("LOCATION", "Mercy Hospital", r".*(Hospital|Clinic)"),
        ("LOCATION", "Springfield", r"[A-Z].*"),
        ("AGE", "93", r"90\+"),
        ("AGE", "nineties", r"90\+"),
        ("AGE", "45", "45"),
        ("PROFESSION", "falconer", r"[a-z]+"),
        ("DATE", "yesterday", r"\[DATE\]"),
        ("OTHER", "anything", r"\[OTHER\]"),
        ("NAME", "J.", r"[A-Z]\."),
    ],
)
def test_shapes(category, text, shape):
    assert re.fullmatch(shape, make().replace(category, text))


def test_a_date_that_would_read_as_a_known_one_is_a_tag():
    moved = make().replace("DATE", "2024-03-05")
    known = KnownIdentifiers((("DATE", moved),))
    surrogates = Surrogates.of(KEY, "Patient/1", "en", [], known)
    assert surrogates.replace("DATE", "2024-03-05") == "[DATE]"


def test_a_date_that_tells_an_age_over_89_is_not_told():
    known = KnownIdentifiers((("DATE", "1931-05-04"), ("DATE", "1950-03-05")))
    made = Surrogates.of(KEY, "Patient/1", "en", [], known)
    for written in ("May 4, 1931", "5/4/31", "born 1931", "1899-12-31"):
        assert made.replace("DATE", written) == "[DATE]"
    assert made.replace("DATE", "3/5/1950") not in {"[DATE]", "3/5/1950"}


def test_dates_keep_their_distance():
    surrogates = make()
    first, second = (surrogates.replace("DATE", text) for text in ("2024-03-05", "March 7, 2024"))
    assert -365 <= date_shift(KEY, "Patient/1") <= -1
    assert first < "2024-03-05"
    assert second != "March 7, 2024"


@settings(deadline=None)
@given(st.sampled_from(["NAME", "ID", "CONTACT", "LOCATION", "AGE", "DATE"]), st.text(min_size=1))
def test_always_give_something(category, text):
    assert make().replace(category, text)


SMITH = KnownIdentifiers(
    (
        ("NAME", "William Henry"),
        ("NAME", "Smith"),
        ("NAME", "Peggy"),
        ("NAME", "O'Brien"),
        ("CONTACT", "william.smith@example.com"),
        ("LOCATION", "12 Old Mill Road"),
    ),
    (
        Person(("William", "Henry"), ("Smith",), "male"),
        Person(("Peggy",), ("O'Brien",), "female"),
    ),
)


def smith(text: str, key: bytes = KEY) -> str:
    note = Note(text, "en", subject="Patient/1")
    return deidentify(note, [], "surrogate", key=key, known=SMITH).text


def test_one_person_has_one_name_in_every_form() -> None:
    first, middle, last = smith("William Henry Smith").split()
    forms = {
        "Mr. Smith": f"Mr. {last}",
        "Smith, William": f"{last}, {first}",
        "W. Smith": f"{first[0]}. {last}",
        "SMITH": last.upper(),
        "Smith's leg": f"{last}'s leg",
        "pt smith": f"pt {last.lower()}",
        "Bill Smith": f"{first} {last}",
        "Smtih": last,
        "W.S.": f"{first[0]}.{last[0]}.",
        "william henry smith": f"{first} {middle} {last}".lower(),
        "william.smith@example.com": f"{fold(first).text}.{fold(last).text}@example.org",
        "Dr. Smith": f"Dr. {last}",
    }
    assert {text: smith(text) for text in forms} == forms


def test_a_name_with_an_apostrophe_is_one_name() -> None:
    drawn = smith("Peggy O'Brien")
    assert smith("Margaret O’Brien") == drawn
    assert smith("OBRIEN") == drawn.split()[1].upper()


def test_the_same_person_is_the_same_in_fifty_notes_and_in_the_resources() -> None:
    forms = ["William Smith", "Smith, William", "SMITH, WILLIAM", "Bill Smith", "william smith"]
    drawn = set()
    for number in range(50):
        form = forms[number % len(forms)]
        note = Note(
            f"Visit {number}: {form} was seen.",
            "en",
            f"DocumentReference/{number}/_history/1",
            ("Patient/1", "https://store.example/fhir/Patient/1/_history/3")[number % 2],
        )
        text = deidentify(note, [], "surrogate", key=KEY, known=SMITH).text
        written = text.removeprefix(f"Visit {number}: ").removesuffix(" was seen.")
        parts = written.split(", ")[::-1] if "," in written else written.split()
        drawn.add(tuple(part.title() for part in parts))
    surrogates = Surrogates.of(KEY, "Patient/1", "en", [], SMITH)
    resource = tuple(surrogates.replace("NAME", part) for part in ("William", "Smith"))
    assert drawn == {resource}


def test_the_gender_of_the_record_is_kept() -> None:
    lists = read("en", "surrogates")
    for gender, name in (("female", "given_f"), ("male", "given_m")):
        known = KnownIdentifiers((), (Person(("Quirrel",), ("Wetherden",), gender),))
        drawn = Surrogates.of(KEY, "Patient/1", "en", [], known).replace("NAME", "Quirrel")
        assert drawn in lists[name]


def test_the_lists_are_long_enough() -> None:
    for language in ("en", "es", "nl"):
        lists = read(language, "surrogates")
        assert len(set(lists["given_f"])) >= 300
        assert len(set(lists["given_m"])) >= 300
        assert len(set(lists["family"])) >= 600
        assert min(len(set(lists["cities"])), len(set(lists["streets"]))) >= 150


def patient(number: int) -> KnownIdentifiers:
    """Somebody of a made-up town of two hundred."""
    name = "".join(chr(ord("a") + (number * step) % 26) for step in (1, 3, 5, 7, 9)).title()
    return KnownIdentifiers(
        (
            ("NAME", f"Quo{name}"),
            ("NAME", f"Zu{name}"),
            ("ID", f"{10_000_000 + 37 * number}"),
            ("CONTACT", f"(212) 444-{1000 + number}"),
            ("CONTACT", f"quo{name.lower()}.zu{name.lower()}@example.com"),
            ("LOCATION", f"{number + 1} Zubeck Road"),
        ),
        (Person((f"Quo{name}",), (f"Zu{name}",), "female"),),
    )


def test_two_sites_share_no_surrogate_and_none_is_real() -> None:
    shared, moves = set(), 0
    for number in range(200):
        known, subject = patient(number), f"Patient/{number}"
        person = known.people[0]
        originals = [("NAME", f"{person.given[0]} {person.family[0]}"), *known.values[2:5]]
        sites = [
            Surrogates.of(key, subject, "en", [], known)
            for key in (b"the key of the first site", b"the key of another site")
        ]
        for kind, text in originals:
            one, other = (site.replace(kind, text) for site in sites)
            assert leaks(one, known) == leaks(other, known) == []
            assert "[" not in one
            if one == other:
                shared.add((number, kind))
        moves += sites[0].days == sites[1].days
    assert shared == set()
    assert moves < 5, "shifts agree by chance once in 365"


@pytest.mark.parametrize(
    ("reference", "subject"),
    [
        ("Patient/1", "Patient/1"),
        ("https://store.example/fhir/Patient/1/_history/2", "Patient/1"),
        ("Patient/a-b.c/_history/2", "Patient/a-b.c"),
        ("urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0",) * 2,
        ("a digest",) * 2,
    ],
)
def test_a_subject_has_no_base_and_no_version(reference: str, subject: str) -> None:
    assert subject_of(reference) == subject
    assert date_shift(KEY, reference) == date_shift(KEY, subject)


def test_whole_weeks_keep_the_weekday() -> None:
    shifts = [date_shift(KEY, f"Patient/{number}", weekdays=True) for number in range(300)]
    assert {shift % 7 for shift in shifts} == {0}
    assert -364 <= min(shifts) < max(shifts) <= -7
    assert len(set(shifts)) > 45
    note = Note("Seen on Monday, March 4, 2024.", "en", subject="Patient/1")
    found = [PhiSpan(Span.of(note.text, 8, 29), "DATE", 1.0, "pattern")]
    moved = deidentify(note, found, "surrogate", key=KEY, weekdays=True)
    assert moved.text.startswith("Seen on Monday, ")
    assert moved.text != note.text


@pytest.mark.parametrize(
    ("category", "text", "shape"),
    [
        ("ID", "H-0012", r"[A-Z]-\d{4}"),
        ("ID", "00-123", r"00-\d{3}"),
        ("CONTACT", "10.1.2.3", r"192\.0\.2\.\d{1,3}"),
        ("CONTACT", "fe80::1", r"2001:db8::\d+"),
        ("CONTACT", "+1 212 444 7788 ext. 12", r"\+1 \d{3} 555 01\d\d ext\. \d\d"),
        ("CONTACT", "jo at example dot org", r"[a-z]+@example\.org"),
        ("LOCATION", "Springfield, IL 62704", r"[A-Z][\w ]+, IL \d{5}"),
        ("LOCATION", "SW1A 1AA", r"[A-Z]{2}\d[A-Z] \d[A-Z]{2}"),
        ("LOCATION", "Old Mill Road", r"[A-Z]\w+ [A-Z]\w+"),
        ("AGE", "93-year-old", r"90\+-year-old"),
        ("AGE", "ninety-three", r"90\+"),
        ("AGE", "forty", r"\[AGE\]"),
    ],
)
def test_formats_are_kept(category: str, text: str, shape: str) -> None:
    assert re.fullmatch(shape, make().replace(category, text))


@pytest.mark.parametrize(
    ("category", "texts"),
    [
        ("ID", ("12-345-678", "12345678", "12 345 678")),
        ("CONTACT", ("(212) 444-7788", "212.444.7788", "2124447788")),
    ],
)
def test_one_number_is_one_number_however_it_is_punctuated(
    category: str, texts: tuple[str, ...]
) -> None:
    drawn = {re.sub(r"\D", "", make().replace(category, text)) for text in texts}
    assert len(drawn) == 1


def test_a_number_without_its_zeros_is_the_same_number() -> None:
    assert make().replace("ID", "0012345678") == "00" + make().replace("ID", "12345678")


def test_one_street_is_one_street_however_it_is_written() -> None:
    whole, short = make().replace("LOCATION", "12 Old Mill Road"), "Old Mill Rd"
    assert whole.split(" ", 1)[1] == make().replace("LOCATION", short)


@pytest.mark.parametrize("category", ["AGE", "DATE", "NAME", "LOCATION"])
def test_a_span_as_long_as_a_page_is_a_tag(category: str) -> None:
    begun = time.process_time()
    assert make().replace(category, "a-b-" * 2000) == f"[{category}]"
    assert make().replace(category, "1" * 5000 + "/13") == f"[{category}]"
    assert time.process_time() - begun < 1.0


def test_an_age_of_many_digits_is_high() -> None:
    assert "1" * 100 not in make().replace("AGE", "1" * 100)
