import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import LanguageUnsupported
from models.phi.patterns import Pattern, alternation, find, patterns, with_words
from tests.models.phi_found import found, is_linear

FOUND = [
    ("seen 2024-03-05T10:15:00Z here", "DATE", "2024-03-05T10:15:00Z"),
    ("on 03/05/2024.", "DATE", "03/05/2024"),
    ("on 3/5/24,", "DATE", "3/5/24"),
    ("on 3-5-24", "DATE", "3-5-24"),
    ("am 5.3.2024", "DATE", "5.3.2024"),
    ("March 5, 2024", "DATE", "March 5, 2024"),
    ("MARCH 5TH was", "DATE", "MARCH 5TH"),
    ("the 5th of March 2024", "DATE", "5th of March 2024"),
    ("05-Mar-2024", "DATE", "05-Mar-2024"),
    ("in March 2024", "DATE", "March 2024"),
    ("since 3/14 she", "DATE", "3/14"),
    ("seen on 3/4. BP 120/80", "DATE", "3/4"),
    ("DOB: 3 5 1950", "DATE", "3 5 1950"),
    ("a 93-year-old man", "AGE", "93"),
    ("aged 101.", "AGE", "101"),
    ("in her nineties", "AGE", "nineties"),
    ("call (555) 010-0199 ext. 4", "CONTACT", "(555) 010-0199 ext. 4"),
    ("call 555-010-0199", "CONTACT", "555-010-0199"),
    ("+44 20 7946 0958", "CONTACT", "+44 20 7946 0958"),
    ("call me at 0550 01 01 99", "CONTACT", "0550 01 01 99"),
    ("Phone:\n555-01-01-99", "CONTACT", "555-01-01-99"),
    ("card number is 501864667909", "ID", "501864667909"),
    ("iban gb82west12345698765432", "ID", "gb82west12345698765432"),
    ("pager 4411-22", "CONTACT", "4411-22"),
    ("write to a.b@c.example.org.", "CONTACT", "a.b@c.example.org"),
    ("see https://x.example/p?q=1, please", "CONTACT", "https://x.example/p?q=1"),
    ("from 192.168.1.20", "CONTACT", "192.168.1.20"),
    ("SSN 123-45-6789", "ID", "123-45-6789"),
    ("MRN: 00-12-AB", "ID", "00-12-AB"),
    ("Acct # 5550001", "ID", "5550001"),
    ("account number is 5550001", "ID", "5550001"),
    ("card 4111 1111 1111 1111", "ID", "4111 1111 1111 1111"),
    ("serial number AB-12345", "ID", "AB-12345"),
    ("license plate ABC 123", "ID", "ABC 123"),
    ("VIN 1M8GDM9AXKP042788", "ID", "1M8GDM9AXKP042788"),
    ("lives at 12 Old Mill Road, Apt 3", "LOCATION", "12 Old Mill Road, Apt 3"),
    ("12 OLD MILL ROAD", "LOCATION", "12 OLD MILL ROAD"),
    ("Alderford, OH 43001", "LOCATION", "Alderford, OH 43001"),
    ("from Alderford, Ohio", "LOCATION", "Alderford"),
    ("P.O. Box 12", "LOCATION", "P.O. Box 12"),
    ("at Thistledown Hospital", "LOCATION", "Thistledown Hospital"),
    ("seen by Dr. Wetherden today", "NAME", "Wetherden"),
    ("DR. WETHERDEN saw", "NAME", "WETHERDEN"),
    ("Mr. Jan van der Oakhanger has", "NAME", "Jan van der Oakhanger"),
    ("Ms. O'Wetherden", "NAME", "O'Wetherden"),
    ("Patient: Ann B. Wetherden", "NAME", "Ann B. Wetherden"),
    ("Patient Name: WETHERDEN, ANN B.", "NAME", "WETHERDEN, ANN B."),
    ("Dictated by: Ann Wetherden", "NAME", "Ann Wetherden"),
    ("Ann Wetherden, M.D.", "NAME", "Ann Wetherden"),
    ("Sincerely,\nAnn Wetherden", "NAME", "Ann Wetherden"),
    ("Patient May Young has gout", "NAME", "May Young"),
    ("smith, john 04/05/1960 M", "NAME", "smith, john"),
    ("write to ann at mail dot com today", "CONTACT", "ann at mail dot com"),
    ("a.b [at] x [dot] org", "CONTACT", "a.b [at] x [dot] org"),
]


@pytest.mark.parametrize(
    "text", ["a dose of 10-20 microg/kg", "IOP of 6-21 mm Hg", "of 2-3 cycles"]
)
def test_an_amount_is_no_date(text):
    assert not found(text, "en")


@pytest.mark.parametrize("text", ["called 617-555-0188", "fax 617 555 0199"])
def test_a_phone_is_no_id(text):
    assert {category for category, _ in found(text, "en")} == {"CONTACT"}


@pytest.mark.parametrize(
    "text", ["fever, chills 3/4/2021", "seen at clinic dot phrase", "Patient Will Return"]
)
def test_words_in_the_shape_of_names_and_addresses(text):
    assert not {"NAME", "CONTACT"} & {category for category, _ in found(text, "en")}


@pytest.mark.parametrize(("text", "category", "span"), FOUND)
def test_finds(text, category, span):
    assert (category, span) in found(text, "en")


@pytest.mark.parametrize(
    "text",
    [
        "BP 120/80, strength 5/5, murmur 2/6",
        "INR 2.0, Hgb 12.5, platelets 250,000",
        "disc at L4-5 and C5-6",
        "a 45-year-old man",
        "aged 89",
        "since 2012",
        "May 2 tablets be taken?",
        "12 Lead ECG",
        "seen at the Pain Clinic",
        "the Emergency Department",
        "MS Contin 15 mg",
        "Dr. X saw",
        "ratio 1:2:3",
        "Patient: Denies pain",
        "heart rate 93",
        "98% on room air",
    ],
)
def test_leaves_clinical_text_alone(text):
    assert found(text, "en") == set()


def test_a_generic_word_ends_a_name():
    assert found("Dr. Wetherden Patient tolerated", "en") == {("NAME", "Wetherden")}


def test_a_pattern_begins_where_it_says():
    text = " ".join(text for text, _, _ in FOUND)
    for pattern in patterns("en"):
        anywhere = set(replace(pattern, begins=None, needs=None).spans(text))
        assert set(pattern.spans(text)) == anywhere, pattern.name


def test_alternatives_are_found_whole_and_in_any_case():
    regex = re.compile(alternation(["son", "son in law", "d/w", "a.k.a."]))
    found = [match.group() for match in regex.finditer("Son in\nLaw d/W A.K.A. son")]
    assert found == ["Son in\nLaw", "d/W", "A.K.A.", "son"]


def of(**entry) -> Pattern:
    data = {"parts": {"word": "[A-Z][a-z]+"}, "trim": {"x": ["mr"]}, "words": {"kin": ["son"]}}
    return Pattern.of({"name": "made", "category": "NAME", **entry}, with_words(data), "en")


def test_lists_decide_and_a_refused_match_hides_none():
    pair = of(
        regex=r"\b(?P<given><word>) (?P<family><word>)",
        known={"given": "given_names"},
        unknown={"family": ["common_words"]},
    )
    found = [span.text for span in pair.spans("Today Maria Wetherden, Maria Today, Jean-Luc Oak")]
    assert found == ["Maria Wetherden"]


def test_common_words_are_cut_unless_they_are_kept():
    name = of(
        regex=r"\bDr (?P<phi><word>(?: <word>){0,2})", cut="common_words", keep=["family_names"]
    )
    (span,) = name.spans("Dr Wetherden Young Tolerated")
    assert span.text == "Wetherden Young"


def test_a_pattern_may_begin_with_its_words_or_a_list():
    kin = of(regex=r"\b<kin> (?P<phi><word>)")
    assert kin.begins == frozenset({"son"})
    assert [span.text for span in kin.spans("SON Anil, person Anil")] == ["Anil"]
    listed = of(regex=r"\b<word>", begins="given_names")
    assert [span.text for span in listed.spans("Today José")] == ["Jos"]


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("Dr.Ab 1/-@:,\n#é😀\x00"), max_size=60))
def test_spans_read_back(text):
    for phi in find(text, "en"):
        assert text[phi.span.start : phi.span.end] == phi.span.text
        assert phi.method == "pattern"


@pytest.mark.parametrize(
    "piece", ["a", "1", "1-", "1 ", "Aa ", "AA ", "a@", "a.", "Dr. Aa ", "12 Aa ", "name: ", "("]
)
def test_time_grows_with_length_only(piece):
    assert is_linear(piece, "en", 60_000)


def test_needs_the_language():
    with pytest.raises(LanguageUnsupported):
        find("text", "xx")


@pytest.mark.parametrize(
    "text",
    ["Milder over the last 6/12.", "Cough for 3/52.", "NOK: husband", "Fever for 2/7, now well."],
)
def test_spans_of_time_and_relatives_identify_nobody(text: str) -> None:
    assert find(text, "en") == []
