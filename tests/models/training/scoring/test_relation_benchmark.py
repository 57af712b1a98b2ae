"""The relation model of the registry, scored on corpora that a test wrote."""

import json
import lzma
from collections import Counter

import numpy as np
import pytest

from models.relating.model import Output, RelationModel
from models.training.relating.examples import Examples
from models.training.scoring import relation_benchmark, report
from models.training.scoring.relation_benchmark import GOLD, MERGED, PREDICTED, Set, sets
from models.training.scoring.relation_scores import (
    total,
    with_gold_entities,
    with_kinds_merged,
    with_predicted_entities,
)


def document(text, drug, effect):
    entities = [
        {"id": name, "start": text.index(word), "end": text.index(word) + len(word), "label": label}
        for name, word, label in (("T1", drug, "Drug"), ("T2", effect, "Adverse-Effect"))
    ]
    relations = [{"id": "R1", "label": "DRUG-AE", "head": "T1", "tail": "T2"}]
    return {
        "id": drug,
        "lang": "en",
        "text": text,
        "entities": entities,
        "relations": relations,
        "meta": {},
    }


@pytest.fixture
def corpora(tmp_path):
    folder = tmp_path / "en" / "ade_corpus_v2"
    folder.mkdir(parents=True)
    documents = [
        document("Aspirin induced asthma in two patients.", "Aspirin", "asthma"),
        document("We describe gout caused by cyclosporine.", "cyclosporine", "gout"),
    ]
    with lzma.open(folder / "dev.jsonl.xz", "wt") as file:
        file.writelines(json.dumps(each) + "\n" for each in documents)
    return tmp_path


def test_scores_what_is_there_with_gold_and_with_found_entities(corpora):
    seen = []
    scored = relation_benchmark.score(
        corpora, sample=2, languages=["en"], watch=lambda *each: seen.append(each)
    )
    ade = {each.set.corpus: each for each in scored}["ade"]
    assert ade.documents == 2
    assert ade.f1(f"{GOLD}.CAUSES") == 1.0
    assert ade.tables[PREDICTED]["CAUSES"].score.gold == 2
    assert ("relations of ade dev", 2, 2) in seen
    assert "| CAUSES | 2 | 100.0 |" in report.markdown(ade)


def test_sentences_without_a_scored_relation_may_be_left_out(corpora):
    folder = corpora / "en" / "ade_corpus_v2"
    plain = {**document("Aspirin helped her asthma.", "Aspirin", "asthma"), "relations": []}
    with lzma.open(folder / "dev.jsonl.xz", "at") as file:
        file.write(json.dumps(plain) + "\n")
    every, related = (
        Set("ade", "dev", gold={"DRUG-AE": "CAUSES"}, related=flag) for flag in (False, True)
    )
    counts = [len(list(each.documents(corpora))) for each in (every, related)]
    assert counts == [3, 2]


def test_a_language_that_is_not_asked_for_is_not_read(corpora):
    names = {each.set.corpus for each in relation_benchmark.score(corpora, 1, ["nl"])}
    assert names == {"notes/nl"}


def test_a_score_below_its_floor_fails(corpora, monkeypatch):
    hard = Set("ade", "dev", floors={f"{GOLD}.CAUSES": 1.01, f"{GOLD}.NONE": 0.5})
    monkeypatch.setattr(relation_benchmark, "sets", lambda: (hard,))
    (scored,) = relation_benchmark.score(corpora)
    assert scored.failures == (
        "relations of ade dev gold entities.CAUSES: 1.000 is below 1.010",
        "relations of ade dev gold entities.NONE: 0.000 is below 0.500",
    )


def interaction(task, kind):
    text = "Coumexin strongly increases levels of salvorin."
    words = ((f"T{place}", word) for place, word in enumerate(("Coumexin", "salvorin")))
    entities = [
        {"id": name, "start": text.index(word), "end": text.index(word) + len(word)}
        for name, word in words
    ]
    return {
        "id": task,
        "text": text,
        "entities": [{**each, "label": "drug"} for each in entities],
        "relations": [{"label": kind, "head": "T0", "tail": "T1"}],
        "meta": {"task": task},
    }


def test_interactions_are_scored_by_kind_and_merged(tmp_path, monkeypatch):
    folder = tmp_path / "en" / "ddi2013"
    folder.mkdir(parents=True)
    documents = [interaction("relations", "mechanism"), interaction("ner", "effect")]
    with lzma.open(folder / "test.jsonl.xz", "wt") as file:
        file.writelines(json.dumps(each) + "\n" for each in documents)
    one = Set("ddi", "test", model="relations-ddi")
    monkeypatch.setattr(relation_benchmark, "sets", lambda: (one,))
    (scored,) = relation_benchmark.score(tmp_path)
    assert scored.model == "relations-ddi"
    gold = {label: each.score.gold for label, each in scored.tables[GOLD].items()}
    assert gold == {
        **dict.fromkeys(("DDI:advise", "DDI:effect", "DDI:int"), 0),
        **dict.fromkeys(("DDI:mechanism", "micro"), 1),
    }
    assert scored.tables[MERGED]["INTERACTS_WITH"].score.gold == 1


def test_merging_kinds_forgives_the_wrong_one():
    kinds = {"relation": "R", "heads": (0,), "tails": (0,), "reach": 0, "threshold": 0.5}
    flags = {"single": False, "stretch": False, "document": False}
    outputs = tuple(Output(name=name, **kinds, **flags) for name in ("R:a", "R:b"))
    arrays = {
        "sums": np.array([[0], [1]], np.int8),
        "sums_scale": np.ones(1, np.float32),
        "bias": np.zeros(1, np.float32),
        "weights": np.array([[9, -9]], np.float32),
        "out_bias": np.array([-4, -4], np.float32),
    }
    # The first two pairs score as R:a; gold says a, b and nothing.
    read = Examples(
        sums=np.array([[1, 0], [1, 0], [0, 0]]),
        stretches=None,
        owners=np.arange(3),
        heads=np.zeros(3, np.int64),
        right=np.array([[True, False], [False, True], [False, False]]),
        judged=np.ones((3, 2), bool),
        pairs=(("1", "2"),) * 3,
        missed=Counter({"R:b": 1}),
    )
    model = RelationModel({"DRUG": 0}, outputs, arrays)
    (by_kind,) = with_gold_entities(model, [read])
    assert (by_kind["R:a"].hits, by_kind["R:b"].hits, by_kind["R:b"].gold) == (1, 0, 2)
    (merged,) = with_kinds_merged(model, [read])
    assert (merged["R"].gold, merged["R"].found, merged["R"].hits) == (3, 2, 2)


def test_an_unknown_key_is_an_error(tmp_path):
    path = tmp_path / "sets.toml"
    path.write_text('[[set]]\ncorpus = "ade"\nsplit = "dev"\ncolour = 1\n')
    with pytest.raises(TypeError, match="colour"):
        sets(path)


def test_near_asks_for_an_overlap_only():
    right = [("TREATS", (0, 7), (12, 20)), ("TREATS", (0, 7), (30, 34))]
    found = [("TREATS", (0, 7), (10, 20)), ("CAUSES", (0, 7), (12, 20))]
    scores = with_predicted_entities(right, found)
    assert (scores["TREATS"].hits, scores["TREATS"].near, scores["TREATS"].gold) == (0, 1, 2)
    assert (scores["CAUSES"].found, scores["CAUSES"].gold) == (1, 0)
    assert total([scores, scores])["TREATS"].gold == 4
