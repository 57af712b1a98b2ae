from __future__ import annotations

import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from server.bulk import lines
from server.bulk.lines import Line, batches, find_files, holds_resources, is_lines, read
from server.errors import RequestInvalid

Pack = Callable[[bytes], bytes]
PACKED = [(".gz", gzip.compress), (".xz", lzma.compress)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Patient.ndjson", True),
        ("notes.jsonl", True),
        ("Patient.ndjson.gz", True),
        ("notes.jsonl.xz", True),
        ("note.txt", False),
        ("notes.gz", False),
        ("Patient.json", False),
    ],
)
def test_files_of_lines_are_known_by_name(name: str, *, expected: bool) -> None:
    assert is_lines(Path(name)) is expected


def test_files_are_found_below_a_folder_but_hidden_ones(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("b.ndjson", "a/c.jsonl.gz", ".x.ndjson", ".git/y.ndjson", "z.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [path.relative_to(tmp_path).as_posix() for path in find_files(tmp_path)]
    assert found == ["a/c.jsonl.gz", "b.ndjson"]
    with pytest.raises(RequestInvalid, match=r"no \.ndjson"):
        find_files(tmp_path / "empty")
    with pytest.raises(RequestInvalid, match="no such"):
        find_files(tmp_path / "none")


@pytest.mark.parametrize(("suffix", "pack"), [("", bytes), *PACKED])
def test_lines_are_numbered_as_they_stand(tmp_path: Path, suffix: str, pack: Pack) -> None:
    path = tmp_path / f"a.ndjson{suffix}"
    path.write_bytes(pack(b'\xef\xbb\xbf{"a":1}\r\n\n  \n{"b":2}'))
    seen: list[int] = []
    found = list(read(path, "A", seen.append))
    assert found == [Line("A", 1, b'{"a":1}\r\n'), Line("A", 4, b'{"b":2}')]
    assert sum(seen) == path.stat().st_size


def test_a_line_that_is_too_long_costs_itself_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "LONGEST", 10)
    path = tmp_path / "a.ndjson"
    path.write_bytes(b"1\n" + b"x" * 95 + b"\n" + b"123456789\n" + b"y" * 11)
    found = list(read(path, "A"))
    assert [(one.number, one.data.strip(), bool(one.fault)) for one in found] == [
        (1, b"1", False),
        (2, b"", True),
        (3, b"123456789", False),
        (4, b"", True),
    ]
    with pytest.raises(RequestInvalid, match="more than 10 bytes"):
        found[1].content()


@pytest.mark.parametrize(("suffix", "pack"), PACKED)
@pytest.mark.parametrize("cut", [0.5, 0])
def test_a_damaged_file_ends_with_a_fault(
    tmp_path: Path, suffix: str, pack: Pack, cut: float
) -> None:
    text = b"".join(b"%d %d\n" % (n, n**7) for n in range(20_000))
    packed = pack(text)
    path = tmp_path / f"a.ndjson{suffix}"
    path.write_bytes(packed[: int(len(packed) * cut)] if cut else b"not packed at all")
    *good, last = read(path, "A")
    assert last.fault
    assert not [one for one in good if one.fault]
    assert len(good) < 20_000


def test_batches_are_bounded_by_lines_and_bytes() -> None:
    small = [Line("A", n, b"x") for n in range(450)]
    assert [len(batch) for batch in batches(small)] == [200, 200, 50]
    large = [Line("A", n, b"x" * 200_000) for n in range(3)]
    assert [len(batch) for batch in batches(large)] == [2, 1]
    assert list(batches([])) == []


def test_the_first_readable_line_tells_what_a_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(b'oops\n{"resourceType": "Patient"}\n')
    assert holds_resources(path)
    path.write_bytes(b'{"id": 1, "text": "Cough."}\n{"resourceType": "Patient"}\n')
    assert not holds_resources(path)
    path.write_bytes(b"")
    assert not holds_resources(path)
