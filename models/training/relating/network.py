"""The relation model in PyTorch: the same sums and filters as `models.relating.model`, trained."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from models.relating.buckets import BUCKETS
from models.relating.features import ASPECTS, POSITIONS, STRETCH_BUCKETS
from models.training import recipe_file
from models.training.relating.examples import Examples

log = logging.getLogger(__name__)

_MEAN, _SQUARE, _TINY = 0.9, 0.999, 1e-8
"""Adam: what stays of the means of gradients and of squares, and what it adds to a divisor."""
_DEAD = -1e4
"""Reaction of a filter where a stretch has no unit."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a relation model is trained; `blank` and `blur` are shares of features left out.

    `spread` is the standard deviation of the tables at the start.
    """

    __pydantic_config__ = recipe_file.STRICT

    width: int = 32
    filters: int = 48
    epochs: int = 5
    batch: int = 128
    rate: float = 3e-3
    spread: float = 0.05
    dropout: float = 0.3
    blank: float = 0.5
    blur: float = 0.2
    threads: int = 1
    seed: int = 1


class Network(nn.Module):  # type: ignore[misc]
    """Sums of hashed features, filters over stretches, one hidden layer."""

    def __init__(self, settings: Settings, outputs: int) -> None:
        super().__init__()
        width, filters = settings.width, settings.filters
        self.sums = nn.EmbeddingBag(BUCKETS, width, mode="sum", padding_idx=0)
        self.stretches = nn.EmbeddingBag(STRETCH_BUCKETS, filters, mode="sum", padding_idx=0)
        for table in (self.sums, self.stretches):
            table.weight.requires_grad_(False)
            nn.init.normal_(table.weight, std=settings.spread)
            table.weight[0] = 0
        self.bias = nn.Parameter(torch.zeros(width + filters))
        self.out = nn.Linear(width + filters, outputs)
        nn.init.constant_(self.out.bias, -2.0)
        self.dropout = nn.Dropout(settings.dropout)

    def forward(self, sums: Tensor, stretches: Tensor, with_stretch: Tensor) -> Tensor:
        """Logits (rows, outputs); `stretches` holds those of the rows `with_stretch` only."""
        return self.judge(*self.add(sums, stretches), stretches, with_stretch)

    def add(self, sums: Tensor, stretches: Tensor) -> tuple[Tensor, Tensor]:
        """The sums of the features of each row, and of each place of a stretch."""
        none = self.bias.new_zeros((0, self.stretches.embedding_dim))
        flat = stretches.reshape(-1, ASPECTS)
        return self.sums(sums), self.stretches(flat) if len(flat) else none

    def judge(
        self, added: Tensor, reactions: Tensor, stretches: Tensor, with_stretch: Tensor
    ) -> Tensor:
        """Logits (rows, outputs) of what `add` gave."""
        hidden = torch.relu(added + self.bias[: added.shape[1]])
        strongest = hidden.new_zeros(len(added), reactions.shape[1])
        if len(stretches):
            read = self._strongest(reactions, stretches)
            strongest = strongest.index_copy(0, with_stretch, read)
        logits: Tensor = self.out(self.dropout(torch.cat([hidden, strongest], dim=1)))
        return logits

    def _strongest(self, reactions: Tensor, stretches: Tensor) -> Tensor:
        filters = reactions.shape[1]
        dead = stretches[:, :, -1:] == 0
        strongest = reactions.view(-1, POSITIONS, filters).masked_fill(dead, _DEAD).amax(dim=1)
        return torch.relu(strongest + self.bias[-filters:])


class Rows:
    """Adam for those rows of a table that a batch reads, as `torch.optim.SparseAdam` has it.

    Every feature of a sum has the gradient of the sum, which saves building a sparse one.
    """

    def __init__(self, table: Tensor) -> None:
        self._table, self._steps = table, 0
        self._means, self._squares = torch.zeros_like(table), torch.zeros_like(table)

    def step(self, rows: Tensor, sums: Tensor, rate: float) -> None:
        """Move the rows (sums, features) of each sum; row 0 stays."""
        if sums.grad is None:
            return
        live = rows > 0
        places, owners = torch.unique(rows[live], return_inverse=True)
        gradient = sums.new_zeros((len(places), sums.shape[1]))
        gradient.index_add_(0, owners, sums.grad.repeat_interleave(live.sum(1), 0))
        self._steps += 1
        self._means[places] = mean = self._means[places].lerp_(gradient, 1 - _MEAN)
        square = self._squares[places].mul_(_SQUARE).addcmul_(gradient, gradient, value=1 - _SQUARE)
        self._squares[places] = square
        size = rate * (1 - _SQUARE**self._steps) ** 0.5 / (1 - _MEAN**self._steps)
        self._table.index_add_(0, places, mean / (square.sqrt() + _TINY), alpha=-size)


class Table:
    """All examples side by side, ready to be drawn."""

    def __init__(self, examples: Sequence[Examples]) -> None:
        width = max(each.sums.shape[1] for each in examples)
        counts = [len(each.right) for each in examples]
        shifts = np.cumsum([0, *counts[:-1]])
        self.sums = np.concatenate(
            [
                np.pad(each.sums.astype(np.uint32), ((0, 0), (0, width - each.sums.shape[1])))
                for each in examples
            ]
        )
        owners = np.concatenate(
            [each.owners + shift for each, shift in zip(examples, shifts, strict=True)]
        )
        self.first = np.searchsorted(owners, np.arange(sum(counts) + 1))
        self.right = np.concatenate([each.right for each in examples])
        self.judged = np.concatenate([each.judged for each in examples])
        read = [each.stretches for each in examples if each.stretches is not None]
        none = np.zeros((0, POSITIONS, ASPECTS), np.uint16)
        self.stretches = np.concatenate([none, *(each.astype(np.uint16) for each in read)])
        has = np.concatenate(
            [np.full(len(each.sums), each.stretches is not None) for each in examples]
        )
        self.stretch_of = np.where(has, np.cumsum(has) - 1, -1)

    def __len__(self) -> int:
        return len(self.right)


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of some examples; `owners` says whose each row is."""

    sums: npt.NDArray[np.int64]
    stretches: npt.NDArray[np.int64]
    with_stretch: npt.NDArray[np.int64]
    owners: npt.NDArray[np.int64]
    examples: npt.NDArray[np.int64]


def draw(table: Table, examples: npt.NDArray[np.int64]) -> Batch:
    """Gather the rows of `examples`, which are in order."""
    counts = table.first[examples + 1] - table.first[examples]
    begins = np.cumsum(counts) - counts
    rows = np.repeat(table.first[examples] - begins, counts) + np.arange(counts.sum())
    stretch = table.stretch_of[rows]
    return Batch(
        table.sums[rows].astype(np.int64),
        table.stretches[stretch[stretch >= 0]].astype(np.int64),
        np.flatnonzero(stretch >= 0),
        np.repeat(np.arange(len(examples)), counts),
        examples,
    )


def best(logits: Tensor, owners: Tensor, count: int) -> Tensor:
    """The best logits of the rows of each example."""
    lowest = logits.new_full((count, logits.shape[1]), -30.0)
    return lowest.scatter_reduce(0, owners[:, None].expand_as(logits), logits, "amax")


def train(table: Table, settings: Settings, outputs: int) -> Network:
    """Train a network from scratch."""
    torch.manual_seed(settings.seed)
    torch.set_num_threads(settings.threads)
    random = np.random.default_rng(settings.seed)
    network = Network(settings, outputs)
    dense = torch.optim.Adam([network.bias, *network.out.parameters()])
    tables = [Rows(each.weight) for each in (network.sums, network.stretches)]
    steps = settings.epochs * -(-len(table) // settings.batch)
    for step, examples in enumerate(_shuffled(table, settings, random)):
        dense.param_groups[0]["lr"] = rate = settings.rate * (1 - step / steps)
        batch = _roughened(draw(table, examples), settings, random)
        loss, moved = _judged(network, table, batch)
        dense.zero_grad()
        loss.backward()
        dense.step()
        for each, (rows, sums) in zip(tables, moved, strict=True):
            each.step(rows, sums, rate)
        if step % 500 == 0:
            log.info("step %d of %d loss %.3f", step, steps, loss.item())
    for bag, rows in ((network.sums, table.sums), (network.stretches, table.stretches)):
        _silence(bag, rows)
    network.eval()
    return network


def _silence(bag: nn.EmbeddingBag, rows: npt.NDArray[np.unsignedinteger[Any]]) -> None:
    """What no example showed still has the chance values of the start: it shall say nothing."""
    unseen = torch.ones(bag.num_embeddings, dtype=torch.bool)
    unseen[torch.from_numpy(np.unique(rows).astype(np.int64))] = False
    bag.weight.data[unseen] = 0


def _shuffled(
    table: Table, settings: Settings, random: np.random.Generator
) -> Iterator[npt.NDArray[np.int64]]:
    for _ in range(settings.epochs):
        order = random.permutation(len(table))
        for start in range(0, len(order), settings.batch):
            yield np.sort(order[start : start + settings.batch])


def _roughened(batch: Batch, settings: Settings, random: np.random.Generator) -> Batch:
    """Leave features out, so that no single one is leaned on."""
    batch.sums[random.random(batch.sums.shape, np.float32) < settings.blank] = 0
    aspects = batch.stretches[:, :, :-1]
    aspects[random.random(aspects.shape, np.float32) < settings.blur] = 0
    return batch


def _judged(
    network: Network, table: Table, batch: Batch
) -> tuple[Tensor, tuple[tuple[Tensor, Tensor], ...]]:
    """The loss, and for each table the rows and the sums that it goes back to."""
    sums, stretches, with_stretch = map(
        torch.from_numpy, (batch.sums, batch.stretches, batch.with_stretch)
    )
    added, reactions = (each.requires_grad_() for each in network.add(sums, stretches))
    logits = network.judge(added, reactions, stretches, with_stretch)
    every = best(logits, torch.from_numpy(batch.owners), len(batch.examples))
    moved = ((sums, added), (stretches.reshape(-1, ASPECTS), reactions))
    return _loss(table, batch, every), moved


def _loss(table: Table, batch: Batch, logits: Tensor) -> Tensor:
    judged = torch.from_numpy(table.judged[batch.examples]).float()
    right = torch.from_numpy(table.right[batch.examples]).float()
    loss = nn.functional.binary_cross_entropy_with_logits(
        logits, right, weight=judged, reduction="sum"
    )
    return loss / max(len(batch.examples), 1)
