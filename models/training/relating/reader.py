"""What `models.relating.reader` runs, in PyTorch: a BiLSTM over a sentence, filters for each pair.

The sentence is read once for all of its pairs. What tells them apart are the states of their two
mentions, and how far each unit stands from either one: one vector for each number of units
(position features, Zeng et al. 2014, added up), and the strongest reaction along the sentence.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from models.relating.reader import BUCKETS, MENTION, REACH, UNKNOWN, Floats, Reading
from models.training import recipe_file

log = logging.getLogger(__name__)

_DEAD = -1e4
"""Reaction of a filter behind the end of a sentence."""
_WARM_UP = 100
_SPAN = 8.0
"""Units that sentences of a batch may differ by, so that batches are not always the same."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a reader is trained.

    `blank` is the share of words and stems, `unnamed` that of names left out. A sentence of more
    than `most` pairs shows so many of them in an epoch. One network is trained for each of the
    `folds`, without its documents; the answers of all are averaged.
    """

    __pydantic_config__ = recipe_file.STRICT

    words: int = 10_000
    vector: int = 200
    part: int = 24
    hidden: int = 80
    filters: int = 128
    middle: int = 128
    epochs: int = 10
    batch: int = 160
    most: int = 30
    rate: float = 4e-3
    decay: float = 1e-3
    dropout: float = 0.4
    blank: float = 0.05
    unnamed: float = 0.5
    threads: int = 1
    folds: int = 5


@dataclass(frozen=True, slots=True)
class Lesson:
    """Pairs of a sentence, and the class of each: 0 is no relation."""

    reading: Reading
    classes: npt.NDArray[np.int64]

    def some(self, most: int, random: np.random.Generator) -> Lesson:
        """Up to `most` of the pairs."""
        if len(self.classes) <= most:
            return self
        kept = random.permutation(len(self.classes))[:most]
        return Lesson(self.reading.pairs(kept), self.classes[kept])


@dataclass(frozen=True, slots=True)
class Batch:
    """Sentences (rows, units) padded with 0, and their pairs; `owners` says whose each pair is."""

    words: Tensor
    stems: Tensor
    names: Tensor
    endings: Tensor
    lengths: Tensor
    owners: Tensor
    left: Tensor
    right: Tensor

    @classmethod
    def of(cls, readings: Sequence[Reading]) -> Batch:
        """Put sentences below one another."""
        lengths = [len(each.words) for each in readings]
        words, stems, names, endings = (
            _padded([getattr(each, name) for each in readings], max(lengths))
            for name in ("words", "stems", "names", "endings")
        )
        owners = np.repeat(np.arange(len(readings)), [len(each.left) for each in readings])
        return cls(
            words=words,
            stems=stems,
            names=names,
            endings=endings,
            lengths=torch.tensor(lengths),
            owners=torch.from_numpy(owners),
            left=torch.from_numpy(np.concatenate([each.left for each in readings])),
            right=torch.from_numpy(np.concatenate([each.right for each in readings])),
        )


def _padded(rows: Sequence[npt.NDArray[np.int64]], length: int) -> Tensor:
    return torch.from_numpy(np.stack([np.pad(row, (0, length - len(row))) for row in rows]))


class Network(nn.Module):  # type: ignore[misc]
    """Logits of no relation and of each output; the word vectors stay as they are."""

    def __init__(self, settings: Settings, vectors: Floats, outputs: int) -> None:
        super().__init__()
        self.settings = settings
        part, hidden, filters = settings.part, settings.hidden, settings.filters
        self.register_buffer("vectors", torch.from_numpy(vectors))
        tables = (nn.Embedding(BUCKETS, part, padding_idx=0) for _ in range(3))
        self.stems, self.names, self.endings = tables
        self.left, self.right = (nn.Embedding(2 * REACH + 1, filters) for _ in range(2))
        for table in (self.stems, self.names, self.endings, self.left, self.right):
            nn.init.normal_(table.weight, std=0.1)
        width = settings.vector + part
        self.lstm = nn.LSTM(width, hidden, batch_first=True, bidirectional=True)
        self.react = nn.Linear(width + 2 * hidden, filters)
        self.expect = nn.Linear(4 * hidden, filters)
        self.weigh = nn.Linear(filters + 4 * hidden, settings.middle)
        self.out = nn.Linear(settings.middle, 1 + outputs)
        self.dropout = nn.Dropout(settings.dropout)

    def forward(self, batch: Batch) -> Tensor:
        """Logits (pairs, 1 + outputs)."""
        given = self.dropout(self._units(batch))
        states = self.dropout(self._states(given, batch.lengths))
        units = torch.arange(given.shape[1])
        reactions = self.react(torch.cat([given, states], dim=2))
        reactions = reactions.masked_fill((units >= batch.lengths[:, None])[..., None], _DEAD)
        ends = torch.cat(
            [states[batch.owners, batch.left], states[batch.owners, batch.right]], dim=1
        )
        found = reactions.index_select(0, batch.owners)
        found = found + self.left(_steps(units, batch.left))
        found = found + self.right(_steps(units, batch.right))
        strongest = torch.relu(found.max(dim=1).values + self.expect(ends))
        seen = self.dropout(torch.cat([strongest, ends], dim=1))
        logits: Tensor = self.out(self.dropout(torch.relu(self.weigh(seen))))
        return logits

    def _units(self, batch: Batch) -> Tensor:
        words, stems, names, endings = batch.words, batch.stems, batch.names, batch.endings
        if self.training:
            blank = torch.rand(words.shape) < self.settings.blank
            words = torch.where(blank & (words > MENTION), UNKNOWN, words)
            stems = stems * (torch.rand(stems.shape) > self.settings.blank)
            named = torch.rand(names.shape) > self.settings.unnamed
            names, endings = names * named, endings * named
        parts = self.stems(stems) + self.names(names) + self.endings(endings)
        return torch.cat([self.vectors[words], parts], dim=2)

    def _states(self, given: Tensor, lengths: Tensor) -> Tensor:
        packed = nn.utils.rnn.pack_padded_sequence(
            given, lengths, batch_first=True, enforce_sorted=False
        )
        states: Tensor = nn.utils.rnn.pad_packed_sequence(self.lstm(packed)[0], batch_first=True)[0]
        return states


def _steps(units: Tensor, mentions: Tensor) -> Tensor:
    return (units - mentions[:, None]).clamp(-REACH, REACH) + REACH


def fit(
    lessons: Sequence[Lesson], settings: Settings, vectors: Floats, outputs: int, seed: int
) -> Network:
    """Train one network from scratch."""
    torch.manual_seed(seed)
    torch.set_num_threads(settings.threads)
    random = np.random.default_rng(seed)
    network = Network(settings, vectors, outputs)
    network.train()
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=settings.rate, betas=(0.9, 0.98), weight_decay=settings.decay
    )
    for epoch in range(settings.epochs):
        batches = list(_batches(lessons, settings, random))
        for place, lesson in enumerate(batches):
            done = (epoch + place / len(batches)) / settings.epochs
            warm = min(1.0, (epoch * len(batches) + place + 1) / _WARM_UP)
            optimizer.param_groups[0]["lr"] = settings.rate * warm * max(0.02, 1 - done)
            loss = _loss(network, [each.some(settings.most, random) for each in lesson])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 3.0)
            optimizer.step()
        log.info("seed %d epoch %d loss %.3f", seed, epoch, loss.item())
    network.eval()
    return network


def _loss(network: Network, lessons: Sequence[Lesson]) -> Tensor:
    classes = torch.from_numpy(np.concatenate([each.classes for each in lessons]))
    logits = network(Batch.of([each.reading for each in lessons]))
    loss: Tensor = nn.functional.cross_entropy(logits, classes)
    return loss


def _batches(
    lessons: Sequence[Lesson], settings: Settings, random: np.random.Generator
) -> Iterator[list[Lesson]]:
    """Sentences of about the same length together, in any order."""
    lengths = np.array([len(each.reading.words) for each in lessons])
    order = np.argsort(lengths + random.random(len(lessons)) * _SPAN, kind="stable")
    sizes = np.array([min(len(lessons[place].classes), settings.most) for place in order])
    number = (np.cumsum(sizes) - sizes) // settings.batch
    for each in random.permutation(number[-1] + 1):
        if len(places := order[number == each]):
            yield [lessons[place] for place in places]
