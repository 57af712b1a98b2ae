from hypothesis import given, settings
from hypothesis import strategies as st

from models.folding import after_marks, fold, lower, squeeze


@settings(deadline=None)
@given(st.text())
def test_lower_keeps_every_offset(text):
    assert len(lower(text)) == len(text)


def test_lower_evens_spaces_quotes_and_dashes():
    assert lower("Don’t\u00a0STOP\u2013İ") == "don't stop-İ"


@settings(deadline=None)
@given(st.text())
def test_fold_leads_back_to_the_original(text):
    folded = fold(text)
    assert len(folded.origin) == len(folded.text)
    for at in range(len(folded.text)):
        start, end = folded.span(at, at + 1)
        assert fold(text[start:end]).text.find(folded.text[at]) >= 0


def test_fold_takes_case_accents_and_invisible_characters_away():
    assert fold("MÜLLER").text == fold("mu\u0308ller").text == fold("Mü\u00adller").text == "muller"
    assert fold("Straße").text == "strasse"


def test_span_of_a_character_that_folds_to_two():
    folded = fold("aßb")
    assert folded.span(1, 3) == (1, 2)


def test_squeeze_keeps_letters_and_digits():
    squeezed = squeeze(fold("12-34 É."))
    assert squeezed.text == "1234e"
    assert squeezed.span(2, 5) == (3, 7)


def test_accents_belong_to_their_letter():
    assert after_marks("e\u0301x", 1) == 2
    assert after_marks("ex", 1) == 1
