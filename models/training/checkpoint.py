"""What a stopped training goes on from: `checkpoint.pt` in the folder of its run.

It is a dictionary of the states of network and optimiser, the average of the weights, and what
else the run counts. It is replaced when the next one is whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

NAME = "checkpoint.pt"


class Stateful(Protocol):
    """A network or an optimiser."""

    def state_dict(self) -> dict[str, Any]:
        """Return what it has learned."""

    def load_state_dict(self, state_dict: dict[str, Any]) -> object:
        """Go on with what another one has learned."""


def save(out: Path, parts: Mapping[str, Stateful], values: Mapping[str, Any]) -> None:
    """Write the states of the parts, and values that go with them."""
    state = {name: part.state_dict() for name, part in parts.items()} | dict(values)
    unfinished = out / "checkpoint.part"
    torch.save(state, unfinished)
    unfinished.rename(out / NAME)


def resume(
    out: Path, parts: Mapping[str, Stateful], device: torch.device | str = "cpu"
) -> dict[str, Any] | None:
    """Give the parts their states; the values beside them, or None where no run has stopped."""
    path = out / NAME
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, weights_only=True, map_location=device)
    for name, part in parts.items():
        part.load_state_dict(state.pop(name))
    return state


def average_of(network: nn.Module) -> dict[str, Tensor]:
    """Begin an average of weights."""
    return {name: value.clone() for name, value in network.state_dict().items()}


def follow(average: dict[str, Tensor], network: nn.Module, steps: int, inertia: float) -> None:
    """Move the average towards the weights after a step, in the first steps by more."""
    weight = 1 - min(inertia, (steps + 1) / (steps + 10))
    with torch.no_grad():
        for name, value in network.state_dict().items():
            if value.is_floating_point():
                average[name].lerp_(value, weight)
