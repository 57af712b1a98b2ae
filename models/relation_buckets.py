"""Buckets of the table of a relation model: features hashed by the number of their template."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from models.relation_units import Hashes, Ints

BUCKETS = 1 << 17
Flags = npt.NDArray[np.bool_]
Template = tuple[int, Ints | Hashes | int, Ints]
"""The number of a template, a hash or 0, and small values (`packed`)."""
_BASIS, _FIRST, _SECOND = np.array([[0x811C9DC5], [0x9E3779B1], [0x85EBCA6B]], np.uint32)
_HALF, _LAST, _LEAST = np.uint32(15), np.uint32(13), np.uint32(1)


def bucket(salt: int | Ints, *parts: Ints | Hashes | int) -> Ints:
    """Hash values that stand side by side, with the number of their template."""
    total = np.asarray(salt, np.uint32) ^ _BASIS
    for part in parts:
        total = (total ^ np.asarray(part).astype(np.uint32)) * _FIRST
        total = (total ^ (total >> _HALF)) * _SECOND
    total = total ^ (total >> _LAST)
    found: Ints = np.maximum(total >> _HALF, _LEAST).astype(np.int64)
    return found


def buckets(templates: Iterable[Template]) -> Ints:
    """Columns (pairs, templates), hashed at once."""
    salts, hashes, codes = zip(*templates, strict=True)
    hashed = np.empty((len(codes), len(codes[0])), np.uint32)
    for place, each in enumerate(hashes):
        hashed[place] = each
    return bucket(np.array(salts)[:, None], hashed, np.array(codes)).T


def packed(case: Ints, *values: Ints | Flags) -> Ints:
    """Put the case of a pair and up to four values from 0 to 15 into one number."""
    total = np.zeros(len(case), np.int64)
    for value in values:
        total = total * 16 + value
    return total * 8192 + case


def together(one: Hashes, other: Hashes) -> Hashes:
    """One hash of two, in their order."""
    both: Hashes = one * _FIRST[0] + other
    return both
