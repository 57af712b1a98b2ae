"""The names of what is released: file names and ids, which can hold a patient's name too."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import Final

from mappers.errors import LeakFound
from models.phi import patterns as phi_patterns
from models.recognizing.known import KnownIdentifiers, leaks
from models.types import PhiSpan

_BETWEEN: Final = re.compile(r"[\W_]+")
_LENGTH: Final = 32


def check_name(
    name: str, language: str, known: KnownIdentifiers, phi: Iterable[PhiSpan] = ()
) -> None:
    """Make sure that a name says nothing of a person, as far as can be told.

    Searched for are `known` identifiers, the personal data of the note itself, and what has the
    form of personal data: a date, a number with its cue, a given name with a family name.

    Raises:
        LeakFound: it does; the message names the class only.
    """
    plain, words = name.replace("_", " "), _BETWEEN.sub(" ", name)
    said = KnownIdentifiers(tuple((one.category, one.span.text) for one in phi))
    classes = {*leaks(plain, known + said), *leaks(words, known + said)}
    # As names of persons are written, where a file name is in small letters.
    ways = (plain, words, words.title())
    classes |= {one.category for way in ways for one in phi_patterns.find(way, language)}
    if classes:
        raise LeakFound(f"its name holds {', '.join(sorted(classes))}; use --rename")


def pseudonym(name: str, key: bytes) -> str:
    """Return what stands for the name: the same for the same key, and nothing without it."""
    return hmac.new(key, name.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()[
        :_LENGTH
    ]
