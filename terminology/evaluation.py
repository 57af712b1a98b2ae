"""How well the mentions of the corpora are linked: precision, recall and accuracy@1 on gold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from terminology.codesystem import code_systems
from terminology.corpus import GoldMention, corpora, gold_mentions
from terminology.linker import Linker


@dataclass(frozen=True, slots=True)
class LinkScores:
    """Counts over mentions.

    `held` have a gold code that the index has, `linked` got a candidate with a code of the
    system, `correct` have a gold code among the codings of the first candidate.
    """

    mentions: int
    held: int
    linked: int
    correct: int

    @property
    def share_held(self) -> float:
        """Mentions whose code the index has, of all: no linker can be right more often."""
        return self.held / self.mentions if self.mentions else 0.0

    @property
    def accuracy(self) -> float:
        """Correct of all mentions (accuracy@1, which is also the recall of gold codes)."""
        return self.correct / self.mentions if self.mentions else 0.0

    @property
    def recall(self) -> float:
        """Correct of the mentions whose code the index has."""
        return self.correct / self.held if self.held else 0.0

    @property
    def precision(self) -> float:
        """Correct of the mentions that got a code of the system."""
        return self.correct / self.linked if self.linked else 0.0


@dataclass(frozen=True, slots=True)
class CorpusScores:
    """The scores of one group of a corpus."""

    corpus: str
    language: str
    group: str
    system: str
    split: str
    scores: LinkScores


def evaluate(linker: Linker, folder: Path, split: str = "dev") -> Iterator[CorpusScores]:
    """Score every corpus of sources.toml that the folder has, one group after the other.

    Raises:
        SourceMalformed: a file of a corpus cannot be read.
    """
    for corpus in corpora():
        if not (folder / corpus.folder / f"{split}.jsonl.xz").exists():
            continue
        gold = list(gold_mentions(corpus, folder, split))
        for group in dict.fromkeys(corpus.groups.values()):
            of_group = [mention for mention in gold if mention.group == group]
            scores = score(linker, of_group, corpus.system, group)
            yield CorpusScores(
                corpus.source.key, corpus.language, group, corpus.system, split, scores
            )


def score(
    linker: Linker, gold: Iterable[GoldMention], system: str, group: str | None
) -> LinkScores:
    """Link every mention, with its document as context, and compare the codes of `system`."""
    uri = code_systems()[system].uri
    mentions = held = linked = correct = 0
    for mention in gold:
        mentions += 1
        held += any(linker.index.lookup(system, code) for code in mention.codes)
        found = linker.link(
            mention.text, language=mention.language, group=group, context=mention.context
        )
        codes = {c.code for one in found[:1] for c in one.concept.codings if c.system == uri}
        linked += bool(codes)
        correct += not codes.isdisjoint(mention.codes)
    return LinkScores(mentions, held, linked, correct)


def as_markdown(rows: Iterable[CorpusScores]) -> str:
    """The coverage table of the documentation."""
    lines = [
        "| corpus | language | group | codes | mentions | held | precision | recall | accuracy@1 |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        scores = row.scores
        figures = (scores.share_held, scores.precision, scores.recall, scores.accuracy)
        cells = (
            row.corpus,
            row.language,
            row.group,
            code_systems()[row.system].title,
            str(scores.mentions),
            *(f"{figure:.3f}" for figure in figures),
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
