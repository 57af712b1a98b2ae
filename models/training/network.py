"""The tagger as PyTorch sees it: features of pieces, BiLSTM layers, CRF heads.

The sequence step and the CRF gradient are written by hand: on a CPU that is about twice as fast
as the packed LSTM, and all heads share one forward-backward pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

TAGS = 3
"""O, B, I of one head."""
FORBIDDEN = -1e4


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network; `characters` is the size of the character alphabet.

    `marks` are the features of the dictionary (models/tagging/dictionary.py), or none. The heads
    read the states of all `layers` side by side.
    """

    pieces: int
    heads: int
    characters: int
    vector: int = 200
    character_vector: int = 30
    character_filters: int = 64
    shape_vector: int = 16
    shapes: int = 10
    marks: int = 0
    hidden: int = 256
    layers: int = 1

    @property
    def width(self) -> int:
        """Features of a piece before the first layer."""
        return self.vector + self.character_filters + self.shape_vector + self.marks


class _Recurrence(torch.autograd.Function):  # type: ignore[misc]
    """LSTM over time for both directions at once; gates in the order i, f, o, g."""

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, weight: Tensor) -> Tensor:
        """Inputs (time, 2, batch, 4H) are projected already; weight is (2, H, 4H)."""
        time, _, batch, quadruple = inputs.shape
        hidden = quadruple // 4
        gates = inputs.clone()
        cells = inputs.new_zeros(time + 1, 2, batch, hidden)
        outputs = inputs.new_zeros(time + 1, 2, batch, hidden)
        for step in range(time):
            gate = gates[step]
            gate.baddbmm_(outputs[step], weight)
            gate[..., : 3 * hidden].sigmoid_()
            gate[..., 3 * hidden :].tanh_()
            i, f, o, g = gate.chunk(4, -1)
            cell = cells[step + 1]
            torch.mul(f, cells[step], out=cell)
            cell.addcmul_(i, g)
            torch.mul(o, cell.tanh(), out=outputs[step + 1])
        ctx.save_for_backward(gates, cells, outputs, weight)
        return outputs[1:]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        """Walk back through time; the weight gradient is one product at the end."""
        gates, cells, outputs, weight = ctx.saved_tensors
        time, _, batch, quadruple = gates.shape
        hidden = quadruple // 4
        transposed = weight.transpose(1, 2).contiguous()
        deltas = torch.empty_like(gates)
        output_delta = gates.new_zeros(2, batch, hidden)
        cell_delta = gates.new_zeros(2, batch, hidden)
        for step in range(time - 1, -1, -1):
            i, f, o, g = gates[step].chunk(4, -1)
            squashed = cells[step + 1].tanh()
            output_delta = output_delta + gradients[0][step]
            cell_delta = cell_delta + output_delta * o * (1 - squashed * squashed)
            delta = deltas[step]
            delta[..., :hidden] = cell_delta * g * i * (1 - i)
            delta[..., hidden : 2 * hidden] = cell_delta * cells[step] * f * (1 - f)
            delta[..., 2 * hidden : 3 * hidden] = output_delta * squashed * o * (1 - o)
            delta[..., 3 * hidden :] = cell_delta * i * (1 - g * g)
            cell_delta = cell_delta * f
            output_delta = torch.bmm(delta, transposed)
        before = outputs[:-1].permute(1, 3, 0, 2).reshape(2, hidden, time * batch)
        after = deltas.permute(1, 0, 2, 3).reshape(2, time * batch, quadruple)
        return deltas, torch.bmm(before, after)


class Layer(nn.Module):  # type: ignore[misc]
    """One bidirectional LSTM: features (batch, time, width) to states (batch, time, 2H)."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.project = nn.Parameter(torch.empty(2, width, 4 * hidden))
        self.bias = nn.Parameter(torch.zeros(2, 4 * hidden))
        self.recur = nn.Parameter(torch.empty(2, hidden, 4 * hidden))
        for direction in range(2):
            nn.init.xavier_uniform_(self.project.data[direction])
            for gate in range(4):
                block = slice(gate * hidden, (gate + 1) * hidden)
                nn.init.orthogonal_(self.recur.data[direction, :, block])
        self.bias.data[:, hidden : 2 * hidden] = 1.0

    def forward(self, features: Tensor, backwards: Tensor) -> Tensor:
        """`backwards` (batch, time) is where each row has the piece that is as far from its end."""
        turned = features.gather(1, backwards[:, :, None].expand_as(features))
        both = torch.stack([features, turned]).transpose(1, 2).flatten(1, 2)
        inputs = torch.baddbmm(self.bias[:, None, :], both, self.project)
        inputs = inputs.unflatten(1, features.shape[1::-1]).transpose(0, 1).contiguous()
        outputs = _Recurrence.apply(inputs, self.recur).permute(1, 2, 0, 3)
        back = outputs[1].gather(1, backwards[:, :, None].expand_as(outputs[1]))
        return torch.cat([outputs[0], back], 2)


class Encoder(nn.Module):  # type: ignore[misc]
    """Piece ids, shapes and marks to one vector a piece (batch, time, layers * 2H)."""

    characters: Tensor

    def __init__(self, shape: Shape, characters: Tensor) -> None:
        super().__init__()
        self.shape = shape
        self.pieces = nn.Embedding(shape.pieces, shape.vector, padding_idx=0)
        self.register_buffer("characters", characters)
        self.character = nn.Embedding(shape.characters, shape.character_vector, padding_idx=0)
        self.filters = nn.Conv1d(shape.character_vector, shape.character_filters, 3, padding=1)
        self.letters = nn.Embedding(shape.shapes, shape.shape_vector)
        widths = [shape.width] + [2 * shape.hidden] * (shape.layers - 1)
        self.layers = nn.ModuleList(Layer(width, shape.hidden) for width in widths)

    def table(self, ids: Tensor) -> Tensor:
        """Compute all that depends on the piece alone, so that the export can fold it."""
        letters = self.character(self.characters[ids]).transpose(1, 2)
        filtered = self.filters(letters).amax(2).relu()
        return torch.cat([self.pieces(ids), filtered], 1)

    def forward(
        self, ids: Tensor, shapes: Tensor, dropout: float, marks: Tensor | None = None
    ) -> Tensor:
        """Ids and shapes are (batch, time), marks (batch, time, marks); id 0 pads the end."""
        unique, places = torch.unique(ids, return_inverse=True)
        parts = [self.table(unique)[places], self.letters(shapes)]
        if self.shape.marks:
            given = ids.new_zeros(*ids.shape, self.shape.marks) if marks is None else marks
            parts.append(given.float())
        states = _drop(torch.cat(parts, 2), dropout)
        backwards = _reversal((ids != 0).sum(1), ids.shape[1])
        read = []
        for layer in self.layers:
            states = _drop(layer(states, backwards), dropout)
            read.append(states)
        return torch.cat(read, 2)


class Tagger(nn.Module):  # type: ignore[misc]
    """The encoder, one BIO head a label, and the transitions of each head."""

    def __init__(self, shape: Shape, characters: Tensor) -> None:
        super().__init__()
        self.shape = shape
        self.encoder = Encoder(shape, characters)
        self.emit = nn.Linear(2 * shape.hidden * shape.layers, shape.heads * TAGS)
        self.transitions = nn.Parameter(torch.zeros(shape.heads, TAGS, TAGS))

    def forward(
        self, ids: Tensor, shapes: Tensor, dropout: float = 0.0, marks: Tensor | None = None
    ) -> Tensor:
        """Emissions (batch, time, heads, tags)."""
        encoded = self.encoder(ids, shapes, dropout, marks)
        return self.emit(encoded).unflatten(2, (self.shape.heads, TAGS))

    def moves(self) -> Tensor:
        """Transitions with the forbidden move O to I written in."""
        wall = torch.zeros(TAGS, TAGS)
        wall[0, 2] = FORBIDDEN
        return self.transitions + wall.to(self.transitions.device)


def _drop(values: Tensor, dropout: float) -> Tensor:
    """Drop the same features over the whole sequence (variational dropout)."""
    if dropout <= 0.0:
        return values
    mask = torch.bernoulli(values.new_full((values.shape[0], 1, values.shape[2]), 1 - dropout))
    return values * (mask / (1 - dropout))


def _reversal(lengths: Tensor, time: int) -> Tensor:
    positions = torch.arange(time, device=lengths.device)[None, :]
    turned = lengths[:, None] - 1 - positions
    return torch.where(turned >= 0, turned, positions)
