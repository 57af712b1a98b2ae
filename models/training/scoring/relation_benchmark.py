"""The relation model scored on the sets of relation_evaluation.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from models.annotator import Annotator
from models.registry import Model, Registry
from models.relating.model import RelationModel
from models.relating.relations import relations
from models.segmentation import sentences
from models.tagging.tagger import Tagger
from models.training.relating.corpora import examples, source
from models.training.relating.examples import Examples, Inventory
from models.training.scoring.evaluate import Score, micro
from models.training.scoring.intervals import Estimate, estimates
from models.training.scoring.relation_scores import (
    Triple,
    gold_triples,
    triples,
    with_gold_entities,
    with_kinds_merged,
    with_predicted_entities,
)
from models.training.scoring.scored import Scored
from models.types import Entity, Note, Span

SETS = Path(__file__).with_name("relation_evaluation.toml")
GOLD, PREDICTED = "gold entities", "predicted entities"
MERGED = "gold entities, kinds merged"

Document = Mapping[str, Any]
Watch = Callable[[str, int, int], None]
Judge = Callable[[RelationModel, Iterable[Examples]], list[dict[str, Score]]]


@dataclass(frozen=True, slots=True)
class Set:
    """One split of one corpus; the head of relation_evaluation.toml says what the keys mean."""

    corpus: str
    split: str
    model: str = ""
    predicted: str | Mapping[str, str] = ""
    gold: Mapping[str, str] = field(default_factory=dict)
    related: bool = False
    floors: Mapping[str, float] = field(default_factory=dict)

    def documents(self, corpora: Path) -> Iterator[Document]:
        """What of the corpus is scored."""
        for document in source(self.corpus, self.split, corpora):
            labels = {each["label"] for each in document["relations"]}
            if not self.related or not labels.isdisjoint(self.gold):
                yield document

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
        models = (registry.get(one.model),) if one.model else registry.relating(one.language)
        if not models or (languages is not None and one.language not in languages):
            continue
        found = list(islice(one.documents(corpora), sample))
        if found:
            name = " + ".join(model.identifier for model in models)
            if name not in benchmarks:
                benchmarks[name] = Benchmark(registry, models)
            yield benchmarks[name].measure(one, name, found, watch)


class Benchmark:
    """Relation models that share the work, and what finds the entities for them."""

    def __init__(self, registry: Registry, models: Sequence[Model]) -> None:
        self._registry = registry
        loaded = [RelationModel.load(each.folder) for each in models]
        self._models = [each.without(loaded[place + 1 :]) for place, each in enumerate(loaded)]

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
        tables = {GOLD: _estimates(self._scores(one, found, with_gold_entities))}
        if merged := _estimates(self._scores(one, found, with_kinds_merged)):
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

    def _scores(self, one: Set, found: Sequence[Document], judge: Judge) -> list[dict[str, Score]]:
        """The scores of each document, whichever model finds the relation."""
        scores: list[dict[str, Score]] = [{} for _ in found]
        for model in self._models:
            known = Inventory(model.groups, 1 + max(model.groups.values()), model.outputs)
            for place, document in enumerate(found):
                for each in judge(model, examples(one.corpus, [document], known)):
                    scores[place].update(each)
        return scores

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
        given = triples(relations(entities, bounds, text, *self._models))
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
