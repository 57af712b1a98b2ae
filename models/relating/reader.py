"""A sentence read word by word for its pairs of mentions: word vectors, a BiLSTM, and filters.

`model.onnx` is written by `models.training.relating.reader_graph`. It takes one sentence and some
of its pairs: `words`, `stems`, `names` and `endings` (units), `left` and `right` (pairs), and
`from_left` and `from_right` (pairs, units), all int64. It gives `probabilities`, float32
(pairs, 1 + outputs), whose first column is that of no relation. `words.npz` holds the hashes of the
words that have a vector.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.errors import ModelCorrupt
from models.relating.units import Units
from models.relating.words import Hashes, Ints
from models.tagging.session import opened

if TYPE_CHECKING:
    import onnxruntime

Floats = npt.NDArray[np.float32]

INPUTS = ("words", "stems", "names", "endings", "left", "right", "from_left", "from_right")
OUTPUT = "probabilities"
UNKNOWN, MENTION, FIRST = 1, 2, 3
"""Numbers of a word without a vector, of a mention, and of the first word; 0 is no word."""
BUCKETS = 2048
REACH = 15
"""Units from a mention up to which their number counts."""
_LONGEST, _STRIDE, _LEAD = 300, 100, 50
"""Units of a sentence that are read at once; where a longer one is cut."""
_AT_ONCE = 128
"""Pairs that are judged at once, for the memory that they take."""


class Vocabulary:
    """The words that have a vector, by their hashes."""

    def __init__(self, hashes: Hashes) -> None:
        self.hashes = hashes
        self._order = np.argsort(hashes, kind="stable")
        self._sorted = hashes[self._order]

    def numbers(self, words: Hashes) -> Ints:
        """Numbers of words from `FIRST` on, `UNKNOWN` for others."""
        place = np.minimum(np.searchsorted(self._sorted, words), len(self._sorted) - 1)
        known = self._sorted[place] == words
        return np.where(known, self._order[place] + FIRST, UNKNOWN).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence, or a part of a long one; `rows` says whose pairs `left` and `right` are."""

    words: Ints
    stems: Ints
    names: Ints
    endings: Ints
    rows: Ints
    left: Ints
    right: Ints

    def pairs(self, kept: Ints | slice) -> Reading:
        """The same with some of its pairs."""
        return replace(self, rows=self.rows[kept], left=self.left[kept], right=self.right[kept])

    def feeds(self) -> dict[str, Ints]:
        """The inputs of the graph."""
        units = np.arange(len(self.words))
        return {
            "words": self.words,
            "stems": self.stems,
            "names": self.names,
            "endings": self.endings,
            "left": self.left,
            "right": self.right,
            "from_left": steps(units, self.left[:, None]),
            "from_right": steps(units, self.right[:, None]),
        }


def steps(units: Ints, mentions: Ints) -> Ints:
    """Units from a mention, up to `REACH` to either side, as numbers from 0 on."""
    found: Ints = np.clip(units - mentions, -REACH, REACH) + REACH
    return found


def readings(units: Units, heads: Ints, tails: Ints, known: Vocabulary) -> Iterator[Reading]:
    """Sentences with their pairs; pairs of several sentences, or too far apart, are in none."""
    if not len(heads):
        return
    places = units.places[heads], units.places[tails]
    left, right = np.minimum(*places), np.maximum(*places)
    columns = _columns(units, known)
    number = units.sentences[left]
    first = np.searchsorted(units.sentences, number, side="left")
    last = np.searchsorted(units.sentences, number, side="right")
    cut = first + np.maximum((left - first) // _STRIDE * _STRIDE - _LEAD, 0)
    start = np.where(last - first > _LONGEST, cut, first)
    end = np.minimum(start + _LONGEST, last)
    for begin in np.unique(start).tolist():
        rows = np.flatnonzero((start == begin) & (right < end))
        if len(rows):
            part = slice(begin, int(end[rows[0]]))
            words, stems, names, endings = (each[part] for each in columns)
            yield Reading(
                words=words,
                stems=stems,
                names=names,
                endings=endings,
                rows=rows,
                left=left[rows] - begin,
                right=right[rows] - begin,
            )


def _columns(units: Units, known: Vocabulary) -> tuple[Ints, Ints, Ints, Ints]:
    """Words and stems, names and endings of mentions, side by side."""
    count, places = len(units.words), units.places
    words, stems = known.numbers(units.words), _bucket(units.stems)
    words[places], stems[places] = MENTION, 0
    names, endings = np.zeros(count, np.int64), np.zeros(count, np.int64)
    names[places], endings[places] = _bucket(units.telling.T)
    return words, stems, names, endings


def _bucket(hashes: Hashes) -> Ints:
    """Buckets from 1 on: 0 is none."""
    mixed = (hashes.astype(np.uint64) * np.uint64(2654435761)) >> np.uint64(8)
    found: Ints = (mixed % np.uint64(BUCKETS - 1)).astype(np.int64) + 1
    return found


@dataclass(frozen=True, slots=True)
class Reader:
    """A loaded graph; `columns` are those of its answers that are asked for."""

    session: onnxruntime.InferenceSession
    known: Vocabulary
    columns: tuple[int, ...]

    @classmethod
    def load(cls, folder: Path, outputs: int) -> Reader:
        """Read model.onnx and words.npz.

        Raises:
            ModelCorrupt: a file is missing, broken or does not fit the other ones.
        """
        path = folder / "words.npz"
        try:
            with np.load(path) as file:
                known = Vocabulary(file["hashes"])
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise ModelCorrupt(f"{path} is missing or no list of words") from error
        session = opened(folder / "model.onnx")
        inputs = {each.name for each in session.get_inputs()}
        shapes = {each.name: each.shape for each in session.get_outputs()}
        if inputs != set(INPUTS) or shapes.get(OUTPUT, [0])[-1] != 1 + outputs:
            raise ModelCorrupt(f"{folder / 'model.onnx'} does not fit config.json")
        return cls(session, known, tuple(range(1, 1 + outputs)))

    def only(self, kept: list[int]) -> Reader:
        """Those of the outputs."""
        return replace(self, columns=tuple(self.columns[place] for place in kept))

    def score(self, units: Units, heads: Ints, tails: Ints) -> Floats:
        """Probabilities (pairs, outputs) of pairs of mentions; 0 for those that are not read."""
        given = np.zeros((len(heads), len(self.columns)), np.float32)
        for reading in readings(units, heads, tails, self.known):
            for first in range(0, len(reading.rows), _AT_ONCE):
                some = reading.pairs(slice(first, first + _AT_ONCE))
                given[some.rows] = self._run(some.feeds())[:, self.columns]
        return given

    def _run(self, feeds: Mapping[str, Ints]) -> Floats:
        found: Floats = self.session.run([OUTPUT], dict(feeds))[0]
        return found
