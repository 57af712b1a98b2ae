"""Emissions to spans: Viterbi over all rows and heads at once, and what the CRF believes of each.

Emissions are (time, rows, heads, 3) with the tags O, B, I in this order; a row shorter than the
others ends with padding. A chain is one head of one row; where all three tags matter, chains lie
side by side as (3, time, chains). The score of a span is the posterior probability that its first
piece begins it, that every further piece continues it and that it ends there, computed from the
pairwise marginals of the linear chain: exact, given the model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]
Tags = npt.NDArray[np.int8]

OUTSIDE, BEGIN, INSIDE = 0, 1, 2
FORBIDDEN = -1e4
_ROUNDING = 1e-2
"""More than sums of emissions lose by rounding."""


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


def viterbi(emissions: Floats, walls: Floats, lengths: Integers) -> Tags:
    """Best tags (time, rows, heads); padding is O."""
    path = np.zeros(emissions.shape[:3], np.int8)
    row, head = np.nonzero(_promising(emissions, walls, lengths))
    path[:, row, head] = _best(_side_by_side(emissions, row, head), walls[head], lengths[row])
    return path


def spans(emissions: Floats, walls: Floats, lengths: Integers) -> Decoded:
    """Decode all rows and heads and score what was found."""
    row, head = np.nonzero(_promising(emissions, walls, lengths))
    chains = _side_by_side(emissions, row, head)
    path = _best(chains, walls[head], lengths[row])
    tagged = np.flatnonzero((path == BEGIN).any(0))
    row, head, path = row[tagged], head[tagged], path[:, tagged]
    chain, first = np.nonzero((path == BEGIN).T)
    end = _run_ends(path)[first, chain]
    scores = _scores(chains[:, :, tagged], walls[head], lengths[row], (chain, first, end))
    return Decoded(row[chain], head[chain], first, end, scores)


def _side_by_side(emissions: Floats, row: Integers, head: Integers) -> Floats:
    return np.ascontiguousarray(np.moveaxis(emissions[:, row, head], -1, 0))


def _promising(emissions: Floats, walls: Floats, lengths: Integers) -> npt.NDArray[np.bool_]:
    """Tell of which rows and heads a path with a span may be better than none: few of them.

    A span gains, over O all the way, at most what its pieces gain with the best moves into them
    and out of it; where no first piece gains anything so, all is O. No move leads to a first tag.
    """
    outside = walls[:, OUTSIDE, OUTSIDE]
    begin = np.maximum(walls[:, :, BEGIN].max(-1) - outside, 0)
    inside = walls[:, BEGIN:, INSIDE].max(-1) - outside
    leave = np.maximum(walls[:, BEGIN:, OUTSIDE].max(-1) - outside, 0)
    opened = emissions[..., BEGIN] - emissions[..., OUTSIDE]
    going = emissions[..., INSIDE] - emissions[..., OUTSIDE]
    going += inside
    padding = np.arange(len(emissions))[:, None] >= lengths
    opened[padding] = going[padding] = FORBIDDEN
    for step in range(len(going) - 1, 0, -1):
        ahead = np.maximum(going[step], 0, out=going[step])
        opened[step - 1] += ahead
        going[step - 1] += ahead
    promising: npt.NDArray[np.bool_] = opened.max(0) + (begin + leave) > -_ROUNDING
    return promising


def _best(chains: Floats, walls: Floats, lengths: Integers) -> Tags:
    """Best tags (time, chains) of (3, time, chains) with their own walls and lengths."""
    time, count = chains.shape[1:]
    back = np.zeros((time, 3, count), np.int8)
    wall = np.ascontiguousarray(np.moveaxis(walls, 0, -1))
    best = chains[:, 0].copy()
    best[INSIDE] += FORBIDDEN
    finals = best.copy()
    ends = lengths - 1
    last = np.bincount(ends, minlength=time)
    for step in range(1, time):
        best = _advance(best, wall, back[step])
        best += chains[:, step]
        if last[step]:
            np.copyto(finals, best, where=ends == step)
    path = np.zeros((time, count), np.int8)
    tag = finals.argmax(0).astype(np.int8)
    every = np.arange(count)
    for step in range(time - 1, -1, -1):
        live = ends >= step
        np.copyto(path[step], tag, where=live)
        np.copyto(tag, back[step][tag, every], where=live)
    return path


def _advance(best: Floats, wall: Floats, source: Tags) -> Floats:
    """Maximise over the tag before, written out because there are three; `source` takes it."""
    from_o = best[OUTSIDE] + wall[OUTSIDE]
    from_b = best[BEGIN] + wall[BEGIN]
    from_i = best[INSIDE] + wall[INSIDE]
    reach = np.maximum(from_o, from_b)
    np.greater(from_b, from_o, out=source, casting="unsafe")
    source[from_i > reach] = INSIDE
    reached: Floats = np.maximum(reach, from_i)
    return reached


def _run_ends(path: Tags) -> Integers:
    """For each place, the next place whose tag is not I (time, chains)."""
    time = len(path)
    following = np.empty(path.shape, np.int64)
    stop = np.full(path.shape[1], time)
    for step in range(time - 1, -1, -1):
        following[step] = stop
        stop = np.where(path[step] == INSIDE, stop, step)
    return following


def _scores(
    chains: Floats,
    walls: Floats,
    lengths: Integers,
    found: tuple[Integers, Integers, Integers],
) -> Floats:
    """Posterior of each span: P(B at first) · Π P(I | before) · P(not I at end | before)."""
    chain, first, end = found
    begin, onward = _posteriors(chains, np.exp(walls), lengths)
    padded = np.concatenate([onward, np.zeros((2, 1, onward.shape[2]), np.float32)], axis=1)
    sums = np.cumsum(np.log(np.maximum(padded[1], 1e-30)), axis=0)
    long = end - first > 1
    score = begin[first, chain].copy()
    score[long] *= padded[0, first[long] + 1, chain[long]]
    score[long] *= np.exp(sums[end[long] - 1, chain[long]] - sums[first[long] + 1, chain[long]])
    score *= 1 - padded[long.astype(np.int64), end, chain]
    clipped: Floats = np.clip(score, 0.0, 1.0)
    return clipped


def _posteriors(chains: Floats, walls: Floats, lengths: Integers) -> tuple[Floats, Floats]:
    """P(B) at each place (time, chains), and P(I | B before), P(I | I before) (2, time, chains).

    Forward-backward in probabilities, scaled at each step; `walls` are exponentials.
    """
    time = chains.shape[1]
    step_up = np.ascontiguousarray(np.moveaxis(walls, 0, -1))
    local = np.exp(chains - chains.max(0))
    forward = np.empty_like(local)
    forward[:, 0] = local[:, 0] * np.array([[1], [1], [0]], np.float32)
    forward[:, 0] /= forward[:, 0].sum(0)
    for step in range(1, time):
        before = forward[:, step - 1]
        reach = before[0] * step_up[0] + before[1] * step_up[1] + before[2] * step_up[2]
        reach *= local[:, step]
        forward[:, step] = reach / np.maximum(reach.sum(0), 1e-30)
    backward = np.ones_like(local)
    onward = np.zeros((2, time, chains.shape[2]), np.float32)
    for step in range(time - 1, 0, -1):
        ahead = step_up * (local[:, step] * backward[:, step])
        total = np.maximum(ahead[:, 0] + ahead[:, 1] + ahead[:, 2], 1e-30)
        live = step < lengths
        np.copyto(onward[:, step], ahead[1:, INSIDE] / total[1:], where=live)
        np.copyto(backward[:, step - 1], total / total.max(0), where=live)
    joint = forward * backward
    begin: Floats = joint[BEGIN] / np.maximum(joint.sum(0), 1e-30)
    return begin, onward
