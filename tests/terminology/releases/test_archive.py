from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from terminology.errors import SourceMalformed
from terminology.releases.archive import Meter, members


def write_zip(path: Path, *files: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return path


def test_a_folder_a_zip_and_a_file_give_the_same_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "release"
    (folder / "in").mkdir(parents=True)
    (folder / "in" / "a.txt").write_bytes(b"tin")
    archive = write_zip(tmp_path / "release.zip", ("in/a.txt", b"tin"))
    for path, name in ((folder, "in/a.txt"), (archive, "in/a.txt"), (folder / "in/a.txt", "a.txt")):
        (member,) = members(path)
        assert (member.name, member.base, member.size) == (name, "a.txt", 3)
        with member.open(Meter()) as stream:
            assert stream.read() == b"tin"


def test_the_meter_counts_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"x" * 10)
    seen: list[tuple[str, int, int]] = []
    meter = Meter(20, lambda *said: seen.append(said))
    (member,) = members(tmp_path)
    with member.open(meter) as stream:
        stream.read()
    assert seen[0] == ("reading a.txt", 0, 20)
    assert seen[-1] == ("reading a.txt", 10, 20)


@pytest.mark.parametrize("name", ["../a.txt", "/etc/a.txt", "a/../../b.txt", "..\\a.txt", "C:/a"])
def test_a_zip_may_not_name_files_outside_itself(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceMalformed, match="outside itself"):
        members(write_zip(tmp_path / "x.zip", (name, b"x")))


def test_a_zip_that_unpacks_to_far_more_than_it_is(tmp_path: Path) -> None:
    bomb = write_zip(tmp_path / "x.zip", ("a.txt", b"\0" * 20_000_000))
    with pytest.raises(SourceMalformed, match=r"a\.txt: \d+ bytes that unpack to 20000000"):
        members(bomb)


def test_a_zip_that_is_cut_off(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "x.zip", ("a.txt", b"x" * 1000))
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(SourceMalformed, match=r"x\.zip: not a whole zip"):
        members(path)


def test_a_member_that_is_damaged(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "x.zip", ("a.txt", bytes(range(256)) * 9))
    content = bytearray(path.read_bytes())
    content[60] ^= 0xFF
    path.write_bytes(content)
    from terminology.releases.rows import lines

    (member,) = members(path)
    with pytest.raises(SourceMalformed, match=r"a\.txt:\d+: "):
        list(lines(member, Meter()))


def test_a_zip_with_a_password(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "x.zip", ("a.txt", b"x"))
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    (member,) = members(path)
    with pytest.raises(SourceMalformed, match=r"a\.txt: cannot be opened \(.*password"):
        member.open(Meter())


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(SourceMalformed, match="no such folder"):
        members(tmp_path / "none")
