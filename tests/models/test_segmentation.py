import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import LanguageUnsupported
from models.segmentation import section_at, sections, sentences


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He is well. She is not.", ["He is well.", "She is not."]),
        ("Seen by Dr. Lowell today. Stable.", ["Seen by Dr. Lowell today.", "Stable."]),
        ("Takes 2.5 mg. daily and rests.", ["Takes 2.5 mg. daily and rests."]),
        ("Iron 65 mg q.d. Zinc was stopped.", ["Iron 65 mg q.d.", "Zinc was stopped."]),
        ("Alert and calm. has no rash.", ["Alert and calm.", "has no rash."]),
        ("Denies thirst.No chills.", ["Denies thirst.", "No chills."]),
        ("J. Lowell saw him.", ["J. Lowell saw him."]),
        ("Any cough? None.", ["Any cough?", "None."]),
        ("? cellulitis of the leg", ["? cellulitis of the leg"]),
        ("1. Iron 2. Zinc q.d. 3. Rest", ["1. Iron", "2. Zinc q.d.", "3. Rest"]),
        ("Gave 2. Then left.", ["Gave 2.", "Then left."]),
        ("PLAN:\nRest\nFluids", ["PLAN:", "Rest", "Fluids"]),
        ("iron 65 mg\nzinc 20 mg", ["iron 65 mg", "zinc 20 mg"]),
        ("- cough\n- thirst", ["- cough", "- thirst"]),
        ("", []),
        (" \r\n\t ", []),
    ],
)
def test_cuts_as_a_reader_would(text, expected):
    assert cut(text) == expected


def test_joins_paragraphs_wrapped_by_hand():
    text = (
        "The man came in with pain in the left flank that began two\n"
        "days ago and has been getting worse ever since, most of all in the\r\n"
        "Evening hours.\n\nHe rests."
    )
    assert [piece.split()[0] for piece in cut(text)] == ["The", "He"]


def test_headings_end_a_wrapped_paragraph():
    text = "The man came in with pain in the left flank that began two days ago\nPLAN\nRest"
    assert cut(text)[1:] == ["PLAN", "Rest"]


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("aB1.?:;,- \n\r\t\u2028\x00😀é(")))
def test_every_visible_character_is_in_one_sentence(text):
    found = sentences(text)
    assert all(start < end for start, end in found)
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(found))
    inside = {at for start, end in found for at in range(start, end)}
    assert all(mark.isspace() or at in inside for at, mark in enumerate(text))


@pytest.mark.parametrize("piece", ["x", ".", "A ", "1. ", "( ", " ", "x\n", "\n", "A. "])
def test_time_grows_with_length_only(piece):
    text = piece * (400_000 // len(piece))
    began = time.process_time()
    sentences(text)
    sections(text, "en")
    assert time.process_time() - began < 6


def kinds(text: str) -> list[str]:
    return [section.kind for section in sections(text, "en")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FAMILY HISTORY: none.\nPLAN: rest.", ["family", "plan"]),
        ("Past Medical History\nGout\n\nAllergies:\nNone", ["history", "allergies"]),
        ("Well. Family history: gout.", ["family"]),
        ("## Plan\nRest", ["plan"]),
        ("ALLERGIES,Latex.", ["allergies"]),
        ("FAMILY HISTORY: gout. GARDEN: roses.", ["family", "other"]),
        ("no headings here", []),
        ("", []),
    ],
)
def test_finds_headed_sections(text, expected):
    assert kinds(text) == expected


def test_sections_reach_to_the_next_heading():
    text = "Note\nPMH: gout.\nPlan: rest"
    first, second = sections(text, "en")
    assert text[first.body : first.end] == " gout.\n"
    assert section_at(0, [first, second]) is None
    assert section_at(first.start, [first, second]) == first
    assert section_at(len(text) - 1, [first, second]) == second


def test_sections_need_the_language():
    with pytest.raises(LanguageUnsupported, match="en"):
        sections("text", "xx")


def test_a_heading_with_text_on_its_line_heads_its_paragraph_only() -> None:
    text = "Allergies: penicillin (rash).\n\nShe was treated with ceftriaxone 1 g IV daily."
    (allergies,) = sections(text, "en")
    assert text[allergies.body : allergies.end].strip() == "penicillin (rash)."
    assert section_at(text.index("penicillin"), [allergies]) == allergies
    assert section_at(text.index("ceftriaxone"), [allergies]) is None


def test_a_heading_alone_on_its_line_heads_all_until_the_next() -> None:
    text = "FAMILY HISTORY\nMother: asthma.\n\nFather: gout.\n\nPLAN\nRest."
    family, plan = sections(text, "en")
    assert text[family.body : family.end].split() == ["Mother:", "asthma.", "Father:", "gout."]
    assert text[plan.body : plan.end].strip() == "Rest."
