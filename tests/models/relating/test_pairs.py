"""Which mentions are paired, and what remains of what was scored."""

from dataclasses import replace

import numpy as np
import pytest

from models.relating.model import Output
from models.relating.pairs import WINDOW, Pairs, candidates, rows, settle
from models.relating.units import Mention, Units

NEAR = np.zeros(3, bool)


def output(name, heads, tails, reach=0, **flags):
    kinds = {"single": False, "stretch": False, "document": False, **flags}
    return Output(name, name, heads, tails, reach, threshold=0.5, **kinds)


def cut(kinds, starts):
    text = "x " * len(kinds)
    mentions = [Mention(2 * place, 2 * place + 1, kind) for place, kind in enumerate(kinds)]
    return Units.of(text, mentions, starts, 3)


def test_groups_and_sentences_decide():
    units = cut([0, 1, 2, 1], [0, 6])
    pairs = candidates(units, [output("a", (0,), (1,)), output("b", (2,), (0, 1), 1)])
    found = {
        (h, t): o
        for h, t, o in zip(
            *map(np.ndarray.tolist, (pairs.heads, pairs.tails, pairs.open)), strict=True
        )
    }
    assert found == {
        (0, 1): [True, False],
        (2, 0): [False, True],
        (2, 1): [False, True],
        (2, 3): [False, True],
    }


def test_a_symmetric_relation_has_what_stands_first_for_its_head():
    units = cut([0, 0], [0])
    both, one = output("a", (0,), (0,)), output("b", (0,), (0,), symmetric=True)
    pairs = candidates(units, [both, one])
    found = zip(pairs.heads.tolist(), pairs.tails.tolist(), pairs.open.tolist(), strict=True)
    assert sorted(found) == [(0, 1, [True, True]), (1, 0, [True, False])]


def test_a_document_output_pairs_no_mentions():
    assert not len(candidates(cut([0, 1], [0]), [output("a", (0,), (1,), document=True)]))


@pytest.mark.parametrize("count", [1000, 4000])
def test_the_number_of_pairs_grows_with_the_note_only(count):
    units = cut([0, 1] * (count // 2), [0])
    assert len(candidates(units, [output("a", (0,), (1,))])) <= count * WINDOW


def test_far_pairs_have_fewer_features():
    units = cut([0, 1, 1], [0, 2, 4])
    outputs = [output("a", (0,), (1,), 9)]
    (near, close), (far, distant) = rows(units, candidates(units, outputs), outputs)
    assert (near.tails.tolist(), far.tails.tolist()) == ([1], [2])
    assert distant.shape[1] < close.shape[1]


def test_a_single_head_has_its_best_tail():
    pairs = Pairs(np.array([0, 0, 1]), np.array([2, 3, 3]), np.ones((3, 1), bool), NEAR)
    given = np.array([[0.6], [0.9], [0.7]], np.float32)
    kept = settle(pairs, given, [output("a", (0,), (1,), single=True)])
    assert kept.ravel().tolist() == pytest.approx([0, 0.9, 0.7])


def test_a_lone_head_has_no_far_tail_but_its_best():
    far = np.array([True, True, False])
    pairs = Pairs(np.array([0, 0, 0]), np.array([1, 2, 3]), np.ones((3, 1), bool), far)
    given = np.array([[0.6], [0.9], [0.7]], np.float32)
    kept = settle(pairs, given, [output("a", (0,), (1,), lone=True)])
    assert kept.ravel().tolist() == pytest.approx([0, 0.9, 0.7])


def test_where_the_two_stand_counts_where_asked_for():
    units = cut([0, 1, 1], [0, 2, 4])
    plain, asked = [output("a", (0,), (1,), 9)], [output("a", (0,), (1,), 9, setting=True)]
    pairs = candidates(units, plain)
    for (_, less), (_, more) in zip(
        rows(units, pairs, plain), rows(units, pairs, asked), strict=True
    ):
        own = more.shape[1] - less.shape[1]
        assert own > 0
        assert (more[:, own:] == less).all()


def test_of_rivals_the_best_stays():
    one, other = output("x", (0,), (1,)), output("x", (0,), (1,))
    pairs = Pairs(np.array([0]), np.array([1]), np.ones((1, 2), bool), NEAR[:1])
    assert settle(pairs, np.array([[0.4, 0.3]], np.float32), [one, other]).tolist()[0][1] == 0


def test_names_that_are_known_to_fit_are_paired_far_away():
    words = ["gout", "asthma", "gout", "allopurinol"]
    text = "gout. asthma. x. y. gout. allopurinol."
    starts = [0, 6, 20, 26]
    claims = [0, 0, 3, 0]
    mentions = [
        Mention(start, start + len(word), int(start == 26), claim=claim)
        for start, word, claim in zip(starts, words, claims, strict=True)
    ]
    units = Units.of(text, mentions, [0, 6, 14, 17, 20, 26], 2)
    plain = output("a", (1,), (0,), 9)
    assert candidates(units, [plain]).tails.tolist() == [0, 1, 2]
    assert candidates(units, [replace(plain, fitting=True)]).tails.tolist() == [0, 2]
    both = candidates(units, [plain, replace(plain, name="b", fitting=True)])
    assert both.open.tolist() == [[True, True], [True, False], [True, True]]


def test_what_the_patient_has_not_is_paired_near_only():
    text = "no gout. x. y. allopurinol."
    for claim, tails in ((3, []), (8, []), (1, [0])):
        mentions = [Mention(3, 7, 0, claim=claim), Mention(15, 26, 1)]
        units = Units.of(text, mentions, [0, 9, 12, 15], 2)
        outputs = [output("a", (1,), (0,), 9, fitting=True)]
        assert candidates(units, outputs).tails.tolist() == tails
