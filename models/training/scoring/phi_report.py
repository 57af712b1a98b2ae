"""Shares of phi_benchmark.py and phi_corpora.py told: Markdown for people, JSON for machines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from models.training.scoring.intervals import Estimate

Rows = Mapping[str, Estimate]


def table(head: str, share: str, rows: Rows, digits: int = 1) -> str:
    """Write one table: gold, the share and its interval, in percent."""
    lines = [f"| {head} | gold | {share} | 95 % |", "|---|---|---|---|"]
    for row, each in rows.items():
        found, low, high = (
            f"{100 * figure:.{digits}f}" for figure in (each.score.recall, each.low, each.high)
        )
        lines.append(f"| {row} | {each.score.gold} | {found} | {low}–{high} |")
    return "\n".join(lines)


def figures(rows: Rows) -> dict[str, dict[str, float]]:
    """The same as shares of one."""
    return {
        row: {
            "gold": each.score.gold,
            "share": round(each.score.recall, 5),
            "low": round(each.low, 5),
            "high": round(each.high, 5),
        }
        for row, each in rows.items()
    }


def say(*lines: str) -> None:
    """Write to standard output, with an empty line behind."""
    sys.stdout.write("\n".join(lines) + "\n\n")
    sys.stdout.flush()


def write(path: Path, content: Iterable[Mapping[str, Any]]) -> None:
    """Write a list of measurements."""
    path.write_text(json.dumps(list(content), ensure_ascii=False, indent=1) + "\n", "utf-8")
