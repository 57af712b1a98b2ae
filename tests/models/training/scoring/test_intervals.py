"""Intervals that can be reckoned, and those of the textbook."""

import math

import pytest

from models.training.scoring.evaluate import Score
from models.training.scoring.intervals import estimates

RIGHT, WRONG = Score(1, 1, 1, 1), Score(1, 1, 0, 0)


def test_documents_that_agree_leave_no_doubt():
    estimate = estimates({"DRUG": [RIGHT] * 20})["DRUG"]
    assert (estimate.score, estimate.low, estimate.high) == (Score(20, 20, 20, 20), 1.0, 1.0)


def test_the_interval_is_that_of_a_share():
    """With one mention a document F1 is a share, whose standard error is known."""
    estimate = estimates({"DRUG": [RIGHT] * 320 + [WRONG] * 80})["DRUG"]
    wide = 1.96 * math.sqrt(0.8 * 0.2 / 400)
    assert estimate.score.f1 == pytest.approx(0.8)
    assert estimate.low == pytest.approx(0.8 - wide, abs=0.01)
    assert estimate.high == pytest.approx(0.8 + wide, abs=0.01)


def test_mentions_of_one_document_are_drawn_together():
    alone = estimates({"DRUG": [RIGHT] * 50 + [WRONG] * 50})["DRUG"]
    together = estimates({"DRUG": [Score(50, 50, 50, 50), Score(50, 50, 0, 0)]})["DRUG"]
    assert (together.low, together.high) == (0.0, 1.0)
    assert alone.high - alone.low < 0.25


def test_a_draw_without_the_label_says_nothing():
    estimate = estimates({"DRUG": [RIGHT, Score(), Score()], "GENE": [Score()] * 3})
    assert (estimate["DRUG"].low, estimate["DRUG"].high) == (1.0, 1.0)
    assert (estimate["GENE"].low, estimate["GENE"].high) == (0.0, 0.0)


def test_the_same_seed_draws_the_same():
    scores = {"DRUG": [RIGHT, WRONG, RIGHT], "GENE": [Score(), RIGHT, WRONG]}
    assert estimates(scores) == estimates(scores)


def test_nothing_is_no_error():
    assert estimates({}) == {}
    assert estimates({"DRUG": []})["DRUG"].score == Score()
