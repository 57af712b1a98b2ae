"""A tiny relation model, trained from a recipe in seconds, read back and scored."""

import json
import lzma

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.registry import Registry  # noqa: E402
from models.relating.model import RelationModel  # noqa: E402
from models.training.relating import network as relation_network  # noqa: E402
from models.training.relating import training as relation_training  # noqa: E402
from models.training.relating.corpora import own_notes, read  # noqa: E402
from models.training.relating.inventory import OUTPUTS, inventory  # noqa: E402
from models.training.relating.network import Rows  # noqa: E402
from models.training.relating.training import (  # noqa: E402
    best_threshold,
    record,
    thinned,
)
from models.training.scoring.relation_scores import total, with_gold_entities  # noqa: E402
from models.training.train import train  # noqa: E402

RECIPE = """
kind = "relations"
identifier = "tiny"

[mix]
ade = ["train"]
phee = ["train"]

[settings]
width = 4
filters = 4
epochs = 60
batch = 8
rate = 2e-2
blank = 0.0
dropout = 0.0
"""
DRUGS = ["aspirin", "heparin", "codeine", "insulin", "warfarin"]
DISEASES = ["asthma", "stroke", "gout", "anemia", "sepsis"]


def document(number):
    drug, disease = DRUGS[number % 5], DISEASES[number // 5 % 5]
    treats = number % 2 == 0
    text = f"We gave {drug} for {disease}." if treats else f"There was {disease} due to {drug}."
    kinds = ("Treatment.Disorder", "Effect")
    spans = [("T1", drug, "Treatment.Drug"), ("T2", disease, kinds[not treats])]
    entities = [
        {"id": name, "start": text.index(word), "end": text.index(word) + len(word), "label": label}
        for name, word, label in spans
    ]
    entities.append({"id": "T3", "start": 0, "end": 2, "label": "Adverse_event"})
    relations = [
        {"label": "Treatment.Drug", "head": "T3", "tail": "T1"},
        {"label": kinds[not treats], "head": "T3", "tail": "T2"},
    ]
    return {
        "id": str(number),
        "text": text,
        "entities": entities,
        "relations": relations,
        "meta": {},
    }


def write(folder, documents):
    folder.mkdir(parents=True)
    with lzma.open(folder / "train.jsonl.xz", "wt") as file:
        for each in documents:
            file.write(json.dumps(each) + "\n")


@pytest.fixture
def data(tmp_path):
    write(tmp_path / "corpora/en/phee", [document(number) for number in range(150)])
    write(tmp_path / "corpora/en/ade_corpus_v2", [{**document(0), "relations": []}])
    return tmp_path


def test_learns_what_causes_and_what_treats(data, tmp_path):
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(RECIPE)
    weights = train(recipe, data, tmp_path / "out")
    model = RelationModel.load(weights.parent)
    scores = total(with_gold_entities(model, read("phee", "train", data / "corpora", inventory())))
    assert set(scores) == {"CAUSES", "TREATS"}
    assert [score.gold for score in scores.values()] == [75, 75]
    assert {name: score for name, score in scores.items() if score.f1 < 0.95} == {}
    run = json.loads((weights.parent / "run.json").read_text())
    corpora = {name for name in run["hashes"] if not name.startswith("indications/")}
    assert corpora == {"en/ade_corpus_v2/train.jsonl.xz", "en/phee/train.jsonl.xz"}
    assert set(run["hashes"]) > corpora


@pytest.mark.parametrize(("line", "fits"), [("", 2), ("whole = false\n", 1)])
def test_the_held_out_documents_are_learned_from_or_not(data, tmp_path, monkeypatch, line, fits):
    sizes = []

    def fit(table, *rest):
        sizes.append(len(table))
        return relation_network.train(table, *rest)

    monkeypatch.setattr(relation_training, "fit", fit)
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(line + RECIPE.replace("epochs = 60", "epochs = 1"))
    assert train(recipe, data, tmp_path / "out").exists()
    assert len(sizes) == fits
    assert sizes == sorted(set(sizes))


def test_rows_move_as_with_sparse_adam():
    torch.manual_seed(1)
    start = torch.randn(6, 3)
    bag = torch.nn.EmbeddingBag.from_pretrained(
        start.clone(), freeze=False, mode="sum", sparse=True, padding_idx=0
    )
    theirs, mine = torch.optim.SparseAdam(bag.parameters(), lr=0.1), start.clone()
    rows = Rows(mine)
    for features in ([[1, 2], [2, 0]], [[3, 2], [1, 1]], [[0, 0], [4, 2]]):
        read = torch.tensor(features)
        theirs.zero_grad()
        bag(read).square().sum().backward()
        theirs.step()
        sums = mine[read].sum(1) - mine[0] * (read == 0).sum(1, keepdim=True)
        sums.requires_grad_().square().sum().backward()
        rows.step(read, sums, 0.1)
    torch.testing.assert_close(mine, bag.weight.detach())


def test_the_record_is_read_back(tmp_path):
    folder = tmp_path / "weights" / "relations"
    folder.mkdir(parents=True)
    for name in ("config.json", "weights.npz"):
        (folder / name).write_text(name)
    (tmp_path / "registry.toml").write_text(record(folder, "1", {"ade_dev.CAUSES": 90.1}))
    registry = Registry.load(tmp_path / "registry.toml")
    assert registry.languages == ()
    assert registry.relations == (registry.get("relations"),)
    registry.get("relations").verify()


def test_a_document_kept_apart_is_not_read(data):
    known = inventory()
    first = {**document(0), "meta": {"pmid": "1"}}
    write(data / "more/en/phee", [first, document(1)])
    assert len(list(read("phee", "train", data / "more", known, frozenset({"1"})))) == 1


def test_a_recipe_may_bring_its_own_outputs(tmp_path):
    write(tmp_path / "corpora/en/ddi2013", [interaction(number) for number in range(45)])
    recipe = tmp_path / "recipe.toml"
    mixed = RECIPE.replace('ade = ["train"]\nphee', "ddi").replace("= 4\n", "= 16\n")
    recipe.write_text('outputs = "relations_ddi.toml"\n' + mixed)
    weights = train(recipe, tmp_path, tmp_path / "out")
    model = RelationModel.load(weights.parent)
    assert {output.relation for output in model.outputs} == {"INTERACTS_WITH"}
    known = inventory(OUTPUTS.with_name("relations_ddi.toml"))
    scores = total(with_gold_entities(model, read("ddi", "train", tmp_path / "corpora", known)))
    assert (scores["DDI:advise"].gold, scores["DDI:advise"].f1) == (15, 1.0)
    assert (scores["DDI:effect"].gold, scores["DDI:effect"].f1) == (15, 1.0)
    assert scores["DDI:int"].found == 0


def interaction(number):
    first, second = DRUGS[number % 5], DRUGS[(number + 1 + number // 5 % 3) % 5]
    kind = ("advise", "effect", None)[number % 3]
    said = {"advise": "must not be given with", "effect": "weakens", None: "was compared with"}
    text = f"Here {first} {said[kind]} {second}."
    spans = (("T1", first), ("T2", second))
    entities = [
        {"id": name, "start": text.index(word), "end": text.index(word) + len(word), "label": label}
        for (name, word), label in zip(spans, ("brand", "drug"), strict=True)
    ]
    relations = [{"label": kind, "head": "T1", "tail": "T2"}] if kind else []
    meta = {"task": "both"}
    return {"id": str(number), "text": text, "entities": entities, "relations": relations} | {
        "meta": meta
    }


def test_few_of_the_unrelated_pairs_far_apart_are_learned_from():
    words = ["aspirin", "codeine", "insulin", "warfarin"]
    text = "Known gout.\n\nHe is well.\n\nHe walks.\n\n" + ", ".join(words) + "."
    kinds = dict.fromkeys(words, "DRUG") | {"gout": "DISEASE"}
    entities = [
        {"id": word, "start": text.index(word), "end": text.index(word) + len(word), "label": label}
        for word, label in kinds.items()
    ]
    relations = [{"label": "TREATS", "head": "codeine", "tail": "gout"}]
    note = {"text": text, "lang": "en", "entities": entities, "relations": relations}
    found = own_notes(note, "en", inventory())
    assert found is not None
    assert len(thinned(found, 1).pairs) == len(found.pairs)
    few = thinned(found, 100)
    assert ("codeine", "gout") in few.pairs
    assert int(few.far.sum()) < int(found.far.sum())


def test_the_best_threshold():
    given = np.array([0.9, 0.8, 0.3, 0.1])
    assert best_threshold(given, np.array([True, True, False, False])) == 0.8
    assert best_threshold(given, np.zeros(4, bool)) == 0.99
    assert best_threshold(given, np.array([False, True, False, False]), 0.9) == 0.99
