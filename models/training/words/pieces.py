"""The letters of the pieces, which the character filters read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

CHARACTERS = 16
"""Letters of a piece that the character filters see."""


def character_table(vocabulary: Mapping[str, int]) -> tuple[np.ndarray[Any, Any], int]:
    """Letters of each piece as numbers (pieces, CHARACTERS), zeros at the end."""
    letters = sorted({letter for piece in vocabulary for letter in piece})
    numbers = {letter: index + 1 for index, letter in enumerate(letters)}
    table = np.zeros((max(vocabulary.values()) + 1, CHARACTERS), np.int64)
    for piece, index in vocabulary.items():
        short = [numbers[letter] for letter in piece[:CHARACTERS]]
        table[index, : len(short)] = short
    return table, len(letters) + 1
