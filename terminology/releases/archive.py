"""The files of a release, in a folder or a zip, read as streams and never unpacked to the disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import IO

from terminology.errors import SourceMalformed

DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)
"""What reading a file, or a member of a zip, raises: cut off, encrypted, unknown compression."""

_MOST_RATIO = 100
_RATIO_MATTERS = 16 * 1024 * 1024
_MOST_MEMBERS = 200_000
_CHUNK = 1 << 20


@dataclass(slots=True)
class Meter:
    """Counts the bytes that are read, for the progress bar, and takes their digest."""

    total: int = 0
    report: Callable[[str, int, int], None] = lambda _step, _done, _all: None
    read: int = 0
    step: str = ""
    digest: blake2b = field(default_factory=blake2b)

    def start(self, name: str) -> None:
        """Begin with a file; its name is part of the digest."""
        self.digest.update(f"\0{name}\0".encode())
        self.say(f"reading {PurePosixPath(name).name}")

    def say(self, step: str) -> None:
        """Report what is done now."""
        self.step = step
        self.report(step, self.read, max(self.total, self.read, 1))

    def add(self, data: bytes) -> None:
        """Note what was read."""
        self.read += len(data)
        self.digest.update(data)
        self.say(self.step)


@dataclass(frozen=True, slots=True)
class Member:
    """One file; `name` is its path within the release, `size` its bytes when unpacked."""

    name: str
    size: int
    _opener: Callable[[], IO[bytes]] = field(repr=False)

    @property
    def base(self) -> str:
        """The name without the folders."""
        return PurePosixPath(self.name).name

    def open(self, meter: Meter) -> io.BufferedReader:
        """Open the file for reading; `meter` counts along.

        Raises:
            SourceMalformed: it cannot be opened.
        """
        meter.start(self.name)
        try:
            return io.BufferedReader(_Metered(self._opener(), meter), _CHUNK)
        except DAMAGED as error:
            raise SourceMalformed(f"{self.name}: cannot be opened ({_reason(error)})") from error


class _Metered(io.RawIOBase):
    def __init__(self, stream: IO[bytes], meter: Meter) -> None:
        self._stream = stream
        self._meter = meter

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._meter.add(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


def members(path: Path) -> list[Member]:
    """The files of a release by name: those of a folder, of a zip, or the one file itself.

    Raises:
        SourceMalformed: nothing is there, or the zip is damaged, unpacks to far more than its
            own size, or names files outside itself.
    """
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.is_file())
        return [_file(file, file.relative_to(path).as_posix()) for file in found]
    if not path.is_file():
        raise SourceMalformed(f"{path}: there is no such folder or file")
    if zipfile.is_zipfile(path):
        return _zipped(path)
    if path.suffix.lower() == ".zip":
        raise SourceMalformed(f"{path.name}: not a whole zip file")
    return [_file(path, path.name)]


def _file(file: Path, name: str) -> Member:
    return Member(name, file.stat().st_size, lambda: file.open("rb"))


def _zipped(path: Path) -> list[Member]:
    try:
        archive = zipfile.ZipFile(path)
    except DAMAGED as error:
        raise SourceMalformed(f"{path.name}: not a whole zip file ({_reason(error)})") from error
    found = [info for info in archive.infolist() if not info.is_dir()]
    _check_zip(path, found)
    return [_zip_member(archive, info) for info in sorted(found, key=lambda info: info.filename)]


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    return Member(info.filename, info.file_size, lambda: archive.open(info))


def _check_zip(path: Path, found: list[zipfile.ZipInfo]) -> None:
    if len(found) > _MOST_MEMBERS:
        raise SourceMalformed(f"{path.name}: {len(found)} files in one zip")
    for info in found:
        parts = PurePosixPath(info.filename.replace("\\", "/")).parts
        if ".." in parts or info.filename.startswith(("/", "\\")) or ":" in parts[0]:
            raise SourceMalformed(f"{path.name}: names a file outside itself: {info.filename!r}")
        _check_ratio(f"{path.name}: {info.filename}", info.file_size, info.compress_size)
    _check_ratio(path.name, sum(info.file_size for info in found), path.stat().st_size)


def _check_ratio(name: str, unpacked: int, packed: int) -> None:
    """Text packs some ten times; what claims a hundred is there to fill memory or disk."""
    if unpacked > _RATIO_MATTERS and unpacked > _MOST_RATIO * packed:
        raise SourceMalformed(f"{name}: {packed} bytes that unpack to {unpacked}")


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
