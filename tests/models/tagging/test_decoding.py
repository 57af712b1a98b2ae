"""Viterbi and span scores against an enumeration of all tag sequences."""

from itertools import pairwise, product

import numpy as np
import pytest

from models.tagging.decoding import BEGIN, INSIDE, OUTSIDE, moves, spans, viterbi

TIME, ROWS, HEADS = 5, 4, 3
LENGTHS = np.array([5, 1, 3, 4])


def example(seed: int):
    draw = np.random.default_rng(seed)
    emissions = draw.normal(0, 2, (TIME, ROWS, HEADS, 3)).astype(np.float32)
    transitions = draw.normal(0, 1, (HEADS, 3, 3)).astype(np.float32)
    return emissions, moves(transitions)


def paths(emissions, walls, row, head):
    """Every allowed sequence of tags with its score."""
    for tags in product(range(3), repeat=int(LENGTHS[row])):
        steps = list(pairwise(tags))
        if tags[0] == INSIDE or (OUTSIDE, INSIDE) in steps:
            continue
        unary = sum(emissions[place, row, head, tag] for place, tag in enumerate(tags))
        yield tags, float(unary + sum(walls[head, before, after] for before, after in steps))


def cut(tags):
    """Spans (first, end) of a sequence of tags."""
    found = []
    for place, tag in enumerate([*tags, OUTSIDE]):
        if tag != INSIDE and found and found[-1][1] is None:
            found[-1] = (found[-1][0], place)
        if tag == BEGIN:
            found.append((place, None))
    return found


@pytest.mark.parametrize("seed", range(6))
def test_viterbi_finds_the_best_path(seed):
    emissions, walls = example(seed)
    path = viterbi(emissions, walls, LENGTHS)
    for row, head in product(range(ROWS), range(HEADS)):
        best = max(paths(emissions, walls, row, head), key=lambda scored: scored[1])[0]
        assert tuple(path[: LENGTHS[row], row, head]) == best
        assert not path[LENGTHS[row] :, row, head].any()


@pytest.mark.parametrize("seed", range(6))
def test_score_is_the_posterior_of_the_span(seed):
    emissions, walls = example(seed)
    decoded = spans(emissions, walls, LENGTHS)
    assert len(decoded) > 0
    for row, head, first, end, score in zip(
        decoded.rows, decoded.heads, decoded.firsts, decoded.ends, decoded.scores, strict=True
    ):
        scored = list(paths(emissions, walls, row, head))
        total = sum(np.exp(value) for _, value in scored)
        having = sum(np.exp(value) for tags, value in scored if (first, end) in cut(tags))
        assert score == pytest.approx(having / total, rel=1e-3, abs=1e-5)


@pytest.mark.parametrize("seed", range(6))
def test_spans_are_those_of_the_path(seed):
    emissions, walls = example(seed)
    path = viterbi(emissions, walls, LENGTHS)
    decoded = spans(emissions, walls, LENGTHS)
    found = sorted(
        zip(
            *(a.tolist() for a in (decoded.rows, decoded.heads, decoded.firsts, decoded.ends)),
            strict=True,
        )
    )
    expected = [
        (row, head, first, end)
        for row, head in product(range(ROWS), range(HEADS))
        for first, end in cut(path[: LENGTHS[row], row, head].tolist())
    ]
    assert found == expected


def test_moves_into_a_span_do_not_hide_one_that_opens_the_text():
    transitions = np.zeros((1, 3, 3), np.float32)
    transitions[:, :, BEGIN] = -9
    emissions = np.zeros((3, 1, 1, 3), np.float32)
    emissions[0, 0, 0, BEGIN] = 0.5
    assert viterbi(emissions, moves(transitions), np.array([3])).ravel().tolist() == [BEGIN, 0, 0]


@pytest.mark.parametrize("seed", range(6))
def test_a_chain_decodes_alone_as_among_many(seed):
    emissions, walls = example(seed)
    together = spans(emissions, walls, LENGTHS)
    for row in range(ROWS):
        alone = spans(emissions[:, [row]], walls, LENGTHS[[row]])
        ours = together.rows == row
        for name in ("heads", "firsts", "ends", "scores"):
            assert getattr(alone, name).tolist() == getattr(together, name)[ours].tolist()


def test_no_span_when_all_is_outside():
    emissions = np.zeros((3, 2, 1, 3), np.float32)
    emissions[..., OUTSIDE] = 9
    assert len(spans(emissions, moves(np.zeros((1, 3, 3), np.float32)), np.array([3, 2]))) == 0


def test_posteriors_stay_finite_with_extreme_emissions():
    emissions = np.full((4, 1, 1, 3), -300, np.float32)
    emissions[1, 0, 0, BEGIN] = emissions[2, 0, 0, INSIDE] = 300
    decoded = spans(emissions, moves(np.zeros((1, 3, 3), np.float32)), np.array([4]))
    assert np.isfinite(decoded.scores).all()
