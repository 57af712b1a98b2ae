"""How well the assertion rules tell what a note denies, on gold entities with a polarity.

    python -m models.training.negation ../shared/corpora [dev|train]

An entity counts as denied in the gold where `attributes.polarity` is NEG; hedged ones
(MAYBE_NEG, UNCERTAIN) are not. MACCROBAT calls what resolved NEG too; the rules call it history.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from models.assertion import assertions
from models.training.corpora import LABELS, Scheme, documents, gold, schemes
from models.training.evaluate import Score, table
from models.types import Entity, Presence, Span

HEADS = ("DISEASE", "SYMPTOM", "DRUG", "PROCEDURE", "DIAGNOSTIC_PROCEDURE")


def score(texts: Iterable[Mapping[str, Any]], scheme: Scheme, language: str) -> dict[str, Score]:
    """Score the rules head by head; a hit is an entity that both call denied.

    Raises:
        LanguageUnsupported: there are no assertion rules for `language`.
    """
    scores = dict.fromkeys(HEADS, Score())
    for document in texts:
        denied = {
            (entity["start"], entity["end"])
            for entity in document["entities"]
            if entity.get("attributes", {}).get("polarity") == "NEG"
        }
        for head in HEADS:
            scores[head] += _score(
                document["text"], gold(document, scheme, head), denied, language, head
            )
    return scores


def _score(
    text: str, spans: list[tuple[int, int]], denied: set[tuple[int, int]], language: str, head: str
) -> Score:
    entities = [Entity(Span.of(text, start, end), head, 1.0) for start, end in spans]
    said = assertions(text, entities, language)
    found = {span for span, one in zip(spans, said, strict=True) if one.presence is Presence.ABSENT}
    right = denied.intersection(spans)
    hits = len(found & right)
    return Score(len(right), len(found), hits, hits)


def main() -> None:
    """Print one table for MACCROBAT."""
    corpora, part = Path(sys.argv[1]), (sys.argv[2:] or ["dev"])[0]
    scheme = schemes(LABELS)["maccrobat2020"]
    read = documents(corpora / scheme.path / f"{part}.jsonl.xz")
    sys.stdout.write(table(score(read, scheme, "en")) + "\n")


if __name__ == "__main__":
    main()
