"""Relations between the entities of a note: relation models, rules of nearness, cues in words.

resources/relations.toml holds the rules and says which relations they decide.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.folding import fold
from models.relating.cues import by_cues
from models.relating.documents import concept_pairs
from models.relating.features import stretch
from models.relating.model import Floats, Output, RelationModel
from models.relating.pairs import Pairs, candidates, rows, settle
from models.relating.units import Note, Units, claim
from models.types import Entity, Experiencer, Presence, Relation

RULES = Path(__file__).parents[1] / "resources" / "relations.toml"
_ARTICLE_LINES = 3
"""A text of so few lines may be an abstract: title, text, and little else."""
_ARTICLE_CHARACTERS = range(600, 4000)
"""An abstract has neither the length of a line of a note nor that of a letter."""
_ACTS = frozenset({"CAUSES", "TREATS"})
_AT_ONCE = 8192
"""Pairs whose features are in memory together: a note of five megabytes has millions of them."""
Sentences = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One table of relations.toml; `reach` and `after` are characters, `tail` its labels."""

    label: str
    head: str
    tail: frozenset[str]
    reach: int
    after: int

    def distance(self, head: Entity, tail: Entity) -> int | None:
        """Characters between the two, with the surcharge of a tail that follows; None: too far."""
        follows = tail.span.start >= head.span.end
        gap = max(tail.span.start - head.span.end, head.span.start - tail.span.end)
        if head.span.overlaps(tail.span) or gap > self.reach:
            return None
        return gap + (self.after if follows else 0)


@cache
def rules() -> tuple[Rule, ...]:
    """Read the rules; the order of the file is the order of the relations."""
    tables = tomllib.loads(RULES.read_text("utf-8"))["relation"]
    return tuple(Rule(**{**table, "tail": frozenset(table["tail"])}) for table in tables)


def relations(
    entities: Sequence[Entity],
    sentences: Sentences,
    text: str = "",
    *models: RelationModel,
    language: str = "",
) -> tuple[Relation, ...]:
    """Relate the entities of a note, in text order.

    Models share the work (`RelationModel.without`). What none of them knows goes by rules: each
    modifier belongs to its nearest target in the same sentence. What a sentence says in words of
    the `language` stands beside both. A score is the lowest one of the two entities and of the
    relation.
    """
    known = {output.relation for model in models for output in model.outputs}
    found = list(by_rules(entities, sentences, known))
    ordered = sorted(entities, key=_place)
    said = list(by_cues(ordered, sentences, text, language))
    barred = {(each.head, each.tail) for each in said if each.label == "CONTRAINDICATES"}
    note = _note(text, ordered, sentences)
    for model in models:
        found += by_model(note, ordered, model)
    found = [*said, *(each for each in found if _holds(each, barred))]
    best: dict[tuple[str, Entity, Entity], Relation] = {}
    for each in sorted(found, key=lambda relation: relation.score):
        best[each.label, each.head, each.tail] = each
    return tuple(
        sorted(best.values(), key=lambda each: (each.head.span, each.label, each.tail.span))
    )


def _note(text: str, entities: Sequence[Entity], sentences: Sentences) -> Note:
    return Note(
        text,
        starts=[start for start, _ in sentences],
        spans=[(each.span.start, each.span.end) for each in entities],
        claims=[claim(each.assertion) for each in entities],
        labels=[each.label for each in entities],
    )


def _holds(relation: Relation, barred: Collection[tuple[Entity, Entity]]) -> bool:
    """What the patient has not, nothing treats or causes, nor does what is barred because of it."""
    if relation.label not in _ACTS:
        return True
    if (relation.head, relation.tail) in barred:
        return False
    claim = relation.tail.assertion
    return claim.presence is not Presence.ABSENT and claim.experiencer is Experiencer.PATIENT


def _place(entity: Entity) -> tuple[int, int]:
    return entity.span.start, -entity.span.end


def by_rules(
    entities: Sequence[Entity], sentences: Sentences, without: set[str]
) -> Iterator[Relation]:
    """Apply the rules, but for those relations."""
    wanted = [rule for rule in rules() if rule.label not in without]
    if not wanted:
        return
    starts = [start for start, _ in sentences]
    grouped: dict[int, list[Entity]] = {}
    for entity in entities:
        grouped.setdefault(bisect_right(starts, entity.span.start), []).append(entity)
    for group in grouped.values():
        for rule in wanted:
            yield from _ruled(rule, group)


def _ruled(rule: Rule, sentence: Sequence[Entity]) -> Iterator[Relation]:
    """Try only the tails within reach, since a sentence may be as long as the note."""
    tails = sorted((each for each in sentence if each.label in rule.tail), key=_place)
    starts = [tail.span.start for tail in tails]
    longest = max((tail.span.end - tail.span.start for tail in tails), default=0)
    for head in sentence:
        if head.label == rule.head:
            first = bisect_left(starts, head.span.start - rule.reach - longest)
            last = bisect_right(starts, head.span.end + rule.reach)
            yield from _nearest(rule, head, tails[first:last])


def _nearest(rule: Rule, head: Entity, tails: Sequence[Entity]) -> Iterator[Relation]:
    near = [(rule.distance(head, tail), tail) for tail in tails]
    reached = [(distance, tail) for distance, tail in near if distance is not None]
    if reached:
        tail = min(reached, key=lambda pair: (pair[0], pair[1].span))[1]
        yield Relation(rule.label, head, tail, min(head.score, tail.score))


def by_model(note: Note, entities: Sequence[Entity], model: RelationModel) -> Iterator[Relation]:
    """Score all pairs that may be related; `entities` are those of the note, in text order."""
    places = [place for place, each in enumerate(entities) if each.label in model.groups]
    if len(places) < 2 or not model.outputs:
        return
    kept = [entities[place] for place in places]
    kinds = [model.groups[each.label] for each in kept]
    units = note.units(places, kinds, 1 + max(model.groups.values()))
    yield from _mentions(units, kept, model)
    text = note.text
    if len(text) in _ARTICLE_CHARACTERS and text.strip().count("\n") < _ARTICLE_LINES:
        for place, output in enumerate(model.outputs):
            if output.document:
                yield from _concepts(units, kept, model, place)


def _mentions(units: Units, entities: Sequence[Entity], model: RelationModel) -> Iterator[Relation]:
    pairs = candidates(units, model.outputs)
    if not len(pairs):
        return
    chunks = [
        _scored(units, pairs.only(slice(first, first + _AT_ONCE)), model)
        for first in range(0, len(pairs), _AT_ONCE)
    ]
    ordered = Pairs.joined([some for some, _ in chunks])
    given = np.concatenate([scores for _, scores in chunks])
    settled = settle(ordered, given, model.outputs)
    floors = np.array([output.threshold for output in model.outputs], np.float32)
    shown = np.array([output.is_for_mentions for output in model.outputs])
    for row, place in np.argwhere((settled >= floors) & shown & (settled > 0)).tolist():
        head, tail = entities[ordered.heads[row]], entities[ordered.tails[row]]
        yield _relation(model.outputs[place], head, tail, float(settled[row, place]))


def _scored(units: Units, pairs: Pairs, model: RelationModel) -> tuple[Pairs, Floats]:
    """The pairs, those of near sentences first, and the scores (pairs, outputs) of them."""
    if model.reader is not None:
        return pairs, model.reader.score(units, pairs.heads, pairs.tails)
    parts = rows(units, pairs, model.outputs)
    ordered = Pairs.joined([some for some, _ in parts])
    given = np.concatenate([model.score(features) for _, features in parts])
    by_words = [output.stretch for output in model.outputs]
    words: npt.NDArray[np.bool_] = np.logical_or.reduce(ordered.open[:, by_words], axis=1)
    if words.any():
        close, features = parts[0]
        read = stretch(units, ordered.heads[words], ordered.tails[words])
        given[words] = model.score(features[words[: len(close)]], read)
    return ordered, given


def _concepts(
    units: Units, entities: Sequence[Entity], model: RelationModel, place: int
) -> Iterator[Relation]:
    """Relate the concepts of an abstract; their nearest mentions stand for them."""
    output = model.outputs[place]
    concepts = [fold(each.span.text).text for each in entities]
    found = concept_pairs(units, concepts, output.heads[0], output.tails[0])
    if found is None:
        return
    given = model.score(found.rows(units))[:, place]
    first = np.searchsorted(found.owners, np.arange(len(found.pairs) + 1)).tolist()
    for start, end in pairwise(first):
        best = start + int(given[start:end].argmax())
        if given[best] >= output.threshold:
            head, tail = entities[found.heads[best]], entities[found.tails[best]]
            yield _relation(output, head, tail, float(given[best]))


def _relation(output: Output, head: Entity, tail: Entity, score: float) -> Relation:
    return Relation(output.relation, head, tail, min(head.score, tail.score, score))
