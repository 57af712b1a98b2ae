"""Lines put together by patient, with bounded memory: in files that are sorted one at a time.

What is known of a patient is made ready for searching once, which costs more than many a search;
and a note is read before the resources that cite it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from server.bulk.lines import MOST_BYTES, MOST_LINES, Advance, Line
from server.bulk.whole_file import TEMPORARY

_SIZE: Final = 32 * 1024 * 1024
_MOST: Final = 256
"""Files that are open at once."""
_UNPACKED: Final = 10
"""How many times its size a compressed file may hold, about."""
_LONGEST_GROUP: Final = 500
_FIRST: Final = "DocumentReference"


class Buckets:
    """Files of their owner's in `folder`; each is deleted when it has been read."""

    def __init__(self, folder: Path, files: Iterable[Path]) -> None:
        size = sum(
            path.stat().st_size * (_UNPACKED if path.suffix in {".gz", ".xz"} else 1)
            for path in files
        )
        count = min(_MOST, 1 + size // _SIZE)
        self._paths = [folder / f"{TEMPORARY}{number}.lines" for number in range(count)]
        self._stack = ExitStack()
        self._files: list[IO[bytes]] = []
        self._turn = 0
        self.size = 0

    def __enter__(self) -> Self:
        for path in self._paths:
            path.touch(0o600)
            self._files.append(self._stack.enter_context(path.open("wb")))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)
        for path in self._paths:
            path.unlink(missing_ok=True)

    def put(self, line: Line, patient: str | None, kind: str) -> None:
        """Add a line about a patient (`Patient/<id>`), or about none."""
        self._turn += 1
        place = self._turn if patient is None else _draw(patient)
        head = "\t".join((line.name, str(line.number), patient or "", kind, line.fault or ""))
        data = b"%s\t%s\n" % (head.encode(), line.data.strip())
        self.size += self._files[place % len(self._files)].write(data)

    def batches(self, advance: Advance) -> Iterator[list[Line]]:
        """Read everything back: all lines of a patient one after the other, documents first."""
        self._stack.close()
        for path in self._paths:
            batch: list[Line] = []
            for group in _groups(path):
                batch += group
                if len(batch) >= MOST_LINES or sum(len(one.data) for one in batch) >= MOST_BYTES:
                    yield batch
                    batch = []
            if batch:
                yield batch
            advance(path.stat().st_size)
            path.unlink()


def _groups(path: Path) -> Iterator[list[Line]]:
    """Read a bucket; a patient with very many lines comes in several groups."""
    groups: dict[str, tuple[list[Line], list[Line]]] = defaultdict(lambda: ([], []))
    with path.open("rb") as file:
        for row in file:
            name, number, patient, kind, fault, data = row.split(b"\t", 5)
            line = Line(name.decode(), int(number), data, fault.decode() or None, patient.decode())
            groups[line.patient][kind != _FIRST.encode()].append(line)
    for documents, others in groups.values():
        lines = [*documents, *others]
        for at in range(0, len(lines), _LONGEST_GROUP):
            yield lines[at : at + _LONGEST_GROUP]


def _draw(patient: str) -> int:
    return int.from_bytes(hashlib.sha256(patient.encode()).digest()[:4])
