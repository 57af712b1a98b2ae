"""Strict and relaxed scores of a tagger on stand-off corpora, label by label.

Strict: same label, same start, same end. Relaxed: same label and at least one shared character,
one to one. Gold spans of one label that say the same place count once; gold that a scheme leaves
open (labels.toml, `unknown`) is neither right nor wrong, and so is a mention inside it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Protocol

from models.mention import Mention
from models.training.corpora import Scheme, answers, gold, left_open

Span = tuple[int, int]


class Tags(Protocol):
    """Whatever tags several texts: a `models.tagging.tagger.Tagger`, or a stand-in."""

    def tag_all(self, texts: Sequence[str]) -> list[list[Mention]]:
        """Mentions of each text."""
        ...


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one label; `near` are relaxed hits."""

    gold: int = 0
    found: int = 0
    hits: int = 0
    near: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.gold + other.gold,
            self.found + other.found,
            self.hits + other.hits,
            self.near + other.near,
        )

    @property
    def precision(self) -> float:
        """Share of what was found that is right."""
        return self.hits / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Share of the gold that was found."""
        return self.hits / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of strict precision and recall."""
        return 2 * self.hits / (self.gold + self.found) if self.gold + self.found else 0.0

    @property
    def relaxed(self) -> float:
        """F1 with any overlap as a hit."""
        return 2 * self.near / (self.gold + self.found) if self.gold + self.found else 0.0


@dataclass(frozen=True, slots=True)
class Question:
    """What is compared: labels of the scheme (`gold`) with labels of mentions (`found`)."""

    gold: tuple[str, ...]
    found: tuple[str, ...]

    @classmethod
    def of(cls, label: str) -> Question:
        """Compare a label with itself."""
        return cls((label,), (label,))


def judge(
    document: Mapping[str, Any], scheme: Scheme, asked: Question, mentions: Iterable[Mention]
) -> Score:
    """Score one document; nothing is counted where it was not annotated for what is asked."""
    heads = [head for head in asked.gold if head in scheme.labels]
    if not all(answers(document, scheme, head) for head in heads):
        return Score()
    right = {span for head in heads for span in gold(document, scheme, head)}
    open_spans = {span for head in heads for span in left_open(document, scheme, head)} - right
    found = {(each.start, each.end) for each in mentions if each.label in asked.found}
    return compare(sorted(right), found, sorted(open_spans))


def evaluate(
    tagger: Tags, documents: Iterable[Mapping[str, Any]], scheme: Scheme, batch: int = 32
) -> dict[str, Score]:
    """Score every head of the scheme; documents not annotated for a head are left out of it."""
    scores = by_document(tagger, documents, scheme, batch)
    return {head: micro(each) for head, each in scores.items()}


def by_document(
    tagger: Tags, documents: Iterable[Mapping[str, Any]], scheme: Scheme, batch: int = 32
) -> dict[str, list[Score]]:
    """Score every head in every document, in their order."""
    scores: dict[str, list[Score]] = {head: [] for head in scheme.labels}
    for group in _grouped(documents, batch):
        tagged = tagger.tag_all([document["text"] for document in group])
        for document, mentions in zip(group, tagged, strict=True):
            for head, told in scores.items():
                told.append(judge(document, scheme, Question.of(head), mentions))
    return scores


def compare(expected: Sequence[Span], found: set[Span], open_spans: Sequence[Span] = ()) -> Score:
    """Compare the spans of one label in one document."""
    right = set(expected)
    judged = right & found | _outside(found - right, open_spans)
    return Score(len(right), len(judged), len(right & judged), _near(right, judged))


def micro(scores: Iterable[Score]) -> Score:
    """Add up the counts of several labels."""
    return sum(scores, Score())


def table(scores: Mapping[str, Score]) -> str:
    """Write scores as Markdown rows, the micro average last."""
    rows = ["| label | gold | P | R | F1 strict | F1 relaxed |", "|---|---|---|---|---|---|"]
    for name, score in [*scores.items(), ("micro", micro(scores.values()))]:
        figures = (score.precision, score.recall, score.f1, score.relaxed)
        percents = " | ".join(f"{100 * figure:.1f}" for figure in figures)
        rows.append(f"| {name} | {score.gold} | {percents} |")
    return "\n".join(rows)


def _outside(spans: set[Span], others: Sequence[Span]) -> set[Span]:
    """The spans that share no character with the others."""
    ordered = sorted(others)
    starts = [start for start, _ in ordered]
    reach = [0, *accumulate((end for _, end in ordered), max)]
    return {span for span in spans if reach[bisect_left(starts, span[1])] <= span[0]}


def _near(expected: set[Span], found: set[Span]) -> int:
    """Pair each expected span with the first one left that overlaps it, in one walk."""
    rest = sorted(found)
    ahead: list[Span] = []
    hits = at = 0
    for start, end in sorted(expected):
        while at < len(rest) and rest[at][0] < end:
            ahead.append(rest[at])
            at += 1
        ahead = [span for span in ahead if span[1] > start]
        paired = next((index for index, span in enumerate(ahead) if span[0] < end), None)
        if paired is not None:
            del ahead[paired]
            hits += 1
    return hits


def _grouped(
    documents: Iterable[Mapping[str, Any]], size: int
) -> Iterable[list[Mapping[str, Any]]]:
    group: list[Mapping[str, Any]] = []
    for document in documents:
        group.append(document)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group
