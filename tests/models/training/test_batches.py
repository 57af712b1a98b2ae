"""Joining, roughening and grouping keep pieces and labels together."""

from dataclasses import replace

import numpy as np

from models.tagging.tokenization import Pieces
from models.training.batches import Roughness, Window, batches, epoch, roughen, windows
from models.training.corpora import BEGIN, INSIDE, OUTSIDE, Row

BREAK = 9


def sentence(length, first=10):
    ids = np.arange(first, first + length)
    masks = np.full((length, 1), OUTSIDE, np.uint8)
    masks[1:3, 0] = (BEGIN, INSIDE)
    return Pieces(ids, np.ones(length, np.int64), ids, ids + 1), masks


def draw():
    return np.random.default_rng(5)


def test_windows_hold_every_piece_once():
    row = Row((sentence(10), sentence(20, 30), sentence(30, 60)))
    made = list(windows(row, Roughness(joined=(32,)), draw()))
    assert [len(window.ids) for window in made] == [30, 30]
    assert np.concatenate([window.ids for window in made]).tolist() == [
        *range(10, 20), *range(30, 50), *range(60, 90),
    ]  # fmt: skip


def test_a_stretch_never_begins_with_inside():
    pieces, masks = sentence(60)
    masks[1:, 0] = INSIDE
    masks[1, 0] = BEGIN
    made = list(windows(Row(((pieces, masks),)), Roughness(longest=30), draw()))
    assert len(made) > 1
    assert all(window.masks[0, 0] != INSIDE for window in made)


def test_wrapping_puts_a_line_break_inside_a_mention_too():
    masks = np.full((40, 1), INSIDE, np.uint8)
    masks[0] = BEGIN
    window = Window(np.arange(10, 50), np.ones(40, np.int64), masks)
    rough = roughen(window, Roughness(upper=0, lower=0, wrap=1, unknown=0), BREAK, draw())
    added = rough.ids == BREAK
    assert added.any()
    assert (rough.masks[added] == INSIDE).all()
    assert rough.ids[~added].tolist() == window.ids.tolist()


def test_capitals_change_letters_only():
    shapes = np.array([0, 1, 2, 6, 5])
    window = Window(np.arange(10, 15), shapes, np.ones((5, 1), np.uint8))
    rough = roughen(window, Roughness(upper=1, wrap=0, unknown=0), BREAK, draw())
    assert rough.shapes.tolist() == [0, 3, 3, 8, 5]


def test_marks_go_with_their_pieces_and_are_hidden_now_and_then():
    pieces, masks = sentence(20)
    marks = np.ones((20, 24), np.uint8)
    pieces = replace(pieces, marks=marks)
    (window,) = windows(Row(((pieces, masks),)), Roughness(), draw())
    kept = roughen(window, Roughness(wrap=1, unmarked=0), BREAK, draw())
    assert (kept.marks.any(1) == (kept.ids != BREAK)).all()
    seen = {
        int(roughen(window, Roughness(unmarked=0.3), BREAK, draw_).marks.any(0).sum())
        for draw_ in map(np.random.default_rng, range(40))
    }
    assert seen == {0, 21, 24}


def test_an_epoch_draws_by_share_and_batches_keep_the_budget():
    rows = {"one": [Row((sentence(12),))] * 200, "two": [Row((sentence(8),))] * 200}
    made = epoch(rows, {"one": 2.0, "two": 0.25}, Roughness(wrap=0), BREAK, draw())
    sizes = [len(window.ids) for window in made]
    assert sizes.count(12) == 400
    assert 25 < sizes.count(8) < 80
    groups = list(batches(made, 100, draw()))
    assert sum(map(len, groups)) == len(made)
    assert all(max(len(w.ids) for w in group) * len(group) <= 100 for group in groups)
