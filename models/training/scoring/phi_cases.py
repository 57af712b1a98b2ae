"""The regression cases of deduce and belgian-deduce (Dutch, for evaluation only), read.

A case marks only the group that it is about; other personal data in it may be unmarked. So it is
missed where a letter of a marked span is left, and it is a false alarm where something of the same
group is found besides. Prints both as the TOML that the test of the known failures reads:

python -m models.training.scoring.phi_cases ../shared/corpora
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from models.training.corpora import documents
from models.training.scoring.phi_reading import Redaction, Redactor
from models.training.scoring.phi_report import say
from models.training.scoring.phi_sets import TABLES
from models.training.scoring.reading import Document

LANGUAGE, CASES = "nl", Path("nl", "deduce_cases", "dev.jsonl.xz")


@dataclass(frozen=True, slots=True)
class Failures:
    """Ids of cases, sorted."""

    missed: tuple[str, ...]
    alarmed: tuple[str, ...]


def failures(corpora: Path) -> Failures:
    """Read all cases; FileNotFoundError when they are not there."""
    found = list(documents(corpora / CASES))
    redactions = Redactor.of(LANGUAGE).read([each["text"] for each in found])
    read = list(zip(found, redactions, strict=True))
    return Failures(
        tuple(sorted(each["id"] for each, redaction in read if misses(each, redaction))),
        tuple(sorted(each["id"] for each, redaction in read if alarms(each, redaction))),
    )


def misses(case: Document, read: Redaction) -> bool:
    """Tell whether something that is marked is left."""
    return any(not read.hides(start, end) for start, end in _marked(case))


def alarms(case: Document, read: Redaction) -> bool:
    """Tell whether something of the group is found where nothing is marked."""
    category = groups()[case["meta"]["case_group"]]
    return any(
        not any(start < each.span.end and each.span.start < end for start, end in _marked(case))
        for each in read.phi
        if each.category == category
    )


def _marked(case: Document) -> Sequence[tuple[int, int]]:
    return [(entity["start"], entity["end"]) for entity in case["entities"]]


@cache
def groups() -> Mapping[str, str]:
    """The category of the inventory that each group of cases is about."""
    table: dict[str, str] = tomllib.loads(TABLES.read_text("utf-8"))["cases"]
    return table


def toml(told: Failures) -> str:
    """Write the ids as two lists."""
    lists = (("missed", told.missed), ("alarmed", told.alarmed))
    return "\n\n".join(
        "\n".join([f"{name} = [", *(f'  "{identifier}",' for identifier in ids), "]"])
        for name, ids in lists
    )


if __name__ == "__main__":
    say(toml(failures(Path(sys.argv[1]))))
