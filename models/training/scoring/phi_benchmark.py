"""How much personal data of held-out synthetic notes is left after de-identification.

python -m models.training.scoring.phi_benchmark --part dev --lang en --misses 30
python -m models.training.scoring.phi_benchmark --part test --json phi.json
"""

from __future__ import annotations

import argparse
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from models.training.scoring.evaluate import Score
from models.training.scoring.intervals import Estimate, estimates
from models.training.scoring.phi_listed import listed
from models.training.scoring.phi_reading import Redaction, Redactor
from models.training.scoring.phi_report import figures, say, table, write
from models.training.scoring.phi_sets import (
    CLEAN,
    NEGATIVE,
    PARTS,
    TABLES,
    Case,
    Gold,
    cases,
    classes,
    languages,
)

ALL = "all"
Read = tuple[Case, Redaction]
Key = Callable[[Case, Gold], str | None]
_AROUND = 35
"""Characters shown on either side of a miss."""
_UNSEEN = ("test", "clean2")
"""Parts that are scored, and whose texts nobody is shown."""


@dataclass(frozen=True, slots=True)
class Alarms:
    """What was replaced in notes without personal data."""

    notes: int
    hit: int
    words: int
    replaced: Mapping[str, int]

    @property
    def rate(self) -> float:
        """Replacements in 1,000 words."""
        return 1000 * sum(self.replaced.values()) / self.words if self.words else 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """One set, read. `tables` give the share of identifiers that is hidden, with intervals.

    `speed` is in words a second of processor time.
    """

    language: str
    part: str
    cases: int
    tables: Mapping[str, Mapping[str, Estimate]]
    alarms: Alarms
    speed: float

    def recall(self, row: str = ALL, table: str = "classes") -> float:
        """Share that is hidden; 0 where nothing was measured."""
        estimate = self.tables[table].get(row)
        return estimate.score.recall if estimate else 0.0

    @property
    def failures(self) -> Iterator[str]:
        """Sentences about the floors of phi_benchmark.toml that are not reached."""
        floors = tomllib.loads(TABLES.read_text("utf-8"))["floors"].get(self.language, {})
        names = next(iter(classes()))
        for key, found in (("recall", self.recall()), ("names", self.recall(names))):
            if self.tables["classes"] and found < floors.get(key, 0.0):
                yield f"{self.language} {key}: {found:.3f} is below {floors[key]:.3f}"
        if self.alarms.rate > floors.get("alarms", self.alarms.rate):
            yield (
                f"{self.language} alarms: {self.alarms.rate:.1f} in 1,000 words"
                f" are more than {floors['alarms']:.1f}"
            )


def measure(language: str, part: str, sample: int | None = None) -> tuple[Measured, list[Read]]:
    """De-identify one set; `sample` takes every so many of its cases.

    Raises:
        LanguageUnsupported: no model reads the language.
    """
    chosen = list(cases(language, part))[:: sample or 1]
    redactor = Redactor.of(language)
    started = time.process_time()
    redactions = list(redactor.read([case.text for case in chosen]))
    seconds = time.process_time() - started
    read = list(zip(chosen, redactions, strict=True))
    tables = {
        "classes": hidden(read, _class_of),
        "styles": hidden(read, lambda case, _: case.style),
        "forms": hidden(read, lambda _, gold: gold.slot),
        "in the lists": hidden(read, lambda case, gold: listed(language, case, gold)),
    }
    words = sum(len(case.text.split()) for case in chosen)
    told = Measured(language, part, len(chosen), tables, alarms(read), words / seconds)
    return told, read


def _class_of(_: Case, gold: Gold) -> str | None:
    return next((name for name, slots in classes().items() if gold.slot in slots), None)


def hidden(read: Sequence[Read], key: Key) -> dict[str, Estimate]:
    """Share of the gold of which no letter or digit is left, by `key` and over all.

    The fillings of a template are much alike, so the bootstrap draws templates.
    """
    found: dict[str, dict[str, Score]] = {}
    for case, redaction in read:
        for gold in case.gold:
            kept = redaction.hides(gold.start, gold.end)
            score = Score(1, 1, int(kept), int(redaction.touches(gold.start, gold.end)))
            for row in (key(case, gold), ALL):
                if row is not None:
                    of_row = found.setdefault(row, {})
                    of_row[case.template] = of_row.get(case.template, Score()) + score
    templates = sorted({case.template for case, _ in read})
    rows = [row for row in sorted(found) if row != ALL] + [row for row in found if row == ALL]
    return estimates({row: [found[row].get(each, Score()) for each in templates] for row in rows})


def alarms(read: Sequence[Read]) -> Alarms:
    """Count what is replaced where there is nothing to hide."""
    clean = [redaction for case, redaction in read if case.style == NEGATIVE]
    return Alarms(
        notes=len(clean),
        hit=sum(bool(each.taken) for each in clean),
        words=sum(len(each.text.split()) for each in clean),
        replaced=Counter(
            each.causes(start, end)[0].category for each in clean for start, end in each.taken
        ),
    )


def misses(read: Sequence[Read]) -> Iterator[str]:
    """Say what was left, the most frequent kind first: a slot in one place of one template."""
    kinds: dict[tuple[str, int, str], list[tuple[bool, str]]] = {}
    for case, redaction in read:
        for place, gold in enumerate(case.gold):
            kept = redaction.hides(gold.start, gold.end)
            shown = _around(case.text, gold.start, gold.end)
            kinds.setdefault((case.template, place, gold.slot), []).append((kept, shown))
    missed = {kind: [text for kept, text in all_ if not kept] for kind, all_ in kinds.items()}
    for kind in sorted(missed, key=lambda each: -len(missed[each])):
        if missed[kind]:
            share = f"{len(missed[kind])}/{len(kinds[kind])}"
            yield f"{share}  {kind[2]:<10}  {kind[0]:<16}  {missed[kind][0]}"


def false_alarms(read: Sequence[Read]) -> Iterator[str]:
    """Say what was replaced in notes without personal data."""
    for case, redaction in read:
        if case.style == NEGATIVE:
            for start, end in redaction.taken:
                cause = redaction.causes(start, end)[0]
                shown = _around(case.text, start, end)
                yield f"{cause.category} {cause.method}  {case.template:<12}  {shown}"


def _around(text: str, start: int, end: int) -> str:
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    return f"{before}⟦{text[start:end]}⟧{after}".replace("\n", "⏎")


def markdown(told: Measured) -> str:
    """Write all tables."""
    alarmed = ", ".join(f"{name} {n}" for name, n in told.alarms.replaced.items()) or "none"
    return "\n\n".join(
        (
            f"## {told.language} {told.part}: {told.cases} notes, {told.speed:.0f} words/s",
            *(table(name, "hidden", rows) for name, rows in told.tables.items()),
            f"Without personal data: {told.alarms.hit} of {told.alarms.notes} notes touched,"
            f" {told.alarms.rate:.1f} replacements in 1,000 words ({alarmed}).",
        )
    )


def content(told: Measured) -> dict[str, Any]:
    """The same figures for machines, as shares of one."""
    return {
        "language": told.language,
        "part": told.part,
        "cases": told.cases,
        "words_per_second": round(told.speed),
        "alarms": {"rate": round(told.alarms.rate, 3), "by": dict(told.alarms.replaced)},
        "tables": {name: figures(rows) for name, rows in told.tables.items()},
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and tell; status 1 below a floor."""
    asked = _arguments(arguments)
    if asked.misses and asked.part in _UNSEEN:
        sys.exit(f"misses are shown of the dev parts only: {asked.part} is not looked at")
    done: list[Measured] = []
    for language in [asked.lang] if asked.lang else languages(asked.part):
        told, read = measure(language, asked.part, asked.sample)
        done.append(told)
        say(markdown(told))
        if asked.misses:
            say(*islice(misses(read), asked.misses), "", *false_alarms(read))
    if asked.json:
        write(asked.json, map(content, done))
    failures = [failure for each in done for failure in each.failures]
    if asked.floors and failures:
        sys.exit("\n".join(failures))


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=(*PARTS, *CLEAN), default="test")
    parser.add_argument("--lang", help="one language only")
    parser.add_argument("--sample", type=int, help="every so many of the cases")
    parser.add_argument("--misses", type=int, default=0, help="show so many kinds")
    parser.add_argument("--json", type=Path, help="write all figures to this file too")
    parser.add_argument("--floors", action="store_true", help="fail below phi_benchmark.toml")
    return parser.parse_args(given)


if __name__ == "__main__":
    main()
