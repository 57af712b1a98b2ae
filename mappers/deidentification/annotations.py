"""What the models found in a note, stand-off, at the offsets of its de-identified copy.

JSON: `{"entities": [...], "relations": [...], "left_out": {...}}`. An entity has id, start, end
(code points of the copy's text, half-open), label, score, and where they say more than the default
assertion and codings; a relation has label, head, tail (ids) and score. No words are repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson

from mappers.deidentification.anchors import anchored
from mappers.types import CodedEntity
from models.types import Assertion, DeidentifiedNote, Entity, Relation

MOST_ENTITIES: Final = 5_000
"""Entities of one copy, about 1 MB: a resource with more is too large for many stores."""

_DEFAULT: Final = Assertion()


def to_annotations(
    coded: Sequence[CodedEntity], relations: Sequence[Relation], copy: DeidentifiedNote
) -> bytes:
    """Re-anchor entities and relations; what touches replaced text is left out, and counted."""
    ids: dict[Entity, str] = {}
    entities: list[dict[str, Any]] = []
    for one in coded:
        start = _place(one.entity, copy)
        if start is not None and len(entities) < MOST_ENTITIES:
            ids[one.entity] = f"e{len(entities) + 1}"
            entities.append(_entity(ids[one.entity], start, one))
    kept = [
        {
            "label": one.label,
            "head": ids[one.head],
            "tail": ids[one.tail],
            "score": round(one.score, 4),
        }
        for one in relations
        if one.head in ids and one.tail in ids
    ]
    left_out = {"entities": len(coded) - len(entities), "relations": len(relations) - len(kept)}
    return orjson.dumps({"entities": entities, "relations": kept, "left_out": left_out})


def _place(entity: Entity, copy: DeidentifiedNote) -> int | None:
    return anchored(entity.span.start, entity.span.end, copy)


def _entity(identity: str, start: int, one: CodedEntity) -> dict[str, Any]:
    entity = one.entity
    end = start + entity.span.end - entity.span.start
    row: dict[str, Any] = {"id": identity, "start": start, "end": end, "label": entity.label}
    row["score"] = round(entity.score, 4)
    if entity.assertion != _DEFAULT:
        row["assertion"] = {
            "presence": entity.assertion.presence,
            "temporality": entity.assertion.temporality,
            "experiencer": entity.assertion.experiencer,
        }
    if one.codings:
        row["codings"] = [{"system": each.system, "code": each.code} for each in one.codings]
    return row
