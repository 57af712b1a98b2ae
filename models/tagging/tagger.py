"""Text to mentions: cut, encode, run, decode. One tagger holds one model folder."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from models.mention import Mention
from models.tagging.configuration import Configuration
from models.tagging.consistency import repeated
from models.tagging.decoding import Decoded, moves, spans
from models.tagging.dictionary import Dictionary
from models.tagging.session import Session
from models.tagging.tokenization import Pieces, Tokenizer
from models.tagging.windows import chunks, join, keepers, pad, tile

Floats = npt.NDArray[np.float32]

PIECES = 8192
"""Padded pieces that are decoded together: more would only raise the memory."""
_ALIKE = 1.15
"""Windows of one run differ in length by no more: the network takes its time for padding too."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A window of the text with this number, and its emissions (pieces, heads, 3)."""

    text: int
    window: Pieces
    emissions: Floats

    def __len__(self) -> int:
        return len(self.window)


class Tagger:
    """Runs the heads of one model over texts: all of them, or those of `labels`."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        session: Session,
        config: Configuration,
        labels: Collection[str] | None = None,
        dictionary: Dictionary | None = None,
    ) -> None:
        self._tokenizer, self._session = tokenizer, session
        self._dictionary = dictionary
        self._columns = config.columns(config.heads if labels is None else labels)
        self._config = config.only(self._columns)
        self._walls = moves(self._config.transitions)

    @classmethod
    def load(cls, folder: Path, threads: int = 1, labels: Collection[str] | None = None) -> Self:
        """Load tokenizer.json, model.onnx and config.json of a model folder.

        A model that reads marks has its dictionary.npz beside them.
        """
        session = Session.load(folder / "model.onnx", threads)
        return cls(
            Tokenizer.load(folder / "tokenizer.json"),
            session,
            Configuration.load(folder / "config.json"),
            labels,
            Dictionary.load(folder / "dictionary.npz") if session.marked else None,
        )

    @property
    def heads(self) -> tuple[str, ...]:
        """Labels that this model can give."""
        return self._config.heads

    def tag(self, text: str) -> list[Mention]:
        """All mentions of one text in text order; mentions of different labels may overlap."""
        return self.tag_all([text])[0]

    def tag_all(self, texts: Sequence[str]) -> list[list[Mention]]:
        """Tag several texts; what is found in one does not depend on the others."""
        found: list[list[Mention]] = [[] for _ in texts]
        for batch in _batches(self._rows(texts)):
            for group in _groups(sorted(batch, key=len)):
                lengths = np.array([len(row) for row in group])
                decoded = spans(_stacked([row.emissions for row in group]), self._walls, lengths)
                for index, mention in self._mentions(decoded, group):
                    trimmed = _trim(texts[index], mention)
                    if trimmed is not None:
                        found[index].append(trimmed)
        return [
            repeated(text, sorted(mentions)) for text, mentions in zip(texts, found, strict=True)
        ]

    def _rows(self, texts: Sequence[str]) -> Iterator[_Row]:
        """Run the windows of each text by themselves: a run's int8 scales are those of its rows."""
        for index, text in enumerate(texts):
            for run in _runs(sorted(self._windows(text), key=len)):
                for window, emissions in zip(run, self._emissions(run), strict=True):
                    yield _Row(index, window, emissions)

    def _windows(self, text: str) -> list[Pieces]:
        parts = [part for part in self._tokenizer.encode(text, tile(text)) if len(part)]
        if self._dictionary is not None:
            parts = self._dictionary.marked(parts, self._tokenizer.line_break)
        groups = join([len(part) for part in parts], self._config.join)
        return [Pieces.joined(parts[first:last]) for first, last in groups]

    def _emissions(self, windows: Sequence[Pieces]) -> list[Floats]:
        """Emissions (pieces, heads, 3) of each; above the limit windows are read in stretches."""
        if len(windows[-1]) > self._config.limit:
            return [self._long(window) for window in windows]
        read = self._run(windows)
        return [read[: len(window), row] for row, window in enumerate(windows)]

    def _long(self, window: Pieces) -> Floats:
        bounds = chunks(len(window), self._config.limit, self._config.overlap)
        stretches = [window.cut(start, end) for start, end in bounds]
        rows = max(1, PIECES // self._config.limit)
        read = [
            emissions
            for first in range(0, len(stretches), rows)
            for emissions in self._run(stretches[first : first + rows]).swapaxes(0, 1)
        ]
        kept = [
            emissions[first - start : last - start]
            for emissions, (start, _), (first, last) in zip(
                read, bounds, keepers(bounds), strict=True
            )
        ]
        return np.concatenate(kept)

    def _run(self, windows: Sequence[Pieces]) -> Floats:
        ids = pad([window.ids for window in windows])
        marks = [window.marks for window in windows if window.marks is not None]
        emissions = self._session.run(
            ids, pad([window.shapes for window in windows]), pad(marks) if marks else None
        )
        return (
            emissions
            if len(self._columns) == emissions.shape[2]
            else emissions[:, :, self._columns]
        )

    def _mentions(self, decoded: Decoded, group: Sequence[_Row]) -> Iterator[tuple[int, Mention]]:
        keep = decoded.scores >= self._config.thresholds[decoded.heads]
        arrays = (decoded.rows, decoded.heads, decoded.firsts, decoded.ends, decoded.scores)
        for row, head, first, end, score in zip(*(a[keep].tolist() for a in arrays), strict=True):
            pieces = group[row].window
            start, stop = int(pieces.starts[first]), int(pieces.ends[end - 1])
            yield group[row].text, Mention(start, stop, self._config.heads[head], score)


def _runs(windows: Sequence[Pieces]) -> Iterator[Sequence[Pieces]]:
    """Split windows that are sorted by length into runs of about one length."""
    first = 0
    for last, window in enumerate(windows):
        is_long = len(window) > _ALIKE * len(windows[first])
        if last > first and (is_long or len(window) * (last - first + 1) > PIECES):
            yield windows[first:last]
            first = last
    if first < len(windows):
        yield windows[first:]


def _batches(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    """Gather rows until they have PIECES."""
    batch: list[_Row] = []
    pieces = 0
    for row in rows:
        batch.append(row)
        pieces += len(row)
        if pieces >= PIECES:
            yield batch
            batch, pieces = [], 0
    if batch:
        yield batch


def _groups(rows: Sequence[_Row]) -> Iterator[Sequence[_Row]]:
    """Split rows that are sorted by length into groups of at most PIECES with their padding."""
    first = 0
    for last, row in enumerate(rows):
        if last > first and len(row) * (last - first + 1) > PIECES:
            yield rows[first:last]
            first = last
    if first < len(rows):
        yield rows[first:]


def _stacked(read: Sequence[Floats]) -> Floats:
    """Lay emissions side by side as (time, rows, heads, 3), the longest one last."""
    stacked = np.zeros((len(read[-1]), len(read), *read[-1].shape[1:]), np.float32)
    for row, emissions in enumerate(read):
        stacked[: len(emissions), row] = emissions
    return stacked


def _trim(text: str, mention: Mention) -> Mention | None:
    """Leave out white space at the ends, such as a line break that was tagged along."""
    covered = text[mention.start : mention.end]
    start = mention.start + len(covered) - len(covered.lstrip())
    end = start + len(covered.strip())
    return Mention(start, end, mention.label, mention.score) if start < end else None
