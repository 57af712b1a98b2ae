"""Scores told: Markdown for people, JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from models.training.scoring.intervals import Estimate
from models.training.scoring.scored import Scored

_HEAD = "| label | gold | P | R | F1 strict | 95 % | F1 relaxed |\n|---|---|---|---|---|---|---|"


def markdown(scored: Scored) -> str:
    """Write all tables of a set."""
    title = f"## {scored.set.name} ({scored.set.language})"
    told = f"{scored.model}, {scored.documents} documents, {scored.words} words"
    if scored.missing:
        told += f"; no head for {', '.join(scored.missing)}"
    tables = [f"### {name}\n\n{table(rows)}" for name, rows in scored.tables.items()]
    return "\n\n".join((title, told, *tables))


def table(rows: Mapping[str, Estimate]) -> str:
    """Write one table; figures are percent."""
    return "\n".join((_HEAD, *(_row(label, each) for label, each in rows.items())))


def _row(label: str, estimate: Estimate) -> str:
    score = estimate.score
    first = " | ".join(f"{100 * each:.1f}" for each in (score.precision, score.recall, score.f1))
    interval = f"{100 * estimate.low:.1f}–{100 * estimate.high:.1f}"
    return f"| {label} | {score.gold} | {first} | {interval} | {100 * score.relaxed:.1f} |"


def write(path: Path, scored: Iterable[Scored]) -> None:
    """Write all sets as one JSON object; figures are shares of one."""
    content = {"sets": [_set(each) for each in scored]}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _set(scored: Scored) -> dict[str, Any]:
    return {
        "language": scored.set.language,
        "corpus": scored.set.corpus,
        "split": scored.set.split,
        "name": scored.set.name,
        "model": scored.model,
        "documents": scored.documents,
        "words": scored.words,
        "missing": list(scored.missing),
        "tables": {
            name: {label: _estimate(each) for label, each in rows.items()}
            for name, rows in scored.tables.items()
        },
    }


def _estimate(estimate: Estimate) -> dict[str, Any]:
    score = estimate.score
    figures = {
        "precision": score.precision,
        "recall": score.recall,
        "f1": score.f1,
        "relaxed": score.relaxed,
        "low": estimate.low,
        "high": estimate.high,
    }
    return {
        "gold": score.gold,
        "found": score.found,
        "hits": score.hits,
        **{name: round(value, 5) for name, value in figures.items()},
    }
