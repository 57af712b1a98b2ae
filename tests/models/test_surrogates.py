import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import KeyMissing, LanguageUnsupported
from models.known import KnownIdentifiers
from models.surrogates import Surrogates, date_shift
from models.types import PhiSpan, Span

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
    assert surrogates.replace("NAME", "wetherden") == family


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
