"""`python -m models.bench --notes <folder>`: words a second of the whole pass over notes.

The folder has `<language>.*.jsonl.xz`, a note a line with its `text`. The whole pass is what
`Annotator.annotate_all` does: tokens, mentions, relations, assertions and personal data, eight
notes at a time, one thread a process. By the clock, several processes read different notes at the
same time; by processor time, other work on the machine counts less.
"""

from __future__ import annotations

import argparse
import json
import lzma
import multiprocessing
import multiprocessing.synchronize
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path

from models.annotator import Annotator
from models.registry import Registry
from models.types import Note

_BATCH = 8
_WARM = 4 * _BATCH
"""Notes that a process reads before its time begins."""
_LENGTHS = range(400, 20_000)
"""Characters of a note that is read."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Words that one process read, and its seconds by the clock and of processor time."""

    words: int
    seconds: float
    processor: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line for each language and number of processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=Path, required=True, help="folder with <language>.*")
    parser.add_argument("--count", type=int, default=240, help="notes a language and process")
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--languages", nargs="+", default=Registry.load().languages)
    options = parser.parse_args(arguments)
    for language in options.languages:
        for processes in options.processes:
            texts = list(islice(read_notes(options.notes, language), options.count * processes))
            if len(texts) <= _WARM * processes:
                parser.error(f"too few notes in {options.notes}/{language}.*.jsonl.xz")
            _print(language, measure(language, texts, processes))


def read_notes(folder: Path, language: str) -> Iterator[str]:
    """Yield texts of the files of a language, one of each in turn."""
    files = sorted(folder.glob(f"{language}.*.jsonl.xz"))
    for row in zip_longest(*map(_texts, files)):
        yield from filter(None, row)


def _texts(path: Path) -> Iterator[str]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            text = json.loads(line)["text"]
            if len(text) in _LENGTHS:
                yield text


def measure(language: str, texts: Sequence[str], processes: int) -> list[Pace]:
    """Read the texts in that many processes, which begin together; raises what one of them does."""
    if processes == 1:
        return [_pace(language, texts)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        processes, context, _begin_with, (context.Barrier(processes),)
    ) as pool:
        read = [pool.submit(_pace, language, texts[one::processes]) for one in range(processes)]
        # As they end: the first that fails knows why, the others only that nobody waits for them.
        return [each.result() for each in as_completed(read)]


_barriers: list[multiprocessing.synchronize.Barrier] = []


def _begin_with(barrier: multiprocessing.synchronize.Barrier) -> None:
    _barriers.append(barrier)


def _pace(language: str, texts: Sequence[str]) -> Pace:
    try:
        annotator = Annotator.load([language])
        _read(annotator, language, texts[:_WARM])
    except BaseException:
        for barrier in _barriers:
            barrier.abort()
        raise
    for barrier in _barriers:
        barrier.wait()
    started, used = time.perf_counter(), time.process_time()
    _read(annotator, language, texts[_WARM:])
    words = sum(len(text.split()) for text in texts[_WARM:])
    return Pace(words, time.perf_counter() - started, time.process_time() - used)


def _read(annotator: Annotator, language: str, texts: Sequence[str]) -> None:
    for first in range(0, len(texts), _BATCH):
        annotator.annotate_all([Note(text, language) for text in texts[first : first + _BATCH]])


def _print(language: str, paces: Sequence[Pace]) -> None:
    words = sum(pace.words for pace in paces)
    clock = sum(pace.words / pace.seconds for pace in paces)
    processor = words / sum(pace.processor for pace in paces)
    print(  # noqa: T201
        f"{language}  {len(paces)} processes  {words:8} words  {clock:8.0f} words/s by the clock"
        f"  {processor:8.0f} words/s of one core",
        flush=True,
    )


if __name__ == "__main__":
    main()
