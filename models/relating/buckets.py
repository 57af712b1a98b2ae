"""Buckets of the table of a relation model: features hashed by the number of their template."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.relating.words import Hashes, Ints

BUCKETS = 1 << 17
Flags = npt.NDArray[np.bool_]
Code = tuple[int, Hashes | int, Ints, *tuple[Ints | Flags, ...]]
"""The number of a template, a hash or 0, the case of a pair and up to four values below 16."""
_VALUES, _BITS, _CASES = 4, np.uint32(16), np.uint32(8192)
_BASIS, _FIRST, _SECOND = np.array([[0x811C9DC5], [0x9E3779B1], [0x85EBCA6B]], np.uint32)
_HALF, _LAST, _LEAST = np.uint32(15), np.uint32(13), np.uint32(1)


@dataclass(frozen=True, slots=True)
class Template:
    """Features of pairs: the number of each, and what is hashed one after the other.

    Each of `parts` is (features, pairs), or (pairs,) for the same in all of them. A pair has the
    features that are `live`.
    """

    salts: Sequence[int] | Ints
    parts: tuple[Ints | Hashes, ...]
    live: Flags | None = None


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
    """Features (pairs, features of all templates) as `bucket` has them, hashed at once."""
    every = list(templates)
    starts = np.cumsum([0, *(len(each.salts) for each in every)]).tolist()
    # Those with most parts first: each part is mixed into the features that have so many.
    order = sorted(range(len(every)), key=lambda place: -len(every[place].parts))
    total = _mixed([every[place] for place in order])
    found = np.empty(total.shape, np.int64)
    end = 0
    for place in order:
        live, size = every[place].live, len(every[place].salts)
        own = total[end : end + size]
        found[starts[place] : starts[place] + size] = own if live is None else own * live
        end += size
    return np.ascontiguousarray(found.T)


def _mixed(templates: Sequence[Template]) -> Hashes:
    """Hashes (features, pairs); templates with fewer parts stand behind those with more."""
    salts = np.concatenate([each.salts for each in templates]).astype(np.uint32)
    total = np.empty((len(salts), templates[0].parts[0].shape[-1]), np.uint32)
    total[:] = (salts ^ _BASIS)[:, None]
    for step in range(len(templates[0].parts)):
        part = _side_by_side(step, templates, total.shape[1])
        mixed = total[: len(part)]
        mixed ^= part
        mixed *= _FIRST
        mixed ^= mixed >> _HALF
        mixed *= _SECOND
    total ^= total >> _LAST
    total >>= _HALF
    return np.maximum(total, _LEAST, out=total)


def _side_by_side(step: int, templates: Sequence[Template], pairs: int) -> Hashes:
    having = [each for each in templates if len(each.parts) > step]
    part = np.empty((sum(len(each.salts) for each in having), pairs), np.uint32)
    end = 0
    for each in having:
        part[end : end + len(each.salts)] = each.parts[step]
        end += len(each.salts)
    return part


def coded(codes: Iterable[Code]) -> Template:
    """One template of many that each have a column."""
    every = list(codes)
    hashes, cases = np.empty((2, len(every), len(every[0][2])), np.uint32)
    values = np.zeros((_VALUES, *hashes.shape), np.uint32)
    for place, (_, given, case, *found) in enumerate(every):
        hashes[place], cases[place] = given, case
        for at, value in enumerate(reversed(found)):
            values[at, place] = value
    packed = values[-1]
    for value in values[-2::-1]:
        packed = packed * _BITS + value
    return Template([salt for salt, *_ in every], (hashes, packed * _CASES + cases))


def together(one: Hashes, other: Hashes) -> Hashes:
    """One hash of two, in their order."""
    both: Hashes = one * _FIRST[0] + other
    return both
