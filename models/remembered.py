"""Answers for texts that come again, such as the words of notes."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

LONGEST = 128
"""Characters of a text that is remembered: what somebody sends may be one word of megabytes."""
Answer = TypeVar("Answer")


def remembered(size: int) -> Callable[[Callable[[str], Answer]], Callable[[str], Answer]]:
    """Keep the answers for the `size` texts asked for last; those for long ones are not kept."""

    def decorate(answer: Callable[[str], Answer]) -> Callable[[str], Answer]:
        kept = lru_cache(size)(answer)

        @wraps(answer)
        def ask(text: str) -> Answer:
            return kept(text) if len(text) <= LONGEST else answer(text)

        return ask

    return decorate
