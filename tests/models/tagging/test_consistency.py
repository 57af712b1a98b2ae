"""Names that a text repeats."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.mention import Mention
from models.tagging.consistency import repeated


def mention(text, words, label="DISEASE", score=0.9, nth=0):
    start = -1
    for _ in range(nth + 1):
        start = text.index(words, start + 1)
    return Mention(start, start + len(words), label, score)


def found(text, mentions):
    return [(text[each.start : each.end], each.start, each.label) for each in mentions]


def test_a_missed_place_takes_the_label_and_a_share_of_the_score():
    text = "HIT was suspected. After HIT was confirmed, heparin was stopped."
    said = repeated(text, [mention(text, "HIT", nth=1)])
    assert found(text, said) == [("HIT", 0, "DISEASE"), ("HIT", 25, "DISEASE")]
    assert said[0].score == pytest.approx(0.45)
    assert said[1].score == 0.9


def test_what_the_model_mostly_denies_stays_denied():
    text = "cold, cold, cold and cold"
    assert len(repeated(text, [mention(text, "cold")])) == 1


def test_parts_of_words_and_other_cases_are_no_places():
    text = "ALS. FALSE, ALSO and als; ALS-like"
    assert found(text, repeated(text, [mention(text, "ALS")])) == [
        ("ALS", 0, "DISEASE"),
        ("ALS", 26, "DISEASE"),
    ]


def test_findings_are_plain_words_and_are_left_alone():
    text = "Pain relief; no pain, pain."
    one = [mention(text, "pain", "SYMPTOM")]
    assert repeated(text, one) == one


def test_a_longer_mention_of_another_label_keeps_its_place():
    text = "insulin, insulin resistance"
    said = [mention(text, "insulin", "DRUG"), mention(text, "insulin resistance", "DISEASE")]
    assert repeated(text, said) == said


def test_a_mention_that_ends_within_a_word_does_no_harm():
    text = "5FUs and 5FUs"
    said = [Mention(0, 3, "DRUG", 1.0), Mention(9, 12, "DRUG", 1.0)]
    assert repeated(text, said) == said


@given(
    st.text(alphabet="ab ABé.-", max_size=60),
    st.lists(st.tuples(st.integers(0, 59), st.integers(1, 9)), max_size=6),
)
def test_adds_in_order_and_never_over_others(text, spans):
    said = sorted(
        Mention(start, start + length, "DRUG", 0.5)
        for start, length in set(spans)
        if start + length <= len(text)
    )
    more = repeated(text, said)
    assert more == sorted(more)
    assert set(said) <= set(more)
    for each in set(more) - set(said):
        assert all(each.end <= other.start or other.end <= each.start for other in said)
        assert 0 < each.score <= 0.5
        assert any(text[each.start : each.end] == text[one.start : one.end] for one in said)


def test_time_grows_with_the_text_only():
    def seconds(times):
        text = "Sepsis was feared; sepsis came. " * times
        said = [mention(text, "sepsis"), mention(text, "Sepsis")]
        return min(_timed(text, said) for _ in range(3))

    small = seconds(2000)
    assert seconds(16_000) < 24 * small + 0.01


def _timed(text, said):
    begun = time.process_time()
    repeated(text, said)
    return time.process_time() - begun
