import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.deidentification import BAR, deidentify, merge, reanchor
from models.errors import KeyMissing
from models.recognizing.known import KnownIdentifiers, leaks
from models.types import Note, PhiSpan, Span

KEY = b"a key of this test alone"
TEXT = "Zoë Wetherden, born 1950-03-05, has gout. 😀 Call Zoë."


def phi(text: str, start: int, end: int, category: str = "NAME", method: str = "model") -> PhiSpan:
    return PhiSpan(Span.of(text, start, end), category, 0.5, method)


NAME, BORN, AGAIN = phi(TEXT, 0, 13), phi(TEXT, 20, 30, "DATE"), phi(TEXT, 49, 52)
NOTE = Note(TEXT, "en", reference="DocumentReference/1/_history/2", subject="Patient/1")


def test_tags():
    copy = deidentify(NOTE, [AGAIN, NAME, BORN])
    assert copy.text == "[NAME], born [DATE], has gout. 😀 Call [NAME]."
    assert copy.replacements == {"NAME": 2, "DATE": 1}
    assert (copy.source, copy.language, copy.mode) == (NOTE.reference, "en", "tag")


def test_redaction_hides_length_and_kind():
    assert deidentify(NOTE, [NAME, BORN], "redact").text.count(BAR) == 2


def test_surrogates_agree_within_the_note_and_need_a_key():
    copy = deidentify(NOTE, [NAME, BORN, AGAIN], "surrogate", key=KEY)
    given_name = copy.text.split()[0]
    assert given_name != "Zoë"
    assert copy.text.endswith(f"Call {given_name}.")
    with pytest.raises(KeyMissing):
        deidentify(NOTE, [NAME], "surrogate")


def test_an_unknown_mode_is_refused():
    with pytest.raises(ValueError, match="none of tag, redact, surrogate"):
        deidentify(NOTE, [], "scramble")


def test_half_a_word_takes_the_whole():
    copy = deidentify(NOTE, [phi(TEXT, 5, 8), phi(TEXT, 21, 23, "DATE")])
    assert copy.text.startswith("Zoë [NAME], born [DATE]-03-05")


def test_overlaps_are_replaced_whole_under_the_surer_category():
    text = "a@zoe.example"
    mail, name = phi(text, 0, 13, "CONTACT", "pattern"), phi(text, 2, 5, "NAME", "known")
    (one,) = merge([name, mail])
    assert (one.span.text, one.category) == (text, "CONTACT")
    left, right = phi(text, 0, 5, "CONTACT", "known"), phi(text, 2, 13, "CONTACT", "pattern")
    (one,) = merge([right, left])
    assert (one.span.text, one.category, one.method) == (text, "CONTACT", "known")


def test_of_two_that_overlap_in_part_the_surer_stays_whole():
    text = "123-45-678/john@example.org"
    number, mail = phi(text, 0, 15, "ID", "pattern"), phi(text, 11, 27, "CONTACT", "pattern")
    cut = merge([number, mail])
    assert [(one.category, one.span.text) for one in cut] == [
        ("ID", "123-45-678/"),
        ("CONTACT", "john@example.org"),
    ]
    sure = phi(text, 0, 15, "ID", "known")
    assert [one.span.text for one in merge([sure, mail])] == ["123-45-678/john", "@example.org"]


@pytest.mark.parametrize(
    ("text", "first", "second", "copy"),
    [
        ("MRN 00812345 jane.roe@x.com.", (4, 17), (13, 28), "MRN [ID] [CONTACT]."),
        ("(MRN 00812345) jane.roe@x.com", (5, 19), (15, 29), "(MRN [ID]) [CONTACT]"),
        ("MRN 00812345; (617) 555-0188", (4, 16), (14, 28), "MRN [ID]; [CONTACT]"),
    ],
)
def test_what_keeps_two_apart_stays(text, first, second, copy):
    number, contact = phi(text, *first, "ID", "model"), phi(text, *second, "CONTACT", "pattern")
    assert deidentify(Note(text, "en"), [number, contact]).text == copy
    bars = copy.replace("[ID]", BAR).replace("[CONTACT]", BAR)
    assert deidentify(Note(text, "en"), [number, contact], "redact").text == bars


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Mr. John Smith came. Smith has gout. SMITH, J.", "Mr. # came. # has gout. #"),
        ("Mr. John Smith and the blacksmith", "Mr. # and the blacksmith"),
        ("Mr. John Young is a young man. Young men", "Mr. # is a young man. Young men"),
        ("Mr. John Parkinson has Parkinson's disease", "Mr. # has Parkinson's disease"),
    ],
)
def test_a_name_in_one_place_is_replaced_in_all(text, rest):
    name = phi(text, 4, text.index(" ", 9), "NAME", "pattern")
    assert deidentify(Note(text, "en"), [name]).text == rest.replace("#", "[NAME]")


def test_a_name_that_the_model_only_guesses_stays_where_it_is():
    text = "Moderna came. Moderna again."
    copy = deidentify(Note(text, "en"), [phi(text, 0, 7, "NAME", "model")])
    assert copy.text == "[NAME] came. Moderna again."


def test_one_person_has_one_surrogate_whatever_was_found_first():
    text = "John Smith came. Later Smith J came, and SMITH, and John Smith's son."
    names = [phi(text, 0, 10, "NAME", "pattern"), phi(text, 23, 30, "NAME", "model")]
    copy = deidentify(Note(text, "en"), names, "surrogate", key=KEY).text
    given_name, family = copy.split()[:2]
    assert "Smith" not in copy
    assert copy.count(f"{given_name} {family}") == 2
    assert f"Later {family} " in copy
    assert family.upper() in copy


def test_a_number_that_passes_its_check_is_no_phone():
    text = "943 476 5919"
    phone, number = phi(text, 0, 12, "CONTACT", "pattern"), phi(text, 0, 12, "ID", "pattern")
    assert [one.category for one in merge([phone, number])] == ["ID"]
    day = phi(text, 0, 12, "DATE", "pattern")
    assert [one.category for one in merge([phone, day, number])] == ["DATE"]


def test_touching_spans_stay_apart():
    text = "ab"
    assert len(merge([phi(text, 0, 1), phi(text, 1, 2)])) == 2


def test_reanchors_around_and_onto_replacements():
    copy = deidentify(NOTE, [NAME, BORN, AGAIN])
    gout = TEXT.index("gout")
    moved = reanchor(Span.of(TEXT, gout, gout + 4), copy)
    assert moved is not None
    assert moved.text == "gout"
    assert reanchor(NAME.span, copy) == Span.of(copy.text, 0, 6)
    assert reanchor(Span.of(TEXT, 0, 3), copy) is None
    assert reanchor(Span.of(TEXT, 4, 20), copy) is None
    whole = reanchor(Span.of(TEXT, 0, len(TEXT)), copy)
    assert whole is not None
    assert whole.text == copy.text


@st.composite
def annotated(draw):
    text = draw(st.text(alphabet=st.sampled_from("ab 1é😀\u0301\n\x00-"), min_size=1, max_size=40))
    bounds = st.integers(0, len(text))
    pairs = draw(st.lists(st.tuples(bounds, bounds).filter(lambda p: p[0] < p[1]), max_size=6))
    kinds = st.sampled_from(["NAME", "ID", "DATE", "CONTACT", "LOCATION", "AGE"])
    return text, [phi(text, start, end, draw(kinds)) for start, end in pairs]


@settings(deadline=None)
@given(annotated(), st.sampled_from(["tag", "redact", "surrogate"]))
def test_offsets_tell_the_two_texts_apart_exactly(case, mode):
    text, spans = case
    copy = deidentify(Note(text, "en"), spans, mode, key=KEY)
    back, read = [], 0
    for start, end, new_start, new_end in copy.offsets:
        back += [copy.text[read:new_start], text[start:end]]
        read = new_end
    assert "".join([*back, copy.text[read:]]) == text
    assert sum(copy.replacements.values()) == len(copy.offsets)
    covered = {at for start, end, *_ in copy.offsets for at in range(start, end)}
    assert all(at in covered for one in spans for at in range(one.span.start, one.span.end))


@settings(deadline=None)
@given(annotated())
def test_what_stands_outside_phi_reads_back_in_the_copy(case):
    text, spans = case
    copy = deidentify(Note(text, "en"), spans)
    covered = {at for start, end, *_ in copy.offsets for at in range(start, end)}
    for at in range(len(text)):
        moved = reanchor(Span.of(text, at, at + 1), copy)
        if at not in covered:
            assert moved is not None
            assert moved.text == text[at]


def test_what_is_known_is_replaced_without_being_asked():
    known = KnownIdentifiers((("NAME", "Wetherden"), ("DATE", "1950-03-05")))
    assert deidentify(NOTE, [], known=known).text == (
        "Zoë [NAME], born [DATE], has gout. 😀 Call Zoë."
    )


def test_a_name_that_a_replacement_brings_to_light_is_replaced_too():
    text = "xxx-xx-5678 of W"
    known = KnownIdentifiers((("ID", "123-45-5678"),))
    hidden = deidentify(
        Note(text, "en"), [phi(text, 0, 2, "ID")], "surrogate", key=KEY, known=known
    )
    assert leaks(hidden.text, known) == []


@settings(deadline=None)
@given(annotated(), st.sampled_from(["tag", "redact", "surrogate"]))
def test_the_offsets_hold_when_known_identifiers_are_replaced_as_well(case, mode):
    text, spans = case
    known = KnownIdentifiers((("NAME", "ab"), ("ID", "1-1-1-1-1"), ("LOCATION", "b 1")))
    copy = deidentify(Note(text, "en"), spans, mode, key=KEY, known=known)
    assert leaks(copy.text, known) == []
    back, read = [], 0
    for start, end, new_start, new_end in copy.offsets:
        back += [copy.text[read:new_start], text[start:end]]
        read = new_end
    assert "".join([*back, copy.text[read:]]) == text


def test_all_versions_of_a_note_without_a_subject_have_the_same_surrogates():
    texts = {
        deidentify(Note(TEXT, "en", reference=reference), [NAME, BORN], "surrogate", key=KEY).text
        for reference in (
            "DocumentReference/1/_history/1",
            "DocumentReference/1/_history/2",
            "https://store.example/fhir/DocumentReference/1",
        )
    }
    assert len(texts) == 1


def test_a_guessed_name_is_not_looked_for_elsewhere():
    span = Span(0, 7, "Tavrink")
    text = "Tavrink felt dizzy. tavrink"
    copy = deidentify(Note(text, "en"), [PhiSpan(span, "NAME", 0.3, "pattern")])
    assert copy.text == "[NAME] felt dizzy. tavrink"
