"""Files that appear under their name only when they are whole."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from server.errors import RequestInvalid

TEMPORARY: Final = ".chartloom-"
"""How the names of files begin that are not whole yet."""


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Write a file that only its owner can read; it takes its name when all went well.

    Raises:
        OSError: it cannot be written.
    """
    descriptor, name = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


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
