"""What is measured of documents that a model has read: each measure gives scores by document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from models import resolution
from models.mention import Mention
from models.training.corpora import Scheme, gold
from models.training.scoring import assertion_scores, leaks
from models.training.scoring.evaluate import Question, Score, Span, judge, micro
from models.training.scoring.reading import Document, Reading
from models.training.scoring.views import View, view

Measured = dict[str, list[Score]]
"""Scores by label, one a document, in the order of the readings."""
Choice = Callable[[Reading], Sequence[Mention]]


def labels(
    readings: Sequence[Reading], scheme: Scheme, asked: Mapping[str, Question], choose: Choice
) -> Measured:
    """Score each label by itself."""
    return {
        label: [judge(each.document, scheme, question, choose(each)) for each in readings]
        for label, question in asked.items()
    }


def viewed(
    readings: Sequence[Reading], scheme: Scheme, shown: View, language: str, choose: Choice
) -> Measured:
    """Score the labels of a view; where two mentions of one overlap, the better one stays."""
    return {
        label: [
            judge(
                each.document,
                scheme,
                Question(meant, meant),
                resolution.entities([m for m in choose(each) if m.label in meant], language),
            )
            for each in readings
        ]
        for label, meant in shown.items()
    }


def leaking(readings: Sequence[Reading], scheme: Scheme, personal: Sequence[str]) -> Measured:
    """Score all personal data as one label: spans as they are merged, and what stays covered.

    `personal` are the labels of the gold that identify; found is all PHI that the product shows.
    """
    told: Measured = {"merged": [], "covered": []}
    for each in readings:
        text = each.document["text"]
        right = [span for head in personal for span in gold(each.document, scheme, head)]
        found = spans(each.shown, view("phi"))
        told["merged"].append(leaks.strict(text, right, found))
        told["covered"].append(leaks.covered(text, right, found))
    return told


def asserted(documents: Sequence[Document], corpus: str, language: str) -> Measured:
    """Score what the rules claim of gold entities, value by value (`assertion_scores.GOLD`)."""
    asked = assertion_scores.GOLD[corpus]
    scores = [
        assertion_scores.score([case], language, asked.values) for case in asked.read(documents)
    ]
    return {value: [score[value] for score in scores] for value in asked.values}


def with_micro(measured: Measured) -> Measured:
    """Add the row of all labels together."""
    return {**measured, "micro": [micro(scores) for scores in zip(*measured.values(), strict=True)]}


def spans(mentions: Iterable[Mention], wanted: Iterable[str]) -> list[Span]:
    """Stretches of the mentions with one of these labels."""
    known = frozenset(wanted)
    return [(each.start, each.end) for each in mentions if each.label in known]
