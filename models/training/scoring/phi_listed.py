"""Whether the rules know a name or a town from a list: those that they do are easier to find."""

from __future__ import annotations

import re
import tomllib
from functools import cache

from models import lexicon
from models.folding import fold
from models.training.scoring.phi_sets import TABLES, Case, Gold

_WORD = re.compile(r"[^\W\d_]{3,}(?:['’-][^\W\d_]+)*")
"""Initials and particles say nothing."""


def listed(language: str, case: Case, gold: Gold) -> str | None:
    """`name listed`, `name in part` or `name in no list`, likewise places; nothing for others."""
    for kind, slots in _table("listed").items():
        if gold.slot in slots:
            words = _WORD.findall(case.text[gold.start : gold.end])
            found = sum(fold(word).text in _words(language, kind) for word in words)
            share = "listed" if found == len(words) else "in part" if found else "in no list"
            return f"{kind} {share}"
    return None


@cache
def _table(key: str) -> dict[str, list[str]]:
    table: dict[str, list[str]] = tomllib.loads(TABLES.read_text("utf-8"))[key]
    return table


@cache
def _words(language: str, kind: str) -> frozenset[str]:
    folder = lexicon.ROOT / language
    known = [name for name in _table("lists")[kind] if (folder / f"{name}.txt").exists()]
    return frozenset(word for name in known for word in lexicon.words(language, name))
