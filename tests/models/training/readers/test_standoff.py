import gzip
import json
import lzma

import pytest

from models.errors import CorpusMalformed
from models.training.readers.standoff import read

GOOD = {"text": "Naproxen", "entities": [{"id": "T1", "start": 0, "end": 8, "label": "Drug"}]}


def test_reads_what_is_packed_and_what_is_not(tmp_path):
    line = (json.dumps({**GOOD, "id": "7", "meta": {"pmid": "1"}}) + "\n\n").encode()
    for name, packed in (
        ("a.jsonl", line),
        ("a.jsonl.xz", lzma.compress(line)),
        ("a.jsonl.gz", gzip.compress(line)),
    ):
        (tmp_path / name).write_bytes(packed)
        (document,) = read(tmp_path / name, "en")
        assert document == {**GOOD, "id": "7", "lang": "en", "relations": [], "meta": {"pmid": "1"}}


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"id": "1"}',
        '{"text": "a", "entities": [{"start": 0, "end": 2, "label": "X"}]}',
        '{"text": "a", "entities": [{"start": 0, "end": 0, "label": "X"}]}',
        '{"text": "a", "entities": [{"start": 0, "end": 1}]}',
        '{"text": "a", "entities": [{"start": "0", "end": "1", "label": "X"}]}',
        '{"text": "a", "entities": {}, "relations": 3, "entities": [7]}',
    ],
)
def test_a_wrong_line_is_named(tmp_path, line):
    path = tmp_path / "a.jsonl"
    path.write_text(f"{json.dumps(GOOD)}\n{line}\n")
    with pytest.raises(CorpusMalformed, match=r"^a\.jsonl:2: "):
        list(read(path, "en"))


def test_broken_files_are_named(tmp_path):
    path = tmp_path / "a.jsonl.xz"
    path.write_bytes(lzma.compress(b"{}" * 100)[:40])
    with pytest.raises(CorpusMalformed, match=r"a\.jsonl\.xz cannot be read"):
        list(read(path, "en"))
    path = tmp_path / "b.jsonl"
    path.write_bytes(json.dumps(GOOD).encode() + b"\n\xff\n")
    with pytest.raises(CorpusMalformed, match=r"b\.jsonl:2: not UTF-8"):
        list(read(path, "en"))
