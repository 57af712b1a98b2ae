"""The folder that a bulk run writes, and its files, which appear when all are whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from server.bulk.product import DEIDENTIFIED, FHIR
from server.bulk.whole_file import TEMPORARY, whole_file
from server.errors import RequestInvalid

MARK: Final = ".chartloom-bulk"
"""A file that says that the folder is of a bulk run."""
ERRORS: Final = "errors.ndjson"
PEOPLE: Final = f"{TEMPORARY}people.sqlite"
_SUFFIXES: Final = frozenset({".ndjson", ".json"})
_OWNER_ONLY: Final = 0o700


def claim(folder: Path, source: Path) -> None:
    """Take the folder for a run; what an earlier one left in it, whole or not, is removed.

    Raises:
        RequestInvalid: it holds something else, or lies in the input.
        OSError: it cannot be written.
    """
    if folder.resolve().is_relative_to(source.resolve()):
        raise RequestInvalid(f"{folder}: lies inside the input; nothing is written there")
    if folder.exists() and not folder.is_dir():
        raise RequestInvalid(f"{folder}: is no folder")
    folder.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
    if any(folder.iterdir()) and not (folder / MARK).is_file():
        raise RequestInvalid(f"{folder}: is not empty, and of no earlier run")
    (folder / MARK).touch(0o600)
    for place in (folder, folder / FHIR, folder / DEIDENTIFIED):
        for path in place.iterdir() if place.is_dir() else ():
            if _is_ours(path):
                path.unlink()


def _is_ours(path: Path) -> bool:
    if not path.is_file() or path.name == MARK:
        return False
    written = path.parent.name in {FHIR, DEIDENTIFIED} and path.suffix in _SUFFIXES
    return written or path.name == ERRORS or path.name.startswith(TEMPORARY)


class Outputs:
    """Files below a folder, one for each kind of line; none appears before all are whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, IO[bytes]] = {}
        self._stack = ExitStack()
        self.counts: Counter[str] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def write(self, name: str, lines: Iterable[bytes]) -> None:
        """Append lines to the file of this name (`fhir/Condition.ndjson`), and count them."""
        for line in lines:
            self._file(name).write(line)
            self.counts[name] += 1

    def put(self, name: str, body: bytes) -> None:
        """Write a file that has no lines to be counted."""
        self._file(name).write(body)

    def _file(self, name: str) -> IO[bytes]:
        if name not in self._files:
            path = self._folder / name
            path.parent.mkdir(mode=_OWNER_ONLY, exist_ok=True)
            self._files[name] = self._stack.enter_context(whole_file(path))
        return self._files[name]
