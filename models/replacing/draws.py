"""Choices that whoever holds the site's key can repeat, and that tell nothing to others.

Every choice is an HMAC-SHA256 of the key, the subject and what is replaced.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass

from models.folding import fold

_LETTERS = 26
_BLOCK = 32
"""Letters that one digest of 256 bits gives, with room to spare."""


@dataclass(frozen=True, slots=True)
class Draw:
    """The choices for one subject."""

    key: bytes
    subject: str

    def number(self, *parts: str) -> int:
        """Turn the parts into a number of 256 bits."""
        message = b"".join(
            len(raw).to_bytes(4) + raw
            for raw in (part.encode("utf-8", "surrogatepass") for part in (self.subject, *parts))
        )
        return int.from_bytes(hmac.digest(self.key, message, "sha256"))

    def shape(self, text: str) -> str:
        """Draw digit for digit and letter for letter, however the text is punctuated.

        Zeros before a number stay, as other systems leave them out.
        """
        marks = [mark for mark in text if mark.isalnum()]
        drawn = list(self._letters(self._name(marks), len(marks)))[::-1]
        zeros = len(marks) - len("".join(marks).lstrip("0")) if set(marks) != {"0"} else 0
        stream = iter(
            mark if at < zeros else _like(mark, letter)
            for at, (mark, letter) in enumerate(zip(marks, drawn, strict=True))
        )
        return "".join(next(stream) if mark.isalnum() else mark for mark in text)

    def _name(self, marks: list[str]) -> str:
        folded = fold("".join(marks)).text
        return folded.lstrip("0") or folded

    def _letters(self, name: str, length: int) -> Iterator[int]:
        state = 0
        for at in range(length):
            state = state if at % _BLOCK else self.number("shape", name, str(at))
            state, drawn = divmod(state, _LETTERS)
            yield drawn


def _like(mark: str, drawn: int) -> str:
    if mark.isdecimal():
        return str(drawn % 10)
    if mark.isalpha():
        return chr((ord("A") if mark.isupper() else ord("a")) + drawn)
    return mark
