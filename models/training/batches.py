"""Rows of documents to batches: joined at random, roughened, sorted by length."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.tagging.dictionary import KINDS, PLACES
from models.tagging.tokenization import Integers, Marks, Pieces
from models.tagging.windows import chunks, join
from models.training import recipe_file
from models.training.corpora import ANY, BEGIN, INSIDE, OUTSIDE, Masks, Row

_CASELESS, _LOWER, _UPPER, _GLUED = 0, 1, 3, 5


@dataclass(frozen=True, slots=True)
class Window:
    """What the network reads at once: ids, shapes (pieces) and masks (pieces, heads).

    `marks` (pieces, features) are those of the dictionary, where the recipe has one.
    """

    ids: Integers
    shapes: Integers
    masks: Masks
    marks: Marks | None = None


@dataclass(frozen=True, slots=True)
class Roughness:
    """How often a window is written in capitals, in lower case, wrapped, or loses pieces.

    `unmarked` is how often it loses the marks of the dictionary, or those of one kind of names, so
    that the network does not come to rest on them.
    """

    __pydantic_config__ = recipe_file.STRICT

    upper: float = 0.05
    lower: float = 0.03
    wrap: float = 0.1
    unknown: float = 0.02
    unmarked: float = 0.15
    longest: int = 160
    joined: tuple[int, ...] = (8, 32, 64, 64, 96)


def windows(row: Row, rough: Roughness, draw: np.random.Generator) -> Iterator[Window]:
    """Cut one document into windows of a random size."""
    lengths = [len(pieces) for pieces, _ in row.sentences]
    for first, last in join(lengths, int(draw.choice(rough.joined))):
        parts = row.sentences[first:last]
        whole = Pieces.joined([pieces for pieces, _ in parts])
        masks = np.concatenate([masks for _, masks in parts])
        for start, end in chunks(len(whole), rough.longest, 16):
            pieces = whole.cut(start, end)
            yield Window(pieces.ids, pieces.shapes, _opened(masks[start:end]), pieces.marks)


def _opened(masks: Masks) -> Masks:
    """A stretch that begins inside a mention begins with B: nothing else can precede I."""
    masks = masks.copy()
    masks[0][masks[0] == INSIDE] = BEGIN
    return masks


def roughen(window: Window, rough: Roughness, line_break: int, draw: np.random.Generator) -> Window:
    """Change the case, wrap the lines or hide pieces; the labels stay with their pieces."""
    shapes = window.shapes
    chance = draw.random()
    glue = shapes // _GLUED * _GLUED
    letters = shapes % _GLUED != _CASELESS
    if chance < rough.upper:
        shapes = np.where(letters, _UPPER + glue, shapes)
    elif chance < rough.upper + rough.lower:
        shapes = np.where(letters, _LOWER + glue, shapes)
    window = replace(window, shapes=shapes, marks=_unmark(window.marks, rough.unmarked, draw))
    if draw.random() < rough.wrap:
        window = _wrap(window, line_break, draw)
    hidden = draw.random(len(window.ids)) < rough.unknown
    return replace(window, ids=np.where(hidden, 1, window.ids))


def _unmark(marks: Marks | None, share: float, draw: np.random.Generator) -> Marks | None:
    if marks is None or draw.random() >= 2 * share:
        return marks
    if draw.random() < 0.5:
        return np.zeros_like(marks)
    kept = marks.copy()
    kind = PLACES * int(draw.integers(KINDS))
    kept[:, kind : kind + PLACES] = 0
    return kept


def _wrap(window: Window, line_break: int, draw: np.random.Generator) -> Window:
    masks = window.masks
    free = np.flatnonzero(window.shapes < _GLUED)
    every = int(draw.integers(9, 18))
    places = free[free > 0][int(draw.integers(1, every)) :: every]
    after = masks[places]
    inner = np.where(after == INSIDE, INSIDE, np.where(after == ANY, ANY, OUTSIDE))
    marks = window.marks
    return Window(
        np.insert(window.ids, places, line_break),
        np.insert(window.shapes, places, _CASELESS),
        np.insert(masks, places, inner.astype(np.uint8), axis=0),
        None if marks is None else np.insert(marks, places, 0, axis=0),
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
