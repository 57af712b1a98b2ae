"""Scores from counts that can be checked by hand."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.mention import Mention
from models.training.corpora import Scheme
from models.training.scoring.evaluate import Score, compare, evaluate, micro, table

SCHEME = Scheme.read({"path": "x", "labels": {"DRUG": ["Drug"]}, "unknown": {"DRUG": ["Thing"]}})


class Fixed:
    """Says the same about every text."""

    def tag_all(self, texts):
        return [[Mention(0, 4, "DRUG", 1.0), Mention(6, 9, "DRUG", 1.0)] for _ in texts]


def document(*spans, label="Drug"):
    return {
        "text": "x" * 20,
        "entities": [{"start": start, "end": end, "label": label} for start, end in spans],
    }


def test_strict_and_relaxed_hits():
    score = compare([(0, 4), (6, 10)], {(0, 4), (6, 9), (12, 14)})
    assert score == Score(gold=2, found=3, hits=1, near=2)
    assert (score.precision, score.recall) == (pytest.approx(1 / 3), 0.5)
    assert score.f1 == pytest.approx(0.4)
    assert score.relaxed == pytest.approx(0.8)


def test_one_mention_is_near_to_one_gold_span_only():
    assert compare([(0, 4), (5, 9)], {(0, 9)}).near == 1


def test_what_is_left_open_is_not_judged():
    assert compare([(0, 4)], {(0, 4), (6, 9)}, [(5, 10)]) == Score(1, 1, 1, 1)


def overlap(one, other):
    return one[0] < other[1] and other[0] < one[1]


@given(*[st.sets(st.tuples(st.integers(0, 9), st.integers(1, 4)), max_size=8)] * 3)
def test_counts_what_comparing_all_with_all_counts(gold, found, left_open):
    right, said, free = (
        {(start, start + length) for start, length in each} for each in (gold, found, left_open)
    )
    judged = {s for s in said if s in right or not any(overlap(s, other) for other in free)}
    rest, near = sorted(judged), 0
    for span in sorted(right):
        hit = next((other for other in rest if overlap(span, other)), None)
        if hit:
            rest.remove(hit)
            near += 1
    expected = Score(len(right), len(judged), len(right & judged), near)
    assert compare(sorted(right), said, sorted(free)) == expected


def test_a_long_note_is_compared_in_linear_time():
    spans = [(at, at + 3) for at in range(0, 400_000, 4)]
    began = time.process_time()
    score = compare(
        spans,
        {(start, end + 1) for start, end in spans},
        [(at, at + 1) for at in range(0, 400_000, 8)],
    )
    assert time.process_time() - began < 5
    assert (score.found, score.near) == (50_000, 50_000)


def test_documents_add_up():
    scores = evaluate(Fixed(), [document((0, 4)), document((0, 5))], SCHEME, batch=1)
    assert scores == {"DRUG": Score(gold=2, found=4, hits=1, near=2)}
    assert evaluate(Fixed(), [document((6, 9), label="Thing")], SCHEME) == {
        "DRUG": Score(gold=0, found=1, hits=0, near=0)
    }


def test_empty_counts_are_no_error():
    assert Score().f1 == Score().relaxed == Score().precision == Score().recall == 0.0


def test_the_table_ends_with_the_micro_average():
    scores = {"DRUG": Score(2, 2, 1, 2), "DOSAGE": Score(2, 2, 2, 2)}
    assert micro(scores.values()) == Score(4, 4, 3, 4)
    assert table(scores).splitlines()[-1] == "| micro | 4 | 75.0 | 75.0 | 75.0 | 100.0 |"
