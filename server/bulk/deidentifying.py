"""A folder of texts, or a file of JSON lines, de-identified by several processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from server.bulk.lines import LONGEST, Advance, Line, batches, read
from server.bulk.order import Order
from server.bulk.texts import Answer, failure, release_files, release_lines
from server.bulk.whole_file import check_target, explained, whole_file
from server.bulk.workers import Workers
from server.errors import RequestInvalid

_SUFFIX = ".txt"
_OWNER_ONLY = 0o700


def deidentify_lines(
    source: Path, target: Path, order: Order, advance: Advance
) -> Iterator[str | None]:
    """De-identify JSON lines in order; gives for each what went wrong with it, or None.

    Raises:
        RequestInvalid: a file cannot be read or written, or both are one.
    """
    check_target(source, target)
    with explained(target), _workers(order, release_lines) as workers, whole_file(target) as out:
        for answers in workers.results(batches(read(source, "", advance))):
            out.write(b"".join(answer.data for answer in answers))
            yield from (answer.message("line") for answer in answers)


def deidentify_folder(
    source: Path, target: Path, order: Order, advance: Advance
) -> Iterator[str | None]:
    """De-identify every .txt file below `source` into the same tree below `target`.

    Gives for each file, in the order of their paths, what went wrong with it, or None. A file is
    named by its number: its name may be a patient's.

    Raises:
        RequestInvalid: no file to read, or `target` is not empty or lies inside `source`.
    """
    files = find_texts(source)
    _check_folder(source, target)
    answers = _answers(source, files, order, advance)
    with explained(target):
        for answer in answers:
            if answer.fault is None:
                _write(target / answer.name, answer.data)
            yield answer.message("file")


def find_texts(source: Path) -> list[Path]:
    """Find the texts below a folder, ordered as `LC_ALL=C sort` orders their paths.

    Raises:
        RequestInvalid: there are none.
    """
    files = [path for path in source.rglob(f"*{_SUFFIX}") if path.is_file()]
    if not files:
        raise RequestInvalid(f"{source}: no {_SUFFIX} files")
    return sorted(files, key=lambda path: path.as_posix().encode("utf-8", "surrogateescape"))


def _answers(
    source: Path, files: Iterable[Path], order: Order, advance: Advance
) -> Iterator[Answer]:
    with _workers(order, release_files) as workers:
        for answers in workers.results(batches(_contents(source, files, advance))):
            yield from answers


def _contents(source: Path, files: Iterable[Path], advance: Advance) -> Iterator[Line]:
    for number, path in enumerate(files, 1):
        name = path.relative_to(source).as_posix()
        size = path.stat().st_size
        if size > LONGEST:
            yield Line(name, number, b"", f"more than {LONGEST} bytes")
        else:
            yield Line(name, number, path.read_bytes())
        advance(size)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
    with whole_file(path) as out:
        out.write(data)


def _check_folder(source: Path, target: Path) -> None:
    if target.resolve().is_relative_to(source.resolve()):
        raise RequestInvalid(f"{target}: lies inside the input; nothing is written there")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise RequestInvalid(f"{target}: exists and is not empty")


def _workers(
    order: Order, work: Callable[[Order, Sequence[Line]], list[Answer]]
) -> Workers[Line, list[Answer]]:
    return Workers(
        order.settings,
        partial(work, order),
        lambda line, error: [failure(line, error)],
    )
