"""Text made comparable without losing the offsets."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_SPACES = {ord(mark): " " for mark in "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u2007\u2009\u202f"}
_QUOTES = {ord(mark): "'" for mark in "\u2018\u2019\u02bc\u00b4`"}
_DASHES = {ord(mark): "-" for mark in "\u2010\u2011\u2012\u2013\u2014\u2212"}
_EVEN = {chr(mark): plain for mark, plain in (_SPACES | _QUOTES | _DASHES).items()}
_UNEVEN = re.compile(f"[{re.escape(''.join(_EVEN))}]")


def lower(text: str) -> str:
    """Lower case with plain spaces, quotes and dashes; every character keeps its offset."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(low if len(low := mark.lower()) == 1 else mark for mark in text)
    return _even(lowered)


def _even(text: str) -> str:
    """Write plain marks; quicker than `translate` for a text that is not all ASCII."""
    return _UNEVEN.sub(lambda mark: _EVEN[mark[0]], text)


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` without case and accents; `origin[i]` is where its character i stood before."""

    text: str
    origin: tuple[int, ...] | range

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Turn a non-empty range of the folded text into one of the original."""
        return self.origin[start], self.origin[end - 1] + 1


def fold(text: str) -> Folded:
    """Drop case, accents and invisible characters: `MÜLLER`, `Müller` and `muller` become one."""
    if text.isascii():
        return Folded(_even(text.lower()), range(len(text)))
    bare = {mark: _bare(mark) for mark in set(text)}
    written = [bare[mark] for mark in text]
    folded = _even("".join(written))
    if all(len(parts) == 1 for parts in bare.values()):
        return Folded(folded, range(len(text)))
    origin = [at for at, parts in enumerate(written) for _ in parts]
    return Folded(folded, tuple(origin))


@lru_cache(maxsize=4096)
def _bare(mark: str) -> str:
    if mark.isascii():
        return mark.lower()
    parts = unicodedata.normalize("NFKD", mark.casefold())
    return "".join(part for part in parts if not _silent(part))


def _silent(mark: str) -> bool:
    """Tell whether a character shows nothing of its own: an accent, a soft hyphen, a joiner."""
    return bool(unicodedata.combining(mark)) or unicodedata.category(mark) == "Cf"


def after_marks(text: str, end: int) -> int:
    """Move `end` past the accents that belong to the character before it."""
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return end


def squeeze(folded: Folded) -> Folded:
    """Drop all but letters and digits, so that `123-45 678` and `12345678` become one."""
    kept = [at for at, mark in enumerate(folded.text) if mark.isalnum()]
    return Folded(
        "".join([folded.text[at] for at in kept]), tuple([folded.origin[at] for at in kept])
    )
