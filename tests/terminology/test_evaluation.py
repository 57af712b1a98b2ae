from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from terminology.errors import SourceMalformed
from terminology.evaluation import LinkScores, as_markdown, evaluate
from terminology.index import Index
from terminology.linker import Linker

TEXT = "Migraine and pneumonia, then frobnitis. No fever."


def _entity(word: str, code: str | None, label: str = "Disease") -> dict[str, object]:
    start = TEXT.index(word)
    codes = {} if code is None else {"mesh": code}
    return {"start": start, "end": start + len(word), "label": label, "codes": codes}


def _write(folder: Path, split: str, *documents: dict[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(document) + "\n" for document in documents)
    (folder / f"{split}.jsonl.xz").write_bytes(lzma.compress(lines.encode()))


@pytest.fixture
def corpora_folder(tmp_path: Path) -> Path:
    entities = [
        _entity("Migraine", "D008881"),
        _entity("pneumonia", "D000001|D011014"),
        _entity("frobnitis", "D999999"),
        _entity("then", None),
        _entity("No", "D011014", label="Other"),
    ]
    document = {"id": "1", "lang": "en", "text": TEXT, "entities": entities}
    _write(tmp_path / "en" / "bc5cdr", "dev", document)
    return tmp_path


def test_scores_by_corpus_and_group(corpora_folder: Path) -> None:
    with Index() as index:
        rows = list(evaluate(Linker(index), corpora_folder))
    assert [(row.corpus, row.group) for row in rows] == [("bc5cdr", "disorder"), ("bc5cdr", "drug")]
    assert rows[0].scores == LinkScores(mentions=3, held=2, linked=2, correct=2)
    assert rows[1].scores == LinkScores(0, 0, 0, 0)


def test_what_the_figures_mean() -> None:
    scores = LinkScores(mentions=10, held=8, linked=5, correct=4)
    assert (scores.share_held, scores.precision, scores.recall) == (0.8, 0.8, 0.5)
    assert scores.accuracy == 0.4


def test_nothing_scores_nothing() -> None:
    empty = LinkScores(0, 0, 0, 0)
    assert (empty.accuracy, empty.precision, empty.recall, empty.share_held) == (0, 0, 0, 0)


def test_the_table_has_a_row_for_each_group(corpora_folder: Path) -> None:
    with Index() as index:
        table = as_markdown(evaluate(Linker(index), corpora_folder)).splitlines()
    assert len(table) == 4
    assert table[2] == "| bc5cdr | en | disorder | MeSH | 3 | 0.667 | 1.000 | 1.000 | 0.667 |"


def test_a_broken_corpus_names_file_and_line(tmp_path: Path) -> None:
    folder = tmp_path / "en" / "bc5cdr"
    folder.mkdir(parents=True)
    (folder / "dev.jsonl.xz").write_bytes(lzma.compress(b'{"id": "1", "text"\n'))
    with Index() as index, pytest.raises(SourceMalformed, match=r"dev\.jsonl\.xz:1"):
        list(evaluate(Linker(index), tmp_path))
