"""Pieces of NDJSON, compressed once, when they are made, and sent as they lie."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from typing import Final, Self

OUTCOME: Final = "OperationOutcome"
"""The type of the lines that say what is not in the export."""

# RFC 1952: deflate, no name, no time, unknown system.
_HEAD: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
# RFC 1951: a last block that is empty.
_END: Final = b"\x03\x00"
_RAW: Final = -15


@dataclass(frozen=True, slots=True)
class Part:
    """`count` lines of one resource type; `size` is their length in bytes before deflate.

    `content` is deflate without a last block, ended by a full flush.
    """

    kind: str
    count: int
    size: int
    content: bytes

    @classmethod
    def of(cls, kind: str, lines: list[bytes]) -> Self:
        """Compress lines, each with its line feed."""
        text = b"".join(lines)
        packer = zlib.compressobj(6, zlib.DEFLATED, _RAW)
        content = packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)
        return cls(kind, len(lines), len(text), content)


def unpack(content: bytes) -> bytes:
    """Return the lines of a part."""
    return zlib.decompressobj(_RAW).decompress(content)


@dataclass(slots=True)
class Gzip:
    """Makes one gzip member of the parts of a file.

    One member: many clients stop at the end of the first.
    """

    _check: int = 0
    _size: int = field(default=0)

    def start(self) -> bytes:
        """Return what comes before the first part."""
        return _HEAD

    def add(self, content: bytes) -> bytes:
        """Return what stands for a part."""
        text = unpack(content)
        self._check = zlib.crc32(text, self._check)
        self._size += len(text)
        return content

    def end(self) -> bytes:
        """Return what comes after the last part."""
        return _END + struct.pack("<II", self._check, self._size & 0xFFFFFFFF)
