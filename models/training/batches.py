"""Rows of documents to batches: joined at random, roughened, sorted by length."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.training.corpora import ANY, BEGIN, INSIDE, OUTSIDE, Masks, Row
from models.windows import chunks, join

Integers = npt.NDArray[np.int64]

_CASELESS, _LOWER, _UPPER, _GLUED = 0, 1, 3, 5


@dataclass(frozen=True, slots=True)
class Window:
    """What the network reads at once: ids, shapes (pieces) and masks (pieces, heads)."""

    ids: Integers
    shapes: Integers
    masks: Masks


@dataclass(frozen=True, slots=True)
class Roughness:
    """How often a window is written in capitals, in lower case, wrapped, or loses pieces."""

    upper: float = 0.05
    lower: float = 0.03
    wrap: float = 0.1
    unknown: float = 0.02
    longest: int = 160
    joined: tuple[int, ...] = (8, 32, 64, 64, 96)


def windows(row: Row, rough: Roughness, draw: np.random.Generator) -> Iterator[Window]:
    """Cut one document into windows of a random size."""
    lengths = [len(pieces) for pieces, _ in row.sentences]
    for first, last in join(lengths, int(draw.choice(rough.joined))):
        parts = row.sentences[first:last]
        ids = np.concatenate([pieces.ids for pieces, _ in parts])
        shapes = np.concatenate([pieces.shapes for pieces, _ in parts])
        masks = np.concatenate([masks for _, masks in parts])
        for start, end in chunks(len(ids), rough.longest, 16):
            yield Window(ids[start:end], shapes[start:end], _opened(masks[start:end]))


def _opened(masks: Masks) -> Masks:
    """A stretch that begins inside a mention begins with B: nothing else can precede I."""
    masks = masks.copy()
    masks[0][masks[0] == INSIDE] = BEGIN
    return masks


def roughen(window: Window, rough: Roughness, line_break: int, draw: np.random.Generator) -> Window:
    """Change the case, wrap the lines or hide pieces; the labels stay with their pieces."""
    ids, shapes, masks = window.ids, window.shapes, window.masks
    chance = draw.random()
    glue = shapes // _GLUED * _GLUED
    letters = shapes % _GLUED != _CASELESS
    if chance < rough.upper:
        shapes = np.where(letters, _UPPER + glue, shapes)
    elif chance < rough.upper + rough.lower:
        shapes = np.where(letters, _LOWER + glue, shapes)
    if draw.random() < rough.wrap:
        ids, shapes, masks = _wrap(ids, shapes, masks, line_break, draw)
    hidden = draw.random(len(ids)) < rough.unknown
    return Window(np.where(hidden, 1, ids), shapes, masks)


def _wrap(
    ids: Integers, shapes: Integers, masks: Masks, line_break: int, draw: np.random.Generator
) -> tuple[Integers, Integers, Masks]:
    free = np.flatnonzero(shapes < _GLUED)
    every = int(draw.integers(9, 18))
    places = free[free > 0][int(draw.integers(1, every)) :: every]
    after = masks[places]
    inner = np.where(after == INSIDE, INSIDE, np.where(after == ANY, ANY, OUTSIDE))
    return (
        np.insert(ids, places, line_break),
        np.insert(shapes, places, _CASELESS),
        np.insert(masks, places, inner.astype(np.uint8), axis=0),
    )


def epoch(
    corpora: Mapping[str, Sequence[Row]],
    shares: Mapping[str, float],
    rough: Roughness,
    line_break: int,
    draw: np.random.Generator,
) -> list[Window]:
    """Draw each corpus `share` times on average and cut it into roughened windows."""
    made: list[Window] = []
    for name, rows in corpora.items():
        whole, part = divmod(shares[name], 1.0)
        counts = int(whole) + (draw.random(len(rows)) < part)
        for row, count in zip(rows, counts.tolist(), strict=True):
            for _ in range(count):
                made.extend(
                    roughen(window, rough, line_break, draw) for window in windows(row, rough, draw)
                )
    return made


def batches(
    made: Sequence[Window], budget: int, draw: np.random.Generator
) -> Iterator[list[Window]]:
    """Group windows of similar length, at most `budget` padded pieces a batch, in random order."""
    noise = draw.random(len(made)) * 6
    order = np.argsort([len(window.ids) for window in made] + noise)
    groups: list[list[Window]] = [[]]
    width = 0
    for index in order.tolist():
        width = max(width, len(made[index].ids))
        if groups[-1] and width * (len(groups[-1]) + 1) > budget:
            groups.append([])
            width = len(made[index].ids)
        groups[-1].append(made[index])
    for index in draw.permutation(len(groups)).tolist():
        yield groups[index]
