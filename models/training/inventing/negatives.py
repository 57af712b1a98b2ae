"""Sentences of sample notes that hold nobody's data: negatives, and filling for templates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.tagging.windows import tile
from models.training.corpora import documents as lines
from models.training.inventing.identities import names

_TITLE = re.compile(r"\b(?:Dr|Drs|Mr|Mrs|Ms|Miss|Doctor|XYZ|ABC|XXX?|Doe)\b|@|_|\bwww|\.com")
_CAPITAL = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+")
# Stricter, for the filling: no capital inside, no age, no year, no month, no long number.
_PERSONAL = re.compile(
    r"(?<=[^.] )[A-Z][a-z]|^\d|\byear|\by/?o\b|\d{3}|\d[/-]\d|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|"
    r"Sep|Oct|Nov|Dec)|day\b|[Bb]orn|\b(?:lives|works|retired|employed|hospital)\b",
)


def documents(texts: Path, lists: Path, count: int) -> Iterator[dict[str, Any]]:
    """Yield single sentences of the sample notes as documents without entities."""
    given = frozenset(names(lists / "first_names.txt.xz", False))
    made = 0
    for note in lines(texts):
        if note["source"] != "mtsamples":
            continue
        for start, end in tile(note["text"]):
            sentence = note["text"][start:end]
            if made < count and len(sentence) > 25 and _nobody(sentence, given):
                made += 1
                yield {"id": f"negative-{made}", "lang": "en", "text": sentence, "entities": []}


def _nobody(sentence: str, given: frozenset[str]) -> bool:
    return not _TITLE.search(sentence) and given.isdisjoint(_CAPITAL.findall(sentence))


def filling(sentences: Iterator[dict[str, Any]]) -> list[str]:
    """Keep the sentences that can stand in a template without bringing data of their own."""
    kept = (document["text"].strip() for document in sentences)
    return [text for text in kept if len(text) < 200 and not _PERSONAL.search(text)]
