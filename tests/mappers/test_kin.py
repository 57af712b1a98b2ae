import pytest

from mappers.kin import relative
from models.types import Note, Span

CASES = [
    ("en", "Mother with [diabetes], father with gout", "MTH"),
    ("en", "Mother with diabetes, father with [gout]", "FTH"),
    ("en", "Diabetes in the mother and [gout] in the father", "FTH"),
    ("en", "Mother: lupus\nFather: [gout]\nSister: well", "FTH"),
    ("en", "Her father died of gout\n\n[Lupus]", "FAMMEMB"),
    ("en", "The mother and the father with [gout]", "FTH"),
    ("en", "His father had gout, stroke and [diabetes]", "FTH"),
    ("en", "[Gout], diabetes in her uncle", "UNCLE"),
    ("en", "Her mother's sister has [lupus]", "MAUNT"),
    ("en", "Her mother\u2019s [lupus]", "MTH"),
    ("en", "MATERNAL\n  GRANDMOTHER: [lupus]", "MGRMTH"),
    ("en", "The mother-in-law has [lupus]", "MTHINLAW"),
    ("en", "Half brother with [asthma]", "HBRO"),
    ("en", "Family history: [lupus]. Mother came along", "FAMMEMB"),
    ("en", "Grandmotherly advice on [lupus]", "FAMMEMB"),
    ("en", "S\u0130STER with [lupus]", "FAMMEMB"),
    ("en-GB", "Mum has [lupus]", "MTH"),
    ("es", "Abuela materna con [asma]", "MGRMTH"),
    ("es", "Padre con [asma]", "FTH"),
    ("nl", "Oma van moederszijde had [astma]", "MGRMTH"),
    ("nl", "Vader had [astma]", "FTH"),
    ("fr", "M\u00e8re avec [asthme]", "FAMMEMB"),
]


@pytest.mark.parametrize(("language", "marked", "code"), CASES)
def test_who_it_is(language, marked, code):
    start, end = marked.index("["), marked.index("]") - 1
    note = Note(marked.replace("[", "").replace("]", ""), language)
    found = relative(note, Span.of(note.text, start, end))
    assert found.code == code
    assert (found.span is None) == (code == "FAMMEMB")
    assert found.display
    if found.span:
        assert note.text[found.span.start : found.span.end] == found.span.text


def test_a_note_without_any_full_stop_is_searched_in_a_window_only():
    note = Note("mother " + "x " * 1000 + "gout", "en")
    found = relative(note, Span.of(note.text, len(note.text) - 4, len(note.text)))
    assert found.code == "FAMMEMB"
