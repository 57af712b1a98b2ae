"""How well relations are found: with gold entities, and on own notes with predicted ones.

    python -m models.training.relation_scores ../shared/corpora

A relation is right when its label and both of its mentions are. A gold relation between mentions
that the model would not pair counts as missed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from models.annotator import Annotator
from models.registry import Registry
from models.relation_model import Floats, RelationModel
from models.relation_pairs import Pairs, settle
from models.training import notes
from models.training.evaluate import Score, micro, table
from models.training.relation_corpora import READERS, read
from models.training.relation_examples import Examples, Inventory
from models.types import Note


def probabilities(model: RelationModel, examples: Examples) -> Floats:
    """What the model gives each example; nothing where an output is not judged."""
    rows = model.score(examples.sums, examples.stretches)
    first = np.searchsorted(examples.owners, np.arange(len(examples.right)))
    best = np.maximum.reduceat(rows, first, axis=0)
    pairs = Pairs(examples.heads, examples.heads, examples.judged)
    return settle(pairs, best, model.outputs)


def with_gold_entities(model: RelationModel, read: Iterable[Examples]) -> dict[str, Score]:
    """Score each output that the examples judge."""
    names = [output.name for output in model.outputs]
    thresholds = np.array([output.threshold for output in model.outputs], np.float32)
    scores: dict[str, Score] = {}
    for examples in read:
        found = probabilities(model, examples) >= thresholds
        for place in np.flatnonzero(examples.judged.any(axis=0)).tolist():
            right = examples.right[:, place]
            hits = int((found[:, place] & right).sum())
            score = Score(int(right.sum()), int(found[:, place].sum()), hits, hits)
            scores[names[place]] = scores.get(names[place], Score()) + score
        for name, count in examples.missed.items():
            scores[name] = scores.get(name, Score()) + Score(gold=count)
    return {name: scores[name] for name in names if name in scores}


def with_predicted_entities(
    annotator: Annotator, language: str, corpus: Iterable[Mapping[str, Any]]
) -> dict[str, Score]:
    """Score whole annotations of the project's own notes; `near` needs an overlap only.

    A test may be called LAB_TEST or DIAGNOSTIC_PROCEDURE, a finding DISEASE or SYMPTOM: the
    relation decides, not the label.
    """
    scores: dict[str, Score] = {}
    for document in corpus:
        found = annotator.annotate(Note(document["text"], language)).relations
        spans = {each["id"]: (each["start"], each["end"]) for each in document["entities"]}
        right = {(r["label"], spans[r["head"]], spans[r["tail"]]) for r in document["relations"]}
        given = {
            (r.label, (r.head.span.start, r.head.span.end), (r.tail.span.start, r.tail.span.end))
            for r in found
        }
        for label in {each[0] for each in right | given}:
            score = _compare(
                [each for each in right if each[0] == label],
                [each for each in given if each[0] == label],
            )
            scores[label] = scores.get(label, Score()) + score
    return dict(sorted(scores.items()))


Triple = tuple[str, tuple[int, int], tuple[int, int]]


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


SETS = (
    ("bc5cdr", "test"),
    ("chemprot", "test"),
    ("ade", "dev"),
    ("roam", "test"),
    ("phee", "test"),
    ("notes/en", "test"),
    ("notes/es", "test"),
    ("notes/nl", "test"),
)


def score(
    model: RelationModel, corpora: Path, known: Inventory
) -> Iterator[tuple[str, dict[str, Score]]]:
    """Score each set with gold entities, where its corpus is there."""
    for name, part in SETS:
        folder = READERS[name][1] if name in READERS else ""
        if not folder or (corpora / folder / f"{part}.jsonl.xz").exists():
            yield f"{name} {part}", with_gold_entities(model, read(name, part, corpora, known))


def main() -> None:
    """Print all tables; `--json FILE` keeps the figures."""
    match sys.argv[1:]:
        case [corpora, *rest] if not rest or (len(rest) == 2 and rest[0] == "--json"):
            figures = _report(Path(corpora))
            if rest:
                Path(rest[1]).write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
        case _:
            sys.exit("relation_scores CORPORA [--json FILE]")


def _report(corpora: Path) -> dict[str, Any]:
    registry = Registry.load()
    if registry.relations is None:
        sys.exit("the registry has no relation model")
    model = RelationModel.load(registry.relations.folder)
    count = 1 + max(model.groups.values())
    figures: dict[str, Any] = {}
    for name, scores in score(model, corpora, Inventory(model.groups, count, model.outputs)):
        figures[f"{name}, gold entities"] = _tell(f"{name}, gold entities", scores)
    annotator = Annotator.load(registry=registry)
    for language in registry.languages:
        name = f"notes/{language} test, predicted entities"
        found = with_predicted_entities(annotator, language, notes.documents(language, "test"))
        figures[name] = _tell(name, found)
    return figures


def _tell(name: str, scores: Mapping[str, Score]) -> dict[str, Any]:
    sys.stdout.write(f"\n{name}\n\n{table(scores)}\n")
    return {
        label: {**asdict(each), "precision": each.precision, "recall": each.recall, "f1": each.f1}
        for label, each in [*scores.items(), ("micro", micro(scores.values()))]
    }


if __name__ == "__main__":
    main()
