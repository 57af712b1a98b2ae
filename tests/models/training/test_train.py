"""A tiny model, trained in seconds from a recipe, resumed, published and run."""

import json
import lzma

import pytest

torch = pytest.importorskip("torch")

from models.tagger import Tagger  # noqa: E402
from models.training.publish import publish  # noqa: E402
from models.training.train import train  # noqa: E402

RECIPE = """
identifier = "tiny-en"
language = "en"
heads = ["DRUG", "DISEASE"]
vocabulary = 260
vector = 16
hidden = 24
steps = {steps}
budget = 400
average = 0.9
rate = 1e-2
warm_up = 5

[mix]
bc5cdr = 1.0
"""
DRUGS = ["aspirin", "heparin", "codeine", "insulin", "warfarin"]
DISEASES = ["asthma", "stroke", "gout", "anemia", "sepsis"]


def documents():
    for number in range(60):
        drug, disease = DRUGS[number % 5], DISEASES[number // 5 % 5]
        text = f"The patient takes {drug} for {disease}."
        spans = [(drug, "Chemical"), (disease, "Disease")]
        entities = [
            {"start": text.index(word), "end": text.index(word) + len(word), "label": label}
            for word, label in spans
        ]
        yield {"id": str(number), "lang": "en", "text": text, "entities": entities, "meta": {}}


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data" / "corpora" / "en" / "bc5cdr"
    folder.mkdir(parents=True)
    with lzma.open(folder / "train.jsonl.xz", "wt") as file:
        file.writelines(json.dumps(document) + "\n" for document in documents())
    return tmp_path / "data"


def recipe(tmp_path, steps):
    path = tmp_path / "recipe.toml"
    path.write_text(RECIPE.format(steps=steps))
    return path


def test_trains_resumes_publishes_and_runs(data, tmp_path):
    out = tmp_path / "run"
    train(recipe(tmp_path, 30), data, out)
    first = json.loads((out / "run.json").read_text())
    train(recipe(tmp_path, 150), data, out)
    second = json.loads((out / "run.json").read_text())
    assert (first["steps"], second["steps"]) == (30, 150)
    assert "corpora/en/bc5cdr/train.jsonl.xz" in second["data"]

    folder = tmp_path / "weights"
    record = publish(recipe(tmp_path, 150), out, folder, "1", {"bc5cdr": 50.0})
    assert record.startswith("[tiny-en]\n")
    assert '"bc5cdr" = 50.0' in record
    text = "The patient takes heparin for gout."
    found = {(text[m.start : m.end], m.label) for m in Tagger.load(folder).tag(text)}
    assert {("heparin", "DRUG"), ("gout", "DISEASE")} <= found


@pytest.mark.parametrize(("change", "word"), [("colour = 1\n", "colour"), (None, "heads")])
def test_a_recipe_is_checked(tmp_path, change, word):
    path = tmp_path / "recipe.toml"
    path.write_text((change or "") + ("" if change is None else RECIPE.format(steps=1)))
    with pytest.raises(ValueError, match=word):
        train(path, tmp_path, tmp_path / "out")
