"""What de-identification does to annotated corpora: what it damages, and what it leaves.

python -m models.training.scoring.phi_corpora ../shared/corpora --lang en
python -m models.training.scoring.phi_corpora ../shared/corpora --measure damage --causes 30
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from models.training.corpora import LABELS, Scheme, gold, schemes
from models.training.scoring import benchmark
from models.training.scoring.evaluate import Score, Span
from models.training.scoring.intervals import Estimate, estimates
from models.training.scoring.phi_reading import Redaction, Redactor
from models.training.scoring.phi_report import figures, say, table, write
from models.training.scoring.phi_sets import TABLES
from models.training.scoring.reading import Document
from models.training.scoring.views import view

DAMAGE, COVERAGE = "damage", "coverage"
ALL = "all"
_UNSEEN = "test"
"""The split of which no text is shown."""
Read = tuple[Document, Redaction]
Spans = Mapping[str, Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Corpus:
    """An entry of phi_benchmark.toml.

    `beside` are labels that are told, but not added up; `most` is the share of mentions that may
    be damaged.
    """

    language: str
    corpus: str
    split: str
    labels: Sequence[str] = ()
    beside: Sequence[str] = ()
    most: float = 1.0

    @property
    def name(self) -> str:
        """How the tables call it."""
        return f"{self.corpus} {self.split} ({self.language})"


@dataclass(frozen=True, slots=True)
class Told:
    """Shares by label, `all` last: of mentions damaged, or of identifiers hidden."""

    measure: str
    corpus: Corpus
    documents: int
    rows: Mapping[str, Estimate]
    causes: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """Over all labels; 0 where there is nothing."""
        return self.rows[ALL].score.recall if ALL in self.rows else 0.0

    @property
    def failures(self) -> tuple[str, ...]:
        """What damages more than it may, as sentences."""
        if self.measure != DAMAGE or self.share <= self.corpus.most:
            return ()
        limit = f"{self.share:.4f} are damaged, more than {self.corpus.most:.4f}"
        return (f"{self.corpus.name}: {limit}",)


def corpora(measure: str) -> tuple[Corpus, ...]:
    """Read the entries of one measure; an unknown key is a TypeError."""
    return tuple(Corpus(**each) for each in tomllib.loads(TABLES.read_text("utf-8"))[measure])


def measure(
    folder: Path, measures: Sequence[str], language: str | None = None, sample: int | None = None
) -> Iterator[Told]:
    """Measure every corpus that is in the folder; `sample` takes its first documents only."""
    known = schemes(LABELS)
    for name in measures:
        for corpus in corpora(name):
            if language not in {None, corpus.language}:
                continue
            scheme = known[corpus.corpus]
            one = benchmark.Set(corpus.language, corpus.corpus, corpus.split)
            found = list(islice(benchmark.documents_of(one, scheme, folder), sample))
            if found:
                redactions = Redactor.of(corpus.language).read([each["text"] for each in found])
                yield tell(name, corpus, scheme, list(zip(found, redactions, strict=True)))


def tell(name: str, corpus: Corpus, scheme: Scheme, read: Sequence[Read]) -> Told:
    """Score documents that were read."""
    if name == COVERAGE:
        spans = [
            personal(document, scheme, (*corpus.labels, *corpus.beside)) for document, _ in read
        ]
        rows = _shares(read, spans, Redaction.hides, corpus.beside)
        return Told(name, corpus, len(read), rows)
    spans = [clinical(document, scheme) for document, _ in read]
    rows = _shares(read, spans, Redaction.touches)
    return Told(name, corpus, len(read), rows, _causes(read, spans))


def personal(document: Document, scheme: Scheme, labels: Sequence[str]) -> Spans:
    """Gold identifiers by label."""
    return {label: gold(document, scheme, label) for label in labels}


def clinical(document: Document, scheme: Scheme) -> Spans:
    """Gold mentions by label, without those that share a character with gold personal data."""
    private = [
        span
        for head in view("phi")
        if head in scheme.labels
        for span in gold(document, scheme, head)
    ]
    return {
        head: [
            (start, end)
            for start, end in gold(document, scheme, head)
            if not any(first < end and start < last for first, last in private)
        ]
        for head in view("clinical")
        if head in scheme.labels
    }


def _shares(
    read: Sequence[Read],
    spans: Sequence[Spans],
    holds: Callable[[Redaction, int, int], bool],
    beside: Sequence[str] = (),
) -> dict[str, Estimate]:
    scores: dict[str, list[Score]] = {}
    for (_, redaction), by_label in zip(read, spans, strict=True):
        whole = Score()
        for label, found in by_label.items():
            hits = sum(holds(redaction, start, end) for start, end in found)
            scores.setdefault(label, []).append(Score(len(found), len(found), hits))
            whole += Score() if label in beside else scores[label][-1]
        scores.setdefault(ALL, []).append(whole)
    present = {label: each for label, each in scores.items() if any(one.gold for one in each)}
    return estimates(present)


def _causes(read: Sequence[Read], spans: Sequence[Spans]) -> Counter[tuple[str, str, str, str]]:
    """Label of the mention, then category, method and text of what was found in it."""
    return Counter(
        (label, each.category, each.method, each.span.text)
        for (_, redaction), by_label in zip(read, spans, strict=True)
        for label, found in by_label.items()
        for start, end in found
        for each in redaction.causes(start, end)
    )


def markdown(told: Told) -> str:
    """Write one table."""
    share = "damaged" if told.measure == DAMAGE else "hidden"
    head = f"## {told.corpus.name}: {told.documents} documents"
    return f"{head}\n\n{table('label', share, told.rows, 2)}"


def content(told: Told) -> dict[str, Any]:
    """The same figures for machines, as shares of one."""
    return {
        "measure": told.measure,
        "language": told.corpus.language,
        "corpus": told.corpus.corpus,
        "split": told.corpus.split,
        "documents": told.documents,
        "rows": figures(told.rows),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and tell; status 1 above a limit."""
    asked = _arguments(arguments)
    measures = [asked.measure] if asked.measure else [DAMAGE, COVERAGE]
    done: list[Told] = []
    for told in measure(asked.corpora, measures, asked.lang, asked.sample):
        done.append(told)
        say(markdown(told))
        if asked.causes and told.corpus.split != _UNSEEN:
            say(*(f"{n}  {' | '.join(one)}" for one, n in told.causes.most_common(asked.causes)))
    if asked.json:
        write(asked.json, map(content, done))
    failures = [failure for each in done for failure in each.failures]
    if asked.floors and failures:
        sys.exit("\n".join(failures))


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path, help="the folder of the stand-off corpora")
    parser.add_argument("--measure", choices=(DAMAGE, COVERAGE))
    parser.add_argument("--lang", help="one language only")
    parser.add_argument("--sample", type=int, help="the first documents of each corpus only")
    parser.add_argument("--causes", type=int, default=0, help="show what damaged the mentions")
    parser.add_argument("--json", type=Path, help="write all figures to this file too")
    parser.add_argument("--floors", action="store_true", help="fail above phi_benchmark.toml")
    return parser.parse_args(given)


if __name__ == "__main__":
    main()
