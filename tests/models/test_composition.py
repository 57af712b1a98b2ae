"""Accents that stand behind their letters, as some systems write them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.composition import composed, moved_back
from models.types import Annotations, Assertion, Entity, Note, PhiSpan, Relation, Span


def decomposed(text):
    return unicodedata.normalize("NFD", text)


def test_composed_text_stays_as_it_is():
    note = Note("Núñez con neumonía", "es")
    assert composed(note) == (note, None)


def test_what_is_found_lies_on_the_letters_with_their_accents():
    text = decomposed("Núñez: neumonía")
    note, origin = composed(Note(text, "es", "subject"))
    assert note == Note("Núñez: neumonía", "es", "subject")
    illness = Entity(Span.of(note.text, 7, 15), "DISEASE", 0.9, Assertion())
    found = Annotations(
        (illness,),
        (Relation("TREATS", illness, illness, 0.5),),
        (PhiSpan(Span.of(note.text, 0, 5), "NAME", 1.0, "model"),),
    )
    moved = moved_back(found, text, origin)
    assert moved.entities[0].span == Span.of(text, 9, 18)
    assert moved.entities[0].span.text == decomposed("neumonía")
    assert moved.relations[0].head is moved.entities[0]
    assert moved.phi[0].span.text == decomposed("Núñez")


@pytest.mark.parametrize(
    "text", ["\u0301a", "a\u0301\u0323\u0302", "q\u0301\u0323b", "\u1100\u1161"]
)
def test_odd_accents_keep_their_place(text):
    note, origin = composed(Note(text, "en"))
    if origin is not None:
        assert len(origin) == len(note.text) + 1
        assert origin[-1] == len(text)
        assert sorted(origin) == list(origin)


@given(st.text(alphabet="aeñü\u0301\u0303\u0323 q\u212b", max_size=30))
def test_each_stretch_reads_back(text):
    note, origin = composed(Note(text, "en"))
    if origin is None or not note.text:
        return
    for start in range(len(note.text)):
        span = PhiSpan(Span.of(note.text, start, start + 1), "NAME", 1.0, "model")
        (moved,) = moved_back(Annotations(phi=(span,)), text, origin).phi
        assert moved.span == Span.of(text, moved.span.start, moved.span.end)
        assert moved.span.start < moved.span.end
