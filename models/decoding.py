"""Emissions to spans: Viterbi over all rows and heads at once, and what the CRF believes of each.

Arrays are (time, rows, heads, 3) with the tags O, B, I in this order; a row shorter than the
others ends with padding. The score of a span is the posterior probability that its first piece
begins it, that every further piece continues it and that it ends there, computed from the
pairwise marginals of the linear chain: exact, given the model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

OUTSIDE, BEGIN, INSIDE = 0, 1, 2
FORBIDDEN = -1e4


@dataclass(frozen=True, slots=True)
class Decoded:
    """Spans as parallel arrays: row, head, first piece, end piece (exclusive), score 0..1."""

    rows: Integers
    heads: Integers
    firsts: Integers
    ends: Integers
    scores: Floats

    def __len__(self) -> int:
        return len(self.rows)


def moves(transitions: Floats) -> Floats:
    """Write the forbidden move O to I into learned transitions (heads, 3, 3)."""
    wall = transitions.astype(np.float32).copy()
    wall[:, OUTSIDE, INSIDE] += FORBIDDEN
    return wall


def viterbi(emissions: Floats, walls: Floats, lengths: Integers) -> npt.NDArray[np.int8]:
    """Best tags (time, rows, heads); padding is O."""
    time, rows, heads, tags = emissions.shape
    back = np.zeros((time, rows, heads, tags), np.int8)
    best = _open(emissions[0])
    finals = np.zeros_like(best)
    ends = lengths - 1
    finals[ends == 0] = best[ends == 0]
    for step in range(1, time):
        best, back[step] = _advance(best, walls)
        best += emissions[step]
        done = ends == step
        if done.any():
            finals[done] = best[done]
    path = np.zeros((time, rows, heads), np.int8)
    tag = finals.argmax(-1).astype(np.int8)
    for step in range(time - 1, -1, -1):
        live = (step <= ends)[:, None]
        path[step] = np.where(live, tag, OUTSIDE)
        if step:
            before = np.take_along_axis(back[step], tag[..., None], -1)[..., 0]
            tag = np.where(live, before, tag)
    return path


def _open(first: Floats) -> Floats:
    opened = first.copy()
    opened[..., INSIDE] += FORBIDDEN
    return opened


def _advance(best: Floats, walls: Floats) -> tuple[Floats, npt.NDArray[np.int8]]:
    """Maximise over the tag before, written out because there are three."""
    from_o = best[..., OUTSIDE, None] + walls[:, OUTSIDE]
    from_b = best[..., BEGIN, None] + walls[:, BEGIN]
    from_i = best[..., INSIDE, None] + walls[:, INSIDE]
    reach = np.maximum(from_o, from_b)
    source = (from_b > from_o).astype(np.int8)
    source[from_i > reach] = INSIDE
    return np.maximum(reach, from_i), source


def spans(emissions: Floats, walls: Floats, lengths: Integers) -> Decoded:
    """Decode all rows and heads and score what was found."""
    path = viterbi(emissions, walls, lengths)
    starts = path == BEGIN
    if not starts.any():
        nothing = np.zeros(0, np.int64)
        return Decoded(nothing, nothing, nothing, nothing, np.zeros(0, np.float32))
    pairs = np.argwhere(starts.any(0))
    row, head = pairs[:, 0], pairs[:, 1]
    chain = path[:, row, head]
    pair, first = np.nonzero((chain == BEGIN).T)
    end = _run_ends(chain)[first, pair]
    scores = _scores(emissions[:, row, head], walls[head], lengths[row], (pair, first, end))
    return Decoded(row[pair], head[pair], first, end, scores)


def _run_ends(chain: npt.NDArray[np.int8]) -> Integers:
    """For each place, the next place whose tag is not I (time, pairs)."""
    time = len(chain)
    following = np.empty(chain.shape, np.int64)
    stop = np.full(chain.shape[1], time)
    for step in range(time - 1, -1, -1):
        following[step] = stop
        stop = np.where(chain[step] == INSIDE, stop, step)
    return following


def _scores(
    emissions: Floats,
    walls: Floats,
    lengths: Integers,
    found: tuple[Integers, Integers, Integers],
) -> Floats:
    """Posterior of each span: P(B at first) · Π P(I | before) · P(not I at end | before)."""
    pair, first, end = found
    begin, onward = _posteriors(emissions, np.exp(walls), lengths)
    padded = np.concatenate([onward, np.zeros((1, *onward.shape[1:]), np.float32)])
    logs = np.log(np.maximum(padded[..., 1], 1e-30))
    sums = np.cumsum(logs, axis=0)
    long = end - first > 1
    score = begin[first, pair].copy()
    score[long] *= padded[first[long] + 1, pair[long], 0]
    score[long] *= np.exp(sums[end[long] - 1, pair[long]] - sums[first[long] + 1, pair[long]])
    score *= 1 - padded[end, pair, long.astype(np.int64)]
    clipped: Floats = np.clip(score, 0.0, 1.0)
    return clipped


def _posteriors(emissions: Floats, step_up: Floats, lengths: Integers) -> tuple[Floats, Floats]:
    """P(B) at each place (time, pairs), and P(I | B before), P(I | I before) (time, pairs, 2).

    Forward-backward in probabilities, scaled at each step; emissions are (time, pairs, 3).
    """
    time = len(emissions)
    local = np.exp(emissions - emissions.max(-1, keepdims=True))
    forward = np.empty_like(local)
    forward[0] = local[0] * np.array([1, 1, 0], np.float32)
    forward[0] /= forward[0].sum(-1, keepdims=True)
    for step in range(1, time):
        reach = (forward[step - 1][..., None] * step_up).sum(-2) * local[step]
        forward[step] = reach / np.maximum(reach.sum(-1, keepdims=True), 1e-30)
    backward = np.ones_like(local)
    onward = np.zeros((time, len(lengths), 2), np.float32)
    for step in range(time - 1, 0, -1):
        ahead = step_up * (local[step] * backward[step])[:, None, :]
        total = np.maximum(ahead.sum(-1), 1e-30)
        live = step < lengths
        onward[step] = np.where(live[:, None], ahead[:, 1:, INSIDE] / total[:, 1:], 0)
        scaled = total / total.max(-1, keepdims=True)
        backward[step - 1] = np.where(live[:, None], scaled, 1.0)
    joint = forward * backward
    begin: Floats = joint[..., BEGIN] / np.maximum(joint.sum(-1), 1e-30)
    return begin, onward
