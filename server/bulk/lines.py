"""Files of JSON lines, plain or compressed, read line by line with bounded memory."""

from __future__ import annotations

import codecs
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, cast

import orjson

from server.errors import RequestInvalid

LONGEST: Final = 64 * 1024 * 1024
"""Bytes of a line; an attachment of the largest size that is read fits in, as base64."""
SUFFIXES: Final = (".ndjson", ".jsonl")
_UNPACK: Final[dict[str, Callable[[IO[bytes]], object]]] = {".gz": gzip.open, ".xz": lzma.open}
MOST_LINES = 200
MOST_BYTES = 256 * 1024

Advance = Callable[[int], None]
"""Told how many bytes of the files, as they lie on the disk, were read since the last time."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file `name`, or a whole file; a `fault` says why there are no `data`.

    Lines of the same `patient` that follow each other are read together.
    """

    name: str
    number: int
    data: bytes
    fault: str | None = None
    patient: str = ""

    def content(self) -> bytes:
        """Return the data.

        Raises:
            RequestInvalid: there are none.
        """
        if self.fault:
            raise RequestInvalid(self.fault)
        return self.data


def is_lines(path: Path) -> bool:
    """Tell by its name whether a file holds JSON lines."""
    name = path.with_suffix("") if path.suffix in _UNPACK else path
    return name.suffix in SUFFIXES


def find_files(source: Path) -> list[Path]:
    """Find the files of JSON lines: `source` itself, or those below it, in order.

    Raises:
        RequestInvalid: there are none.
    """
    if not source.exists():
        raise RequestInvalid(f"{source}: no such file or folder")
    files = sorted(path for path in source.rglob("*") if path.is_file() and is_lines(path))
    found = [source] if source.is_file() else [each for each in files if not _hidden(each, source)]
    if not found:
        raise RequestInvalid(f"{source}: no .ndjson or .jsonl files (.gz and .xz are read too)")
    return found


def total_size(files: Iterable[Path]) -> int:
    """Sum up the bytes of the files as they lie on the disk."""
    return sum(path.stat().st_size for path in files)


def read(path: Path, name: str, advance: Advance | None = None) -> Iterator[Line]:
    """Read the lines of a file that have any content; `name` is theirs.

    A line longer than `LONGEST` and the rest of a damaged file are one faulty line each.

    Raises:
        OSError: it cannot be read.
    """
    number = done = 0
    with path.open("rb") as raw:
        unpacked = _UNPACK[path.suffix](raw) if path.suffix in _UNPACK else raw
        lines = _lines(cast("IO[bytes]", unpacked))
        while True:
            number += 1
            try:
                data = next(lines, None)
            except (gzip.BadGzipFile, zlib.error, lzma.LZMAError, EOFError):
                yield Line(name, number, b"", "the file is damaged or cut off here")
                return
            if data is None:
                return
            if advance and (at := raw.tell()) > done:
                advance(at - done)
                done = at
            if len(data) > LONGEST:
                yield Line(name, number, b"", f"the line has more than {LONGEST} bytes")
            elif data.strip():
                yield Line(
                    name, number, data.removeprefix(codecs.BOM_UTF8) if number == 1 else data
                )


def holds_resources(path: Path) -> bool:
    """Tell by the first line that is JSON whether a file holds FHIR resources.

    Raises:
        OSError: it cannot be read.
    """
    for line in read(path, ""):
        try:
            given = orjson.loads(line.data)
        except orjson.JSONDecodeError:
            continue
        return isinstance(given, dict) and "resourceType" in given
    return False


def batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Cut into batches that keep a process busy for seconds, and that fit in memory."""
    batch: list[Line] = []
    size = 0
    for line in lines:
        batch.append(line)
        size += len(line.data)
        if len(batch) >= MOST_LINES or size >= MOST_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """Cut at line feeds; of a line that is too long only its beginning is given."""
    while line := file.readline(LONGEST + 1):
        rest = line
        while len(rest) > LONGEST and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST + 1)
        yield line


def _hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)
