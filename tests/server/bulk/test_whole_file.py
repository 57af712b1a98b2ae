from __future__ import annotations

import gzip
import lzma
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from server.bulk.whole_file import check_target, explained, whole_file
from server.errors import RequestInvalid


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    with whole_file(target) as out:
        out.write(b"half")
        assert not target.exists()
        (temporary,) = tmp_path.iterdir()
        assert temporary.stat().st_mode & 0o777 == 0o600
    assert target.read_bytes() == b"half"
    assert target.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(("name", "unpack"), [("a.gz", gzip.decompress), ("a.xz", lzma.decompress)])
def test_a_file_is_packed_as_its_name_says(
    tmp_path: Path, name: str, unpack: Callable[[bytes], bytes]
) -> None:
    with whole_file(tmp_path / name) as out:
        out.write(b"a note")
    packed = (tmp_path / name).read_bytes()
    assert unpack(packed) == b"a note"
    assert name.encode() not in packed


def test_what_fails_leaves_the_older_file(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("older")
    with pytest.raises(KeyboardInterrupt):
        write_half(target)
    assert target.read_text() == "older"
    assert list(tmp_path.iterdir()) == [target]


def write_half(target: Path) -> None:
    with whole_file(target) as out:
        out.write(b"half")
        raise KeyboardInterrupt


def test_the_input_is_no_target_by_any_name(tmp_path: Path) -> None:
    source = tmp_path / "in.txt"
    source.write_text("note")
    (tmp_path / "link.txt").symlink_to(source)
    os.link(source, tmp_path / "hard.txt")
    for name in ("in.txt", "link.txt", "hard.txt", ".", "none/out.txt"):
        with pytest.raises(RequestInvalid):
            check_target(source, tmp_path / name)
    check_target(source, tmp_path / "out.txt")


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RequestInvalid, match="No space left"), explained(tmp_path):
        raise OSError(28, "No space left on device")
