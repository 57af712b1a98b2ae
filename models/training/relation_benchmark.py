"""The relation model scored on the sets of relation_evaluation.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from models.annotator import Annotator
from models.registry import Registry
from models.relation_model import RelationModel
from models.relations import relations
from models.segmentation import sentences
from models.tagger import Tagger
from models.training.evaluate import Score, micro
from models.training.intervals import Estimate, estimates
from models.training.relation_corpora import examples, source
from models.training.relation_examples import Inventory
from models.training.relation_scores import (
    Triple,
    gold_triples,
    triples,
    with_gold_entities,
    with_kinds_merged,
    with_predicted_entities,
)
from models.training.scored import Scored
from models.types import Entity, Note, Span

SETS = Path(__file__).with_name("relation_evaluation.toml")
GOLD, PREDICTED = "gold entities", "predicted entities"
MERGED = "gold entities, kinds merged"

Document = Mapping[str, Any]
Watch = Callable[[str, int, int], None]
Find = Callable[[Document], Iterator[Triple]]


@dataclass(frozen=True, slots=True)
class Set:
    """One split of one corpus; the head of relation_evaluation.toml says what the keys mean."""

    corpus: str
    split: str
    model: str = ""
    predicted: str | Mapping[str, str] = ""
    gold: Mapping[str, str] = field(default_factory=dict)
    floors: Mapping[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """How the table calls it."""
        return f"relations of {self.corpus} {self.split}"

    @property
    def language(self) -> str:
        """The language of the corpus; all but the own notes are English."""
        return self.corpus.removeprefix("notes/") if self.corpus.startswith("notes/") else "en"


def sets(path: Path = SETS) -> tuple[Set, ...]:
    """Read relation_evaluation.toml; an unknown key is a TypeError."""
    return tuple(Set(**each) for each in tomllib.loads(path.read_text("utf-8"))["set"])


def score(
    corpora: Path,
    sample: int | None = None,
    languages: Sequence[str] | None = None,
    watch: Watch | None = None,
) -> Iterator[Scored]:
    """Score every set whose corpus is in `corpora`; nothing where there is no model for it."""
    registry = Registry.load()
    benchmarks: dict[str, Benchmark] = {}
    for one in sets():
        model = registry.get(one.model) if one.model else registry.relations
        if model is None or (languages is not None and one.language not in languages):
            continue
        found = list(islice(source(one.corpus, one.split, corpora), sample))
        if found:
            if model.identifier not in benchmarks:
                loaded = RelationModel.load(model.folder)
                benchmarks[model.identifier] = Benchmark(registry, loaded)
            yield benchmarks[model.identifier].measure(one, model.identifier, found, watch)


class Benchmark:
    """The relation model, and what finds the entities for it."""

    def __init__(self, registry: Registry, model: RelationModel) -> None:
        self._registry, self._model = registry, model
        count = 1 + max(model.groups.values())
        self._inventory = Inventory(model.groups, count, model.outputs)

    @cache  # noqa: B019 - there is one benchmark in a run
    def _annotator(self, language: str) -> Annotator:
        return Annotator.load([language], self._registry)

    @cache  # noqa: B019
    def _tagger(self, language: str) -> Tagger:
        return Tagger.load(self._registry.of(language).folder)

    def measure(
        self, one: Set, name: str, found: Sequence[Document], watch: Watch | None = None
    ) -> Scored:
        """Score the documents of a set."""
        read = list(examples(one.corpus, found, self._inventory))
        tables = {GOLD: _estimates(with_gold_entities(self._model, read))}
        if merged := _estimates(with_kinds_merged(self._model, read)):
            tables[MERGED] = merged
        if one.predicted:
            scores = []
            for number, document in enumerate(found):
                right, given = self._compared(one, document)
                scores.append(with_predicted_entities(right, given))
                if watch:
                    watch(one.name, number + 1, len(found))
            tables[PREDICTED] = _estimates(scores)
        words = sum(len(document["text"].split()) for document in found)
        return Scored(one, name, len(found), words, tables)

    def _compared(self, one: Set, document: Document) -> tuple[list[Triple], list[Triple]]:
        """The gold relations of a document and those that are found in it."""
        text = document["text"]
        if isinstance(one.predicted, str):
            found = self._annotator(one.language).annotate(Note(text, one.language)).relations
            return list(gold_triples(document)), list(triples(found))
        mentions = self._tagger(one.language).tag(text)
        entities = [
            Entity(Span.of(text, each.start, each.end), one.predicted[each.label], each.score)
            for each in mentions
            if each.label in one.predicted
        ]
        bounds = sentences(text, one.language)
        given = triples(relations(entities, bounds, text, self._model))
        right = [
            (one.gold[label], head, tail)
            for label, head, tail in gold_triples(document)
            if label in one.gold
        ]
        return right, [each for each in given if each[0] in one.gold.values()]


def _estimates(documents: Sequence[Mapping[str, Score]]) -> dict[str, Estimate]:
    """Scores by label over all documents, and all labels together."""
    labels = list(dict.fromkeys(label for scores in documents for label in scores))
    measured = {
        label: [scores.get(label, Score()) for scores in documents] for label in sorted(labels)
    }
    together = [micro(scores.values()) for scores in documents]
    return estimates({**measured, "micro": together}) if measured else {}
