"""What the rules know about a language: resources/<language>/, one TOML file per subject.

Long lists of words are files of their own, one word a line.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from models.errors import LanguageUnsupported
from models.folding import fold

ROOT = Path(__file__).with_name("resources")


@cache
def languages(subject: str) -> tuple[str, ...]:
    """Languages with a file on `subject`, in alphabetical order."""
    return tuple(sorted(path.parent.name for path in ROOT.glob(f"*/{subject}.toml")))


@cache
def read(language: str, subject: str) -> dict[str, Any]:
    """Read resources/<language>/<subject>.toml; BCP 47 regions (`en-GB`) fall back to the language.

    Raises:
        LanguageUnsupported: there is no such file; the message names the languages that have one.
    """
    primary = _primary(language)
    if primary not in languages(subject):
        known = ", ".join(languages(subject)) or "none"
        raise LanguageUnsupported(
            f"no {subject} rules for language {primary!r}; there are: {known}"
        )
    return tomllib.loads((ROOT / primary / f"{subject}.toml").read_text("utf-8"))


@cache
def words(language: str, name: str) -> frozenset[str]:
    """Read resources/<language>/<name>.txt, folded; what follows a `#` is a comment."""
    lines = (ROOT / _primary(language) / f"{name}.txt").read_text("utf-8").splitlines()
    return frozenset(_fold(word) for line in lines if (word := line.partition("#")[0].strip()))


def is_listed(word: str, names: tuple[str, ...]) -> bool:
    """Tell whether a folded word is in a list of one of the names, of any language."""
    return any(word in listed for listed in _lists(names))


@cache
def _lists(names: tuple[str, ...]) -> tuple[frozenset[str], ...]:
    """The lists of all languages, one by one: joined, they would take their memory twice."""
    return tuple(
        words(language, name)
        for language in languages("phi")
        for name in names
        if (ROOT / language / f"{name}.txt").exists()
    )


def _fold(word: str) -> str:
    """Fold; most words of a list are letters without accents, which is quicker."""
    return word.lower() if word.isascii() and word.isalpha() else fold(word).text


def _primary(language: str) -> str:
    return language.split("-", maxsplit=1)[0].lower()
