"""Text to mentions: cut, encode, run, decode. One tagger holds one model folder."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from models.configuration import Configuration
from models.consistency import repeated
from models.decoding import Decoded, moves, spans
from models.dictionary import Dictionary
from models.mention import Mention
from models.session import Session
from models.tokenization import Pieces, Tokenizer
from models.windows import chunks, join, keepers, pad, tile

Floats = npt.NDArray[np.float32]

PIECES = 8192
"""Padded pieces of one run: more would only raise the memory."""


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
        """Tag several texts, their windows side by side in the same runs."""
        found: list[list[Mention]] = [[] for _ in texts]
        windows = [
            (index, window) for index, text in enumerate(texts) for window in self._windows(text)
        ]
        windows.sort(key=lambda pair: len(pair[1]))
        for group in _groups(windows):
            lengths = np.array([len(window) for _, window in group])
            decoded = spans(self._emissions([window for _, window in group]), self._walls, lengths)
            for index, mention in self._mentions(decoded, group):
                trimmed = _trim(texts[index], mention)
                if trimmed is not None:
                    found[index].append(trimmed)
        return [
            repeated(text, sorted(mentions)) for text, mentions in zip(texts, found, strict=True)
        ]

    def _windows(self, text: str) -> list[Pieces]:
        parts = [part for part in self._tokenizer.encode(text, tile(text)) if len(part)]
        if self._dictionary is not None:
            parts = self._dictionary.marked(parts)
        groups = join([len(part) for part in parts], self._config.join)
        return [Pieces.joined(parts[first:last]) for first, last in groups]

    def _emissions(self, windows: Sequence[Pieces]) -> Floats:
        """Emissions (time, rows, heads, 3); windows above the limit are read in stretches."""
        if len(windows[-1]) <= self._config.limit:
            return self._run(windows)
        whole = [self._long(window) for window in windows]
        stacked = np.zeros((len(whole[-1]), len(whole), *whole[0].shape[1:]), np.float32)
        for row, emissions in enumerate(whole):
            stacked[: len(emissions), row] = emissions
        return stacked

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

    def _mentions(
        self, decoded: Decoded, group: Sequence[tuple[int, Pieces]]
    ) -> Iterator[tuple[int, Mention]]:
        keep = decoded.scores >= self._config.thresholds[decoded.heads]
        arrays = (decoded.rows, decoded.heads, decoded.firsts, decoded.ends, decoded.scores)
        for row, head, first, end, score in zip(*(a[keep].tolist() for a in arrays), strict=True):
            index, pieces = group[row]
            start, stop = int(pieces.starts[first]), int(pieces.ends[end - 1])
            yield index, Mention(start, stop, self._config.heads[head], score)


def _groups(windows: Sequence[tuple[int, Pieces]]) -> Iterator[Sequence[tuple[int, Pieces]]]:
    """Split windows that are sorted by length into runs of at most PIECES."""
    first = 0
    for last, (_, window) in enumerate(windows):
        if last > first and len(window) * (last - first + 1) > PIECES:
            yield windows[first:last]
            first = last
    if first < len(windows):
        yield windows[first:]


def _trim(text: str, mention: Mention) -> Mention | None:
    """Leave out white space at the ends, such as a line break that was tagged along."""
    covered = text[mention.start : mention.end]
    start = mention.start + len(covered) - len(covered.lstrip())
    end = start + len(covered.strip())
    return Mention(start, end, mention.label, mention.score) if start < end else None
