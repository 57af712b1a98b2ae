"""The tables of a model card: any model folder, scored on the sets of card.toml.

Run `python -m models.training.scoring.card --data ../shared`. Beside scores it counts words a
second, and mentions of labels that a corpus does not hold at all. Invented personal data is scored
here too.
"""

from __future__ import annotations

import argparse
import sys
import time
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.mention import Mention
from models.registry import Registry
from models.tagging.tagger import Tagger
from models.training.corpora import LABELS, Scheme, documents, schemes
from models.training.data import SAMPLE_NOTES, fillings
from models.training.inventing import synthetic_phi
from models.training.scoring.evaluate import by_document
from models.training.scoring.intervals import Estimate, estimates
from models.training.scoring.measures import with_micro
from models.training.scoring.report import table

SETS = Path(__file__).with_name("card.toml")
INVENTED = 600
"""Invented documents of the PHI test."""


class Watch:
    """A tagger that counts words, seconds, and mentions of labels that cannot be there."""

    def __init__(self, tagger: Tagger, absent: frozenset[str]) -> None:
        self._tagger, self._absent = tagger, absent
        self.words, self.seconds = 0, 0.0
        self.alarms: dict[str, int] = dict.fromkeys(sorted(absent), 0)

    def tag_all(self, texts: Sequence[str]) -> list[list[Mention]]:
        """Tag, and count."""
        begun = time.perf_counter()
        tagged = self._tagger.tag_all(texts)
        self.seconds += time.perf_counter() - begun
        self.words += sum(len(text.split()) for text in texts)
        for mention in (mention for mentions in tagged for mention in mentions):
            if mention.label in self._absent:
                self.alarms[mention.label] += 1
        return tagged


@dataclass(frozen=True, slots=True)
class Result:
    """`alarms` counts mentions of labels that the corpus does not hold at all."""

    scores: Mapping[str, Estimate]
    alarms: Mapping[str, int]
    words: int
    seconds: float

    def text(self) -> str:
        """Write the result as Markdown."""
        alarms = ", ".join(f"{label} {count}" for label, count in self.alarms.items())
        rate = f"{self.words} words, {self.words / max(self.seconds, 1e-9):.0f} words/s"
        return f"{table(self.scores)}\n\n{rate}" + (f"; false alarms: {alarms}" if alarms else "")


def tables(folder: Path, data: Path, names: Sequence[str] = ()) -> dict[str, Result]:
    """Score `folder` on all sets, or on those named; `data` holds corpora/, text/ and lists/."""
    sets = tomllib.loads(SETS.read_text("utf-8"))
    known, tagger = schemes(LABELS), Tagger.load(folder)
    return {name: _score(tagger, known, sets[name], data) for name in names or sets}


def _score(
    tagger: Tagger, known: Mapping[str, Scheme], entry: Mapping[str, str], data: Path
) -> Result:
    scheme = known[entry["scheme"]]
    watch = Watch(tagger, scheme.absent)
    scores = by_document(watch, _read(scheme, entry["part"], data), scheme)
    return Result(estimates(with_micro(scores)), watch.alarms, watch.words, watch.seconds)


def _read(scheme: Scheme, part: str, data: Path) -> list[dict[str, Any]]:
    if scheme.path == "synthetic/phi":
        lists = data / "lists" / "names" / "en"
        notes = fillings(data / "text" / SAMPLE_NOTES, lists, test=True)
        return list(synthetic_phi.documents(lists, notes, INVENTED, test=True))
    return list(documents(data / "corpora" / scheme.path / f"{part}.jsonl.xz"))


def main() -> None:
    """Print the tables of a model of the registry or of a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared"))
    parser.add_argument("--model", default="clinical-en", help="an id of the registry or a folder")
    parser.add_argument("names", nargs="*", help="sets of card.toml; all when none is named")
    given = parser.parse_args()
    folder = Path(given.model)
    if not folder.is_dir():
        folder = Registry.load().get(given.model).folder
    for name, result in tables(folder, given.data, given.names).items():
        sys.stdout.write(f"\n### {name}\n\n{result.text()}\n")


if __name__ == "__main__":
    main()
