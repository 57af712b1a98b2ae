from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from terminology.evaluation import LinkScores, gold_mentions, score
from terminology.index import Index
from terminology.linker import Linker

TEXT = "Gout and pneumonia, then frobnitis."


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    def entity(word: str, code: str | None) -> dict[str, object]:
        start = TEXT.index(word)
        codes = {} if code is None else {"mesh": code}
        return {"start": start, "end": start + len(word), "label": "Disease", "codes": codes}

    document = {
        "lang": "en",
        "text": TEXT,
        "entities": [
            entity("Gout", "D006073"),
            entity("pneumonia", "D000001|D011014"),
            entity("frobnitis", "D999999"),
            entity("then", None),
        ],
    }
    path = tmp_path / "dev.jsonl.xz"
    path.write_bytes(lzma.compress((json.dumps(document) + "\n").encode()))
    return path


def test_mentions_without_a_code_do_not_count(corpus: Path) -> None:
    found = list(gold_mentions(corpus, "mesh", "Disease"))
    assert [mention.text for mention in found] == ["Gout", "pneumonia", "frobnitis"]
    assert found[1].codes == {"D000001", "D011014"}
    assert list(gold_mentions(corpus, "mesh", "Chemical")) == []


def test_scores(corpus: Path) -> None:
    with Index() as index:
        scores = score(Linker(index), gold_mentions(corpus, "mesh", "Disease"), "mesh", "disorder")
    assert scores == LinkScores(mentions=3, held=2, linked=2, correct=2)
    assert scores.precision == scores.accuracy_of_held == 1.0
    assert scores.accuracy == pytest.approx(2 / 3)


def test_nothing_scores_nothing() -> None:
    empty = LinkScores(0, 0, 0, 0)
    assert (empty.accuracy, empty.precision, empty.accuracy_of_held) == (0.0, 0.0, 0.0)
