"""Files of a corpus as text: plain, .xz or .gz, always UTF-8."""

from __future__ import annotations

import gzip
import lzma
from pathlib import Path

from models.errors import CorpusMalformed

_UNPACK = {".xz": lzma.decompress, ".gz": gzip.decompress}


def content(path: Path) -> str:
    """Decode a whole file; line ends stay as they are, because offsets count them.

    Raises:
        CorpusMalformed: the file cannot be read, unpacked or decoded.
    """
    try:
        packed = path.read_bytes()
        unpack = _UNPACK.get(path.suffix)
        return (unpack(packed) if unpack else packed).decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise CorpusMalformed(f"{path.name}:{line}: not UTF-8") from error
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise CorpusMalformed(f"{path.name} cannot be read") from error


def lines(path: Path) -> list[str]:
    """Lines of a file whose line ends mean nothing, without them and without a byte order mark."""
    return content(path).removeprefix("\ufeff").splitlines()
