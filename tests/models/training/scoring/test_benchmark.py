from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from models.errors import CorpusMalformed
from models.registry import Registry
from models.training.corpora import LABELS, label_map, schemes
from models.training.scoring import benchmark
from models.training.scoring.assertion_scores import GOLD
from models.training.scoring.benchmark import Set, score, score_own, sets
from models.training.scoring.evaluate import Score
from models.training.scoring.intervals import estimates
from models.training.scoring.scored import HEADS, Scored
from models.training.scoring.views import view

TEXT = "Naproxen was stopped because of hypertension."
ENTITIES = [
    {"id": "T1", "start": 0, "end": 8, "label": "Chemical"},
    {"id": "T2", "start": 32, "end": 44, "label": "Disease"},
]


def write(folder: Path, *documents: dict[str, object]) -> None:
    folder.mkdir(parents=True)
    lines = "".join(json.dumps(each) + "\n" for each in documents)
    (folder / "test.jsonl.xz").write_bytes(lzma.compress(lines.encode()))


def document(part: str = "a") -> dict[str, object]:
    return {"id": "1", "text": TEXT, "entities": ENTITIES, "meta": {"part": part}}


def test_what_a_set_names_is_there() -> None:
    known = schemes(LABELS)
    for one in sets():
        labels = set(known[one.corpus].labels)
        assert {*one.labels, *one.shown} <= labels
        assert not one.assertions or one.assertions in GOLD
        for name in one.views:
            assert view(name)


def test_every_floor_is_of_a_table_and_label_of_its_set() -> None:
    known = schemes(LABELS)
    for one in sets():
        labels = set(one.labels or known[one.corpus].labels)
        for floor, f1 in one.floors.items():
            table, _, label = floor.rpartition(".")
            assert table in {"", "product", "personal data", "assertions", *one.views}
            assert table or label in {*labels, "micro"}
            assert 0 < f1 < 1


def test_every_language_with_a_model_is_scored() -> None:
    assert {one.language for one in sets()} >= set(Registry.load().languages)


def test_a_score_below_its_floor_is_a_failure() -> None:
    half = estimates({"DRUG": [Score(gold=2, found=2, hits=1)]})
    tables = {HEADS: half, "i2b2": half}

    def failures(**floors: float) -> int:
        one = Set("en", "c", "test", floors={k.replace("_", "."): v for k, v in floors.items()})
        return len(Scored(one, "m", 1, 1, tables).failures)

    assert failures(DRUG=0.4, i2b2_DRUG=0.4) == 0
    assert failures(DRUG=0.6, i2b2_DRUG=0.6) == 2
    assert failures(GENE=0.1, other_DRUG=0.1) == 2


def test_the_built_in_model_is_scored_on_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "en" / "bc5cdr", document(), document())
    monkeypatch.setattr(
        benchmark,
        "sets",
        lambda: tuple(one for one in sets() if not one.corpus.startswith("notes")),
    )
    seen: list[tuple[str, int, int]] = []
    (scored,) = score(tmp_path, sample=1, watch=lambda *each: seen.append(each))
    assert (scored.documents, scored.words, scored.missing) == (1, 6, ())
    assert scored.f1("DRUG") == pytest.approx(1.0)
    assert scored.f1("product.DISEASE") == pytest.approx(1.0)
    assert seen == [("bc5cdr test", 1, 1)]


def test_a_set_takes_some_documents_and_labels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "en" / "bc5cdr", document("a"), document("b"), document("c"))
    one = Set("en", "bc5cdr", "test", where={"part": ["b", "c"]}, labels=["DRUG"], views=["i2b2"])
    monkeypatch.setattr(benchmark, "sets", lambda: (one,))
    (scored,) = score(tmp_path)
    assert scored.documents == 2
    assert list(scored.tables) == ["heads", "product", "i2b2", "i2b2 of heads"]
    assert list(scored.tables["heads"]) == ["DRUG", "micro"]
    assert scored.tables["i2b2"]["PROBLEM"].score == Score(2, 2, 2, 2)


def test_what_a_model_lacks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entity = {"start": 0, "end": 8, "label": "FARMACO"}
    write(tmp_path / "en" / "x", {"id": "1", "text": TEXT, "entities": [entity], "meta": {}})
    scheme = benchmark.inventory(["DRUG", "TOENAIL"])
    one = Set("en", "x", "test", inventory=True)
    reader = benchmark.Reader(Registry.load().of("en"))
    scored = benchmark.measure(one, scheme, reader, [document()])
    assert scored.missing == ("TOENAIL",)
    assert list(scored.tables["product"]) == ["DRUG", "micro"]


def test_own_notes_are_scored_where_there_is_a_model(tmp_path: Path) -> None:
    done = list(score(tmp_path, sample=2))
    assert {each.set.corpus for each in done} == {"notes", "notes_es"}
    for each in done:
        assert {"heads", "product", "i2b2", "personal data", "assertions"} <= set(each.tables)
        assert each.f1("i2b2.micro") > 0.3


BRAT = "T1\tChemical 0 8\tNaproxen\nT2\tDisease 32 44\thypertension\n"
MAP = '[labels]\nDRUG = ["Chemical"]\nDISEASE = ["Disease"]\n'


def test_a_corpus_of_the_user_is_scored(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "one.txt").write_text(TEXT)
    (folder / "one.ann").write_text(BRAT)
    (tmp_path / "map.toml").write_text(MAP)
    model = Registry.load().of("en")
    (scored,) = score_own(folder, tmp_path / "map.toml", model=model)
    assert (scored.set.name, scored.model, scored.documents) == ("mine", model.identifier, 1)
    assert scored.tables["heads"]["micro"].score == Score(2, 2, 2, 2)


def test_a_corpus_without_a_map_speaks_the_inventory(tmp_path: Path) -> None:
    entities = [{"start": 0, "end": 8, "label": "DRUG"}]
    line = {"id": "1", "lang": "en", "text": TEXT, "entities": entities}
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps(line))
    (scored,) = score_own(path)
    assert scored.tables["heads"]["DRUG"].score == Score(1, 1, 1, 1)
    assert {"i2b2", "personal data"} <= set(scored.tables)


@pytest.mark.parametrize(
    ("lang", "label", "reason"),
    [
        ("en", "Thing", "mine.jsonl annotates Thing, none of it in the label map"),
        ("", "DRUG", "mine.jsonl does not say one language"),
    ],
)
def test_a_corpus_that_does_not_fit_is_refused(
    tmp_path: Path, lang: str, label: str, reason: str
) -> None:
    entities = [{"start": 0, "end": 8, "label": label}]
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps({"id": "1", "lang": lang, "text": TEXT, "entities": entities}))
    with pytest.raises(CorpusMalformed, match=reason):
        list(score_own(path))


@pytest.mark.parametrize("text", ["oh", "colour = 1", "[labels]\nDRUG = 7", "labels = 3"])
def test_a_label_map_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "map.toml").write_text(text)
    with pytest.raises(CorpusMalformed, match=r"^map\.toml is no label map"):
        label_map(tmp_path / "map.toml")
    with pytest.raises(CorpusMalformed, match=r"^no\.toml is no label map: No such file"):
        label_map(tmp_path / "no.toml")
