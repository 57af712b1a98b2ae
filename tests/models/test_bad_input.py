"""Whatever a note holds, the annotator neither fails nor shifts an offset, in bounded time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.annotator import Annotator
from models.registry import Registry
from models.types import Annotations, Note

LANGUAGES = Registry.load().languages
ANNOTATOR = Annotator.load()

FRAGMENTS = [
    "metformin 500 mg", "no chest pain", "Dr. Jane Roe", "02/11/2023", "Family history:", "\r\n",
    "\n\n", "\x00", "\x1b[31m", "\u2028", "\u200b", "\ufeff", "\ud83d", "🫀", "👩‍⚕️", "e\u0301",
    "İ", "ﬁ", "ß", "السكري", "糖尿病", "\u202e", "DIABETES", "ginecólogo", "koorts", ":", "...",
]  # fmt: skip
SENTENCE = "She takes metformin 500 mg twice daily for type 2 diabetes and denies chest pain. "
"""Fourteen words."""

WHOLE = [
    "",
    "x",
    ".",
    "\x00",
    "🫀",
    "\ud83d",
    "Der Patient klagt über Brustschmerzen, kein Fieber. Therapie mit Metformin.",
    "المريض يعاني من السكري ويأخذ ميتفورمين 500 ملغ مرتين يوميا.",
    "患者有糖尿病，服用二甲双胍。",
    SENTENCE.upper(),
    SENTENCE.replace(" ", ""),
    SENTENCE.replace(" ", "\x0b\x0c"),
    SENTENCE.replace(" ", "\u00a0"),
    "\ufeff" + SENTENCE,
    "🫀" * 800,
    "a\u0301" * 800,
]


def check(text: str, found: Annotations) -> None:
    entities = set(found.entities)
    for span in (each.span for each in (*found.entities, *found.phi)):
        assert 0 <= span.start < span.end <= len(text)
        assert text[span.start : span.end] == span.text
    for relation in found.relations:
        assert {relation.head, relation.tail} <= entities
    assert [each.span for each in found.entities] == sorted(each.span for each in found.entities)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=60, deadline=None)
@given(words=st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=8)), max_size=25))
def test_every_span_of_any_text_reads_back(language: str, words: list[str]) -> None:
    text = " ".join(words)
    check(text, ANNOTATOR.annotate(Note(text, language)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_strange_texts_are_read_alone_and_together(language: str) -> None:
    notes = [Note(text, language) for text in WHOLE]
    for note, found in zip(notes, ANNOTATOR.annotate_all(notes), strict=True):
        check(note.text, found)
        check(note.text, ANNOTATOR.annotate(note))


def seconds(text: str, times: int = 1) -> float:
    """Processor time of the quickest of several readings: others use the machine too."""
    taken = []
    for _ in range(times):
        begun = time.process_time()
        check(text, ANNOTATOR.annotate(Note(text, LANGUAGES[0])))
        taken.append(time.process_time() - begun)
    return min(taken)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "unit",
    [
        pytest.param(SENTENCE, id="sentences"),
        pytest.param(SENTENCE.lower().replace(".", ""), id="no sentence ends"),
    ],
)
def test_fifty_thousand_words_take_linear_time(unit: str) -> None:
    """Four times the text takes about four times as long; were it square, sixteen times."""
    count = 50_000 // 14
    seconds(unit)
    assert seconds(unit * count) < 9 * seconds(unit * (count // 4)) + 0.5


@pytest.mark.parametrize(
    "unit", ["x", "🫀", "\n", "\x00 ", "no ", "(", "metformin, ", "pain\n", "1/2/2003 ", "Dr. Roe "]
)
def test_what_repeats_takes_linear_time(unit: str) -> None:
    # A heart is read as seven mentions: of more of them the memory would decide, not the work.
    count = 1_600
    seconds(unit)
    assert seconds(unit * count, 2) < 8 * seconds(unit * (count // 4), 2) + 0.4  # square: 16


@pytest.mark.faults
def test_five_megabytes_are_read() -> None:
    assert seconds(SENTENCE * (5_000_000 // len(SENTENCE))) < 110
