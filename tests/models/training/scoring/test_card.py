"""The tables of the card, on a corpus of three sentences."""

import json
import lzma

import pytest

from models.registry import Registry

card = pytest.importorskip("models.training.scoring.card", exc_type=ImportError)

SENTENCES = [
    ("She takes metformin.", [("metformin", "Chemical")]),
    ("He has type 2 diabetes.", [("type 2 diabetes", "Disease")]),
    ("Nothing was found.", []),
]


def test_scores_a_folder_and_counts_false_alarms(tmp_path):
    folder = tmp_path / "corpora" / "en" / "bc5cdr"
    folder.mkdir(parents=True)
    with lzma.open(folder / "test.jsonl.xz", "wt") as file:
        for text, spans in SENTENCES:
            entities = [
                {"start": text.index(word), "end": text.index(word) + len(word), "label": label}
                for word, label in spans
            ]
            file.write(json.dumps({"text": text, "entities": entities}) + "\n")
    results = card.tables(Registry.load().of("en").folder, tmp_path, ["bc5cdr_test"])
    result = results["bc5cdr_test"]
    assert (result.scores["DRUG"].score.hits, result.scores["DISEASE"].score.hits) == (1, 1)
    assert result.alarms == {"CONTACT": 0, "ID": 0, "NAME": 0}
    assert result.words == 11
    assert "| micro | 2 | 100.0 | 100.0 | 100.0 | 100.0–100.0 | 100.0 |" in result.text()
