"""What is said of one mention in a text."""

from __future__ import annotations

from models.assertion import assertions
from models.types import Assertion, Entity, Span


def claim(text: str, mention: str, label: str = "SYMPTOM", language: str = "en") -> Assertion:
    start = text.index(mention)
    entity = Entity(Span.of(text, start, start + len(mention)), label, 1.0)
    return assertions(text, [entity], language)[0]
