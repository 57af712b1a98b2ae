"""How well relations are found, with gold entities and with predicted ones.

A relation is right when its label and both of its mentions are. A gold relation between mentions
that the model would not pair counts as missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from models.relating.model import Floats, RelationModel
from models.relating.pairs import Pairs, settle
from models.training.relating.examples import Examples
from models.training.scoring.evaluate import Score
from models.types import Relation

Triple = tuple[str, tuple[int, int], tuple[int, int]]
"""Label, then start and end of head and of tail."""


def probabilities(model: RelationModel, examples: Examples) -> Floats:
    """What the model gives each example; nothing where an output is not judged."""
    if model.reader is not None and examples.units is not None and examples.tails is not None:
        rows = model.reader.score(examples.units, examples.heads, examples.tails)
    else:
        rows = model.score(examples.sums, examples.stretches)
    first = np.searchsorted(examples.owners, np.arange(len(examples.right)))
    best = np.maximum.reduceat(rows, first, axis=0)
    far = np.maximum.reduceat(examples.far, first)
    pairs = Pairs(examples.heads, examples.heads, examples.judged, far)
    return settle(pairs, best, model.outputs)


def with_gold_entities(model: RelationModel, read: Iterable[Examples]) -> list[dict[str, Score]]:
    """Score each output that the examples judge, document by document."""
    names = [output.name for output in model.outputs]
    thresholds = np.array([output.threshold for output in model.outputs], np.float32)
    return [_judge(model, examples, names, thresholds) for examples in read]


def _judge(
    model: RelationModel, examples: Examples, names: Sequence[str], thresholds: Floats
) -> dict[str, Score]:
    found = probabilities(model, examples) >= thresholds
    scores = {name: Score(gold=count) for name, count in examples.missed.items()}
    for place in np.flatnonzero(examples.judged.any(axis=0)).tolist():
        right = examples.right[:, place]
        hits = int((found[:, place] & right).sum())
        score = Score(int(right.sum()), int(found[:, place].sum()), hits, hits)
        scores[names[place]] = scores.get(names[place], Score()) + score
    return scores


def with_kinds_merged(model: RelationModel, read: Iterable[Examples]) -> list[dict[str, Score]]:
    """Score the relations that several outputs find: a pair is right whatever its kind."""
    kinds: dict[str, list[int]] = {}
    for place, output in enumerate(model.outputs):
        if any(output.says_what(rival) for rival in model.outputs if rival is not output):
            kinds.setdefault(output.relation, []).append(place)
    thresholds = np.array([output.threshold for output in model.outputs], np.float32)
    return [_merged(model, examples, kinds, thresholds) for examples in read]


def _merged(
    model: RelationModel,
    examples: Examples,
    kinds: Mapping[str, Sequence[int]],
    thresholds: Floats,
) -> dict[str, Score]:
    found = probabilities(model, examples) >= thresholds
    scores = {}
    for relation, places in kinds.items():
        if examples.judged[:, places].any():
            right, given = examples.right[:, places].any(axis=1), found[:, places].any(axis=1)
            hits = int((right & given).sum())
            missed = sum(examples.missed[model.outputs[place].name] for place in places)
            scores[relation] = Score(int(right.sum()) + missed, int(given.sum()), hits, hits)
    return scores


def total(documents: Iterable[Mapping[str, Score]]) -> dict[str, Score]:
    """Add up the scores of each label."""
    scores: dict[str, Score] = {}
    for each in documents:
        for label, score in each.items():
            scores[label] = scores.get(label, Score()) + score
    return dict(sorted(scores.items()))


def with_predicted_entities(right: Iterable[Triple], found: Iterable[Triple]) -> dict[str, Score]:
    """Score the relations of one document; `near` asks for overlapping mentions only.

    A test may be called LAB_TEST or DIAGNOSTIC_PROCEDURE, a finding DISEASE or SYMPTOM: the
    relation decides, not the label.
    """
    gold, given = set(right), set(found)
    return {
        label: _compare(
            [each for each in gold if each[0] == label],
            [each for each in given if each[0] == label],
        )
        for label in sorted({each[0] for each in gold | given})
    }


def triples(relations: Iterable[Relation]) -> Iterator[Triple]:
    """Label, head and tail of annotated relations."""
    for each in relations:
        head, tail = each.head.span, each.tail.span
        yield each.label, (head.start, head.end), (tail.start, tail.end)


def gold_triples(document: Mapping[str, Any]) -> Iterator[Triple]:
    """Label, head and tail of the relations of a stand-off document."""
    spans = {each["id"]: (each["start"], each["end"]) for each in document["entities"]}
    for each in document["relations"]:
        yield each["label"], spans[each["head"]], spans[each["tail"]]


def _compare(right: Sequence[Triple], given: Sequence[Triple]) -> Score:
    hits = len(set(right) & set(given))
    rest = sorted(given)
    near = 0
    for one in sorted(right):
        match = next((other for other in rest if _overlap(one, other)), None)
        if match is not None:
            rest.remove(match)
            near += 1
    return Score(len(right), len(given), hits, near)


def _overlap(one: Triple, other: Triple) -> bool:
    ends = zip(one[1:], other[1:], strict=True)
    return all(mine[0] < theirs[1] and theirs[0] < mine[1] for mine, theirs in ends)
