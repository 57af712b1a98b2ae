import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.segmentation import section_at, sections, sentences


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text, "nl")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hij is moe. Zij niet.", ["Hij is moe.", "Zij niet."]),
        ("Gezien door dr. Hazelaar. Stabiel.", ["Gezien door dr. Hazelaar.", "Stabiel."]),
        ("Mw. Hazelaar belt.", ["Mw. Hazelaar belt."]),
        ("Opname i.v.m. jicht.", ["Opname i.v.m. jicht."]),
        ("Rust z.n. met ijs.", ["Rust z.n. met ijs."]),
        ("IJzer 65 mg. daags bij eten.", ["IJzer 65 mg. daags bij eten."]),
        ("IJzer 65 mg 1dd. Zink gestopt.", ["IJzer 65 mg 1dd.", "Zink gestopt."]),
        ("O.a. jeuk en hoest.", ["O.a. jeuk en hoest."]),
        ("Bijv. bij koorts.", ["Bijv. bij koorts."]),
        ("Geen dorst.Wel jeuk.", ["Geen dorst.", "Wel jeuk."]),
        ("J. Hazelaar zag hem.", ["J. Hazelaar zag hem."]),
        ("Hoest? Nee.", ["Hoest?", "Nee."]),
        ("1. IJzer 2. Zink 1dd. 3. Rust", ["1. IJzer", "2. Zink 1dd.", "3. Rust"]),
        ("Beleid:\nRust\nVocht", ["Beleid:", "Rust", "Vocht"]),
        ("- hoest\n- dorst", ["- hoest", "- dorst"]),
        ("Élan vital. Één keer.", ["Élan vital.", "Één keer."]),
        ("", []),
    ],
)
def test_cuts_as_a_reader_would(text, expected):
    assert cut(text) == expected


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("aB1.?:;,- \n\r\té😀(")))
def test_every_visible_character_is_in_one_sentence(text):
    found = sentences(text, "nl")
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(found))
    inside = {at for start, end in found for at in range(start, end)}
    assert all(mark.isspace() or at in inside for at, mark in enumerate(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Familie: blanco.\nBeleid: rust.", ["family", "plan"]),
        ("Voorgeschiedenis\nJicht\n\nAllergieën:\nGeen", ["history", "allergies"]),
        ("VG: jicht. Med: ijzer. LO: rustig.", ["history", "medications", "examination"]),
        ("Antecedenten: jicht.\nThuismedicatie: ijzer.", ["history", "medications"]),
        ("Familieanamnese: jicht.", ["family"]),
        ("Leefregels: rust.", ["instructions"]),
        ("Reden van opname: hoest.", ["complaint"]),
        ("Conclusie:\njicht", ["assessment"]),
        ("ALLERGIEËN: latexol. TUIN: rozen.", ["allergies", "other"]),
        ("geen koppen hier", []),
    ],
)
def test_finds_headed_sections(text, expected):
    assert [section.kind for section in sections(text, "nl")] == expected


def test_sections_reach_to_the_next_heading():
    text = "Brief\nVG: jicht.\nBeleid: rust"
    first, second = sections(text, "nl")
    assert text[first.body : first.end] == " jicht.\n"
    assert section_at(0, [first, second]) is None
    assert section_at(len(text) - 1, [first, second]) == second


@pytest.mark.parametrize("piece", ["x", ".", "A ", "1. ", " ", "\n", "i.v.m. ", "VG: "])
def test_time_grows_with_length_only(piece):
    text = piece * (500_000 // len(piece))
    began = time.process_time()
    sentences(text, "nl")
    sections(text, "nl")
    assert time.process_time() - began < 15
