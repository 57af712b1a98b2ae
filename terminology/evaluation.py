"""How well gold mentions are linked: xz-compressed stand-off JSONL in, one line of figures out."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from terminology.codesystem import code_systems
from terminology.linker import Linker


@dataclass(frozen=True, slots=True)
class LinkScores:
    """Counts over mentions.

    `held` have a gold code that the index has, `linked` got a candidate, `correct` have a gold
    code among the codings of the first candidate.
    """

    mentions: int
    held: int
    linked: int
    correct: int

    @property
    def accuracy(self) -> float:
        """Correct of all mentions (accuracy@1)."""
        return self.correct / self.mentions if self.mentions else 0.0

    @property
    def accuracy_of_held(self) -> float:
        """Correct of the mentions whose code the index has."""
        return self.correct / self.held if self.held else 0.0

    @property
    def precision(self) -> float:
        """Correct of the linked mentions."""
        return self.correct / self.linked if self.linked else 0.0


@dataclass(frozen=True, slots=True)
class GoldMention:
    """A mention of a corpus with the codes that any of its annotators accepts."""

    text: str
    language: str
    codes: frozenset[str]
    context: str


def gold_mentions(path: Path, system: str, label: str) -> Iterator[GoldMention]:
    """The mentions of one label that carry a code of `system` ("D1|D2" counts as either)."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            document = json.loads(line)
            text = document["text"]
            for entity in document["entities"]:
                code = (entity.get("codes") or {}).get(system)
                if entity["label"] == label and code:
                    yield GoldMention(
                        text[entity["start"] : entity["end"]],
                        document["lang"],
                        frozenset(str(code).replace(",", "|").split("|")),
                        text,
                    )


def score(
    linker: Linker, gold: Iterator[GoldMention], system: str, group: str | None
) -> LinkScores:
    """Link every mention and compare the codings of `system`."""
    uri = code_systems()[system].uri
    mentions = held = linked = correct = 0
    for mention in gold:
        mentions += 1
        held += any(linker.index.lookup(system, code) for code in mention.codes)
        found = linker.link(
            mention.text, language=mention.language, group=group, context=mention.context
        )
        if found:
            linked += 1
            codings = found[0].concept.codings
            correct += any(c.system == uri and c.code in mention.codes for c in codings)
    return LinkScores(mentions, held, linked, correct)
