"""Text to pieces: ids, letter shapes and exact offsets into the text that was given."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

# Processes read notes side by side: threads within one would only take from the others.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
import tokenizers

from models.errors import ModelCorrupt

Integers = npt.NDArray[np.int64]
Marks = npt.NDArray[np.uint8]

# A lone surrogate cannot cross into the tokenizer; the replacement has the same length.
_SURROGATE = re.compile("[\ud800-\udfff]")

_UPPER, _LOWER, _SPACE = (np.uint8(bit) for bit in (1, 2, 4))


@dataclass(frozen=True, slots=True)
class Pieces:
    """One row a piece: vocabulary id, shape (0..9), start and end in code points.

    Shapes are caseless, lower, Capital, UPPER, miXed; the same again where no white space precedes.
    `marks` are the features of a dictionary (models/tagging/dictionary.py), if a model reads them.
    """

    ids: Integers
    shapes: Integers
    starts: Integers
    ends: Integers
    marks: Marks | None = None

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Put parts behind one another; all of them are marked or none is."""
        if len(parts) == 1:
            return parts[0]
        marks = [part.marks for part in parts if part.marks is not None]
        return cls(
            np.concatenate([part.ids for part in parts]),
            np.concatenate([part.shapes for part in parts]),
            np.concatenate([part.starts for part in parts]),
            np.concatenate([part.ends for part in parts]),
            np.concatenate(marks) if marks else None,
        )

    def __len__(self) -> int:
        return len(self.ids)

    def cut(self, start: int, end: int) -> Pieces:
        """Keep the pieces of the rows `start` to `end`."""
        rows = slice(start, end)
        marks = None if self.marks is None else self.marks[rows]
        return Pieces(self.ids[rows], self.shapes[rows], self.starts[rows], self.ends[rows], marks)


class Tokenizer:
    """A `tokenizer.json` of the Rust tokenizers and the shapes beside it."""

    def __init__(self, tokenizer: tokenizers.Tokenizer) -> None:
        self._tokenizer = tokenizer

    @classmethod
    def load(cls, path: Path) -> Tokenizer:
        """Read the file; `ModelCorrupt` when it is missing or not a tokenizer."""
        if not path.is_file():
            raise ModelCorrupt(f"{path.name} is missing in {path.parent}")
        try:
            tokenizer = tokenizers.Tokenizer.from_file(str(path))
        except Exception as error:  # the Rust library raises bare Exception
            raise ModelCorrupt(f"{path} is not a tokenizer") from error
        # A note may write `[PAD]` itself; as padding it would end what the network reads.
        tokenizer.encode_special_tokens = True
        return cls(tokenizer)

    @property
    def vocabulary(self) -> dict[str, int]:
        """Piece to id."""
        return self._tokenizer.get_vocab()

    @property
    def line_break(self) -> int:
        """Id of the piece of a line break, tab or wide gap; -1 where the vocabulary has none."""
        found = self._tokenizer.token_to_id("\n")
        return -1 if found is None else int(found)

    def encode(self, text: str, bounds: Sequence[tuple[int, int]]) -> list[Pieces]:
        """Encode each part of `text`; offsets count from the start of `text`."""
        sound = _SURROGATE.sub("\ufffd", text)
        encodings = self._tokenizer.encode_batch(
            [sound[start:end] for start, end in bounds], add_special_tokens=False
        )
        counts = np.array([len(encoding.ids) for encoding in encodings], np.int64)
        ids = np.array([piece for encoding in encodings for piece in encoding.ids], np.int64)
        pairs = [pair for encoding in encodings for pair in encoding.offsets]
        shift = np.repeat(np.array([start for start, _ in bounds], np.int64), counts)
        starts, ends = np.array(pairs, np.int64).reshape(-1, 2).T + shift
        whole = Pieces(ids, _shapes(sound, starts, ends), starts, ends)
        edges = np.concatenate([[0], np.cumsum(counts)]).tolist()
        return [whole.cut(first, last) for first, last in pairwise(edges)]


def _shapes(text: str, starts: Integers, ends: Integers) -> Integers:
    classes = _classes()[np.frombuffer(text.encode("utf-32-le"), "<u4")]
    upper, lower = classes & _UPPER, (classes & _LOWER) >> 1
    uppers, lowers = _count(upper, starts, ends), _count(lower, starts, ends)
    first = upper[starts] == 1 if len(starts) else np.zeros(0, bool)
    shapes = np.select(
        [
            (uppers == 0) & (lowers == 0),
            uppers == 0,
            first & (uppers == 1) & ((lowers > 0) | (ends - starts == 1)),
            lowers == 0,
        ],
        [0, 1, 2, 3],
        4,
    )
    space = np.concatenate([[True], classes & _SPACE != 0])
    glued = ~(space[starts] | space[starts + 1])
    whole: Integers = shapes.astype(np.int64) + 5 * glued.astype(np.int64)
    return whole


@cache
def _classes() -> Marks:
    """For each code point whether it is upper case, lower case or white space, as bits."""
    points = range(sys.maxunicode + 1)
    upper, lower, space = (
        np.frombuffer(bytes(map(tells, map(chr, points))), np.uint8)
        for tells in (str.isupper, str.islower, str.isspace)
    )
    classes: Marks = upper * _UPPER | lower * _LOWER | space * _SPACE
    return classes


def _count(flags: npt.NDArray[np.uint8], starts: Integers, ends: Integers) -> Integers:
    totals = np.concatenate([[0], np.cumsum(flags, dtype=np.int64)])
    counts: Integers = totals[ends] - totals[starts]
    return counts
