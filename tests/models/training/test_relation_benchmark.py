"""The relation model of the registry, scored on corpora that a test wrote."""

import json
import lzma

import pytest

from models.training import relation_benchmark, report
from models.training.relation_benchmark import GOLD, PREDICTED, Set, sets
from models.training.relation_scores import total, with_predicted_entities


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
