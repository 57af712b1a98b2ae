from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from models.registry import Registry
from models.training.benchmark import Scored, Set, score, sets
from models.training.corpora import LABELS, schemes
from models.training.evaluate import Score


def test_every_set_has_a_scheme_and_its_floors_are_labels_of_it() -> None:
    known = schemes(LABELS)
    for one in sets():
        assert one.corpus in known
        assert set(one.floors) <= {*known[one.corpus].labels, "micro"}
        assert all(0 < floor < 1 for floor in one.floors.values())


def test_every_language_with_a_model_is_scored() -> None:
    assert {one.language for one in sets()} >= set(Registry.load().languages)


def test_a_score_below_its_floor_is_a_failure() -> None:
    half = {"DRUG": Score(gold=2, found=2, hits=1)}
    low, high = ({"DRUG": floor, "micro": floor} for floor in (0.4, 0.6))
    assert Scored(Set("en", "c", "test", low), 1, half).failures == ()
    assert len(Scored(Set("en", "c", "test", high), 1, half).failures) == 2


def test_the_built_in_model_is_scored_on_what_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "en" / "bc5cdr"
    folder.mkdir(parents=True)
    text = "Naproxen was stopped because of hypertension."
    entities = [
        {"id": "T1", "start": 0, "end": 8, "label": "Chemical"},
        {"id": "T2", "start": 32, "end": 44, "label": "Disease"},
    ]
    line = json.dumps({"id": "1", "text": text, "entities": entities, "relations": []})
    (folder / "test.jsonl.xz").write_bytes(lzma.compress(f"{line}\n{line}\n".encode()))
    (scored,) = score(tmp_path, sample=1)
    assert scored.documents == 1
    assert scored.f1("DRUG") == pytest.approx(1.0)
    assert scored.f1("DISEASE") == pytest.approx(1.0)
