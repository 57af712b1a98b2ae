"""A name of somebody, by its parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from models.folding import fold
from models.recognizing.lists import listed, nicknames

PART = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Person:
    """One name of one person; `gender` is as in FHIR, so far as it is known.

    A person who changed the name, or is recorded twice, is several of these.
    """

    given: tuple[str, ...] = ()
    family: tuple[str, ...] = ()
    gender: str | None = None

    @classmethod
    def read(cls, written: str, gender: str | None = None, families: int = 1) -> Person:
        """Take a name as written apart: `Smith, John`, or `John Smith` with `families` at its end.

        A particle (`van`) begins the family name; a title is no part.
        """
        last, comma, first = written.partition(",")
        if comma:
            return cls(_joined(_words(first)), _joined(_words(last)), gender)
        words = _words(written)
        particles = (at for at, word in enumerate(words) if _is_particle(_folded(word), at))
        cut = next(particles, max(len(words) - families, min(1, len(words) - 1)))
        return cls(_joined(words[:cut]), _joined(words[cut:]), gender)

    @property
    def given_parts(self) -> tuple[str, ...]:
        """The given names, folded and apart."""
        return tuple(part for name in self.given for part in parts(name))

    @property
    def family_parts(self) -> tuple[str, ...]:
        """The family names, folded and apart, without particles."""
        return tuple(part for name in self.family for part in parts(name))


def parts(written: str) -> list[str]:
    """Take a name apart, without titles and particles, unless there is nothing else (`Ben`)."""
    every = PART.findall(_folded(written))
    return [part for part in every if part not in _particles()] or every


def sides(written: str) -> set[tuple[str, str]]:
    """Pair the parts of one name that may stand side by side, particles with them or without."""
    every, own = PART.findall(_folded(written)), parts(written)
    around = {*pairwise(every), *pairwise(own), *((own[-1], part) for part in own[:-1])}
    return {pair for pair in around if set(pair) & set(own)}


def _joined(words: list[str]) -> tuple[str, ...]:
    return (" ".join(words),) if words else ()


def _words(written: str) -> list[str]:
    words = written.replace(",", " ").split()
    while words and _folded(words[0]).strip(".") in listed("titles"):
        words = words[1:]
    return [word for word in words if _folded(word).strip(".") not in listed("titles")]


def _folded(written: str) -> str:
    return " ".join(fold(written).text.split())


def _is_particle(word: str, at: int) -> bool:
    """Tell whether a family name begins here: `Ben` and `Al` are given names, at the start."""
    return word in _particles() and (at > 0 or word not in nicknames())


def _particles() -> frozenset[str]:
    return listed("particles")
