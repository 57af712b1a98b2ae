"""Marginal CRF likelihood: what a corpus leaves open is summed over, head by head.

A piece has a set of allowed tags in each head. A gold tag allows one, a label that the corpus
does not annotate allows all three and so gives no gradient (Tsuboi et al., COLING 2008).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from models.training.network import FORBIDDEN


def loss(emissions: Tensor, moves: Tensor, allowed: Tensor, lengths: Tensor) -> Tensor:
    """Sum of the negative log-likelihoods over rows and heads.

    Emissions and allowed are (batch, time, heads, 3), moves (heads, 3, 3), lengths (batch).
    """
    total: Tensor = _Loss.apply(emissions, moves, allowed, lengths)
    return total


class _Loss(torch.autograd.Function):  # type: ignore[misc]
    @staticmethod
    def forward(
        ctx: Any, emissions: Tensor, moves: Tensor, allowed: Tensor, lengths: Tensor
    ) -> Tensor:
        free = emissions.detach().clone()
        free[:, 0, :, 2] += FORBIDDEN
        closed = torch.where(allowed, free, free + 10 * FORBIDDEN)
        scores = torch.stack([free, closed]).permute(2, 0, 1, 3, 4).contiguous()
        unary, pairs, partition = expectations(scores, moves.detach(), lengths)
        ctx.save_for_backward(
            (unary[:, 0] - unary[:, 1]).transpose(0, 1).contiguous(), pairs[0] - pairs[1]
        )
        return (partition[0] - partition[1]).sum()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None, None]:
        unary, pairs = ctx.saved_tensors
        return unary * gradients[0], pairs * gradients[0], None, None


def expectations(scores: Tensor, moves: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Posterior of each tag and expected moves by forward-backward, and the log-partition.

    Scores are (time, 2, batch, heads, 3); the expected moves are (2, heads, 3, 3), summed over
    time and rows; the posterior of padding is zero.
    """
    time = scores.shape[0]
    live = torch.arange(time, device=lengths.device)[:, None] < lengths[None, :]
    keep = live[:, None, :, None, None]
    forward = torch.empty_like(scores)
    forward[0] = scores[0]
    for step in range(1, time):
        reach = torch.logsumexp(forward[step - 1].unsqueeze(-1) + moves, -2) + scores[step]
        forward[step] = torch.where(keep[step], reach, forward[step - 1])
    partition = torch.logsumexp(forward[-1], -1)
    backward = torch.zeros_like(scores)
    pairs = torch.zeros_like(scores).unsqueeze(-1) + 0 * moves
    for step in range(time - 1, 0, -1):
        onward = scores[step] + backward[step]
        joint = forward[step - 1].unsqueeze(-1) + moves + onward.unsqueeze(-2)
        pairs[step] = joint
        reach = torch.logsumexp(moves + onward.unsqueeze(-2), -1)
        backward[step - 1] = torch.where(keep[step], reach, backward[step - 1] * 0)
    unary = (forward + backward - partition.unsqueeze(-1)).exp() * keep
    moved = (pairs[1:] - partition[..., None, None]).exp() * keep[1:].unsqueeze(-1)
    return unary, moved.sum((0, 2)), partition
