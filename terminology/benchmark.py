"""`python -m terminology.benchmark`: speed and memory of linking; with --spelling, its accuracy."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from terminology.index import SHIPPED_INDEX, Index
from terminology.linker import Linker
from terminology.misspelling import Misspelling, measure, misspellings
from terminology.spelling import Reach

_GROUPS = ("disorder", "finding", "drug", "procedure")
_REACHES = (
    Reach(4, 8, 0),
    Reach(5, 6, 0),
    Reach(5, 8, 0),
    Reach(5, 8, 1),
    Reach(5, 99, 0),
    Reach(6, 8, 1),
    Reach(7, 99, 1),
)


def main() -> None:
    """Print the figures, one a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, default=SHIPPED_INDEX)
    parser.add_argument("--count", type=int, default=500, help="names a group")
    parser.add_argument("--spelling", action="store_true", help="precision and recall by reach")
    options = parser.parse_args()
    before = psutil.Process().memory_info().rss
    started = time.perf_counter()
    index = Index(options.index)
    index.hits("en", "fever")
    print(f"opening the index     {1000 * (time.perf_counter() - started):8.1f} ms")  # noqa: T201
    if options.spelling:
        _spelling(index, options.count)
    else:
        _speed(index, options.count)
        used = (psutil.Process().memory_info().rss - before) / 2**20
        print(f"memory over the start {used:8.1f} MiB")  # noqa: T201


def _speed(index: Index, count: int) -> None:
    """Warm the index with the names as they are, then link each written in another way."""
    names = [one for group in _GROUPS for one in misspellings(index, group, count)]
    linker = Linker(index)
    wrong = [one for one in names if _is_fuzzy(linker, one)]
    _rate(linker, [(one.name, one) for one in names])
    exact = _rate(linker, [(one.name.upper(), one) for one in names])
    fuzzy = _rate(linker, [(one.text.upper(), one) for one in wrong])
    print(f"exact and normalised  {exact:8.0f} mentions/s")  # noqa: T201
    print(f"fuzzy                 {fuzzy:8.0f} mentions/s")  # noqa: T201


def _is_fuzzy(linker: Linker, one: Misspelling) -> bool:
    found = linker.link(one.text, language=one.language, group=one.group)
    return bool(found) and found[0].match == "fuzzy"


def _rate(linker: Linker, mentions: Sequence[tuple[str, Misspelling]]) -> float:
    """Mentions per second of processor time, on one core."""
    started = time.process_time()
    for mention, one in mentions:
        linker.link(mention, language=one.language, group=one.group)
    return len(mentions) / (time.process_time() - started)


def _spelling(index: Index, count: int) -> None:
    print("| shortest | two edits from | drug margin | group | precision | recall |")  # noqa: T201
    print("|---|---|---|---|---|---|")  # noqa: T201
    for reach in _REACHES:
        linker = Linker(index, reach)
        for group in _GROUPS:
            scores = measure(linker, misspellings(index, group, count))
            figures = f"{scores.precision:.3f} | {scores.recall:.3f}"
            limits = f"{reach.shortest} | {reach.two_from} | {reach.drug_margin}"
            print(f"| {limits} | {group} | {figures} |")  # noqa: T201


if __name__ == "__main__":
    main()
