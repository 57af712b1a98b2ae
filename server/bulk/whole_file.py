"""Files that appear under their name only when they are whole."""

from __future__ import annotations

import gzip
import lzma
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import IO, Final, cast

from server.errors import RequestInvalid

TEMPORARY: Final = ".chartloom-"
"""How the names of files begin that are not whole yet."""


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Write a file that only its owner can read; it takes its name when all went well.

    What is written is packed when the name ends so (.gz, .xz).

    Raises:
        OSError: it cannot be written.
    """
    descriptor, name = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with _packed(file, path.suffix) as packed:
                yield packed
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _packed(file: IO[bytes], suffix: str) -> AbstractContextManager[IO[bytes]]:
    if suffix == ".gz":
        # No name and no time in it: the name of a file can be a patient's.
        return cast("IO[bytes]", gzip.GzipFile("", "wb", fileobj=file, mtime=0))
    return lzma.open(file, "wb") if suffix == ".xz" else nullcontext(file)


def check_target(source: Path, target: Path) -> None:
    """Make sure that a file may be written to `target`.

    Raises:
        RequestInvalid: it is the input itself, no file, or in no folder.
    """
    if target.exists() and (not target.is_file() or target.samefile(source)):
        raise RequestInvalid(f"{target}: is the input itself, or no file")
    if not target.parent.is_dir():
        raise RequestInvalid(f"{target}: there is no such folder")


@contextmanager
def explained(target: Path) -> Iterator[None]:
    """Turn what is wrong with a disk into one line; it is no fault of a note.

    Raises:
        RequestInvalid: a file cannot be read or written.
    """
    try:
        yield
    except OSError as error:
        raise RequestInvalid(f"{target}: {error.strerror or type(error).__name__}") from None


def end_cleanly() -> None:
    """Make SIGTERM and SIGHUP end the process as an exception does: what is half made goes."""
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _stop)


def _stop(number: int, _frame: object) -> None:
    sys.exit(128 + number)
