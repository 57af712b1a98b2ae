"""A tiny model, trained in seconds from a recipe, resumed, published and run."""

import json
import lzma

import pytest

torch = pytest.importorskip("torch")

from models.errors import ModelCorrupt  # noqa: E402
from models.tagging.dictionary import Dictionary  # noqa: E402
from models.tagging.tagger import Tagger  # noqa: E402
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


def test_begins_with_the_weights_of_another_run(data, tmp_path):
    before, after = tmp_path / "before", tmp_path / "after"
    train(recipe(tmp_path, 150), data, before)
    swapped = tmp_path / "swapped.toml"
    text = RECIPE.format(steps=0).replace('["DRUG", "DISEASE"]', '["GENE", "DISEASE", "DRUG"]')
    swapped.write_text(text.replace("steps = 0", "steps = 1").replace("1e-2", "1e-9"))
    train(swapped, data, after, start=before)
    assert (before / "tokenizer.json").read_bytes() == (after / "tokenizer.json").read_bytes()
    old = torch.load(before / "weights.pt", weights_only=True)
    new = torch.load(after / "weights.pt", weights_only=True)
    assert torch.allclose(new["encoder.layers.0.recur"], old["encoder.layers.0.recur"], atol=1e-5)
    assert torch.allclose(new["emit.weight"][6:9], old["emit.weight"][0:3], atol=1e-5)
    assert torch.allclose(new["transitions"][1], old["transitions"][1], atol=1e-5)


def test_a_head_may_begin_as_another_one(data, tmp_path):
    before, after = tmp_path / "before", tmp_path / "after"
    train(recipe(tmp_path, 150), data, before)
    text = RECIPE.format(steps=1).replace("1e-2", "1e-9").replace('"DISEASE"]', '"HARM"]')
    path = tmp_path / "other.toml"
    path.write_text(text.replace("[mix]", 'begins = { HARM = "DISEASE" }\n[mix]'))
    train(path, data, after, start=before)
    old = torch.load(before / "weights.pt", weights_only=True)
    new = torch.load(after / "weights.pt", weights_only=True)
    assert torch.allclose(new["emit.weight"], old["emit.weight"], atol=1e-5)
    assert torch.allclose(new["transitions"], old["transitions"], atol=1e-5)


def test_a_larger_network_begins_where_the_smaller_one_stood(data, tmp_path):
    before, after = tmp_path / "before", tmp_path / "after"
    train(recipe(tmp_path, 150), data, before)
    Dictionary.of([((5,), 0)]).save(before / "dictionary.npz")
    text = RECIPE.format(steps=1).replace("1e-2", "1e-9").replace("[mix]", "layers = 2\n[mix]")
    (tmp_path / "larger.toml").write_text(text.replace("layers", "dictionary = true\nlayers"))
    after.mkdir()
    (after / "dictionary.npz").write_bytes((before / "dictionary.npz").read_bytes())
    train(tmp_path / "larger.toml", data, after, start=before)
    tags = []
    for out, recipe_path in ((before, recipe(tmp_path, 150)), (after, tmp_path / "larger.toml")):
        publish(recipe_path, out, out / "weights", "1", {})
        found = Tagger.load(out / "weights").tag("The patient takes heparin for gout.")
        tags.append([(each.start, each.end, each.label) for each in found])
    assert tags[0] == tags[1] != []
    assert (after / "weights" / "dictionary.npz").exists()
    (after / "weights" / "dictionary.npz").unlink()
    with pytest.raises(ModelCorrupt, match="dictionary"):
        Tagger.load(after / "weights")
    (after / "dictionary.npz").unlink()
    with pytest.raises(FileNotFoundError, match=r"dictionary\.npz"):
        publish(tmp_path / "larger.toml", after, after / "weights", "1", {})


def test_what_is_held_apart_is_never_read(data, tmp_path):
    folder = data / "corpora" / "en" / "bc5cdr"
    held = [{**d, "meta": {"pmid": d["id"], "part": d["id"]}} for d in documents()]
    for name, rows in (("train", held), ("test", held[:5])):
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{name}.jsonl.xz").write_bytes(lzma.compress(lines.encode()))
    path = recipe(tmp_path, 1)
    kept_apart = 'apart = ["en/bc5cdr/test"]\n[skip]\npart = ["6", "7"]\n[mix]'
    path.write_text(path.read_text().replace("[mix]", kept_apart))
    out = tmp_path / "run"
    train(path, data, out)
    assert json.loads((out / "run.json").read_text())["documents"] == {"bc5cdr": 53}


@pytest.mark.parametrize(("only_annotated", "read"), [("true", 59), ("false", 60)])
def test_documents_without_a_span_may_be_left_out(tmp_path, only_annotated, read):
    folder = tmp_path / "data" / "corpora" / "en" / "mine"
    folder.mkdir(parents=True)
    first, *others = documents()
    silent = {**first, "entities": [{**first["entities"][0], "label": "Other"}]}
    with lzma.open(folder / "train.jsonl.xz", "wt") as file:
        file.writelines(json.dumps(document) + "\n" for document in [silent, *others])
    (tmp_path / "mine.toml").write_text(
        f'[mine]\npath = "en/mine"\nonly_annotated = {only_annotated}\n'
        'labels = { DRUG = ["Chemical"], DISEASE = ["Disease"] }\n'
    )
    path = recipe(tmp_path, 1)
    text = path.read_text().replace("bc5cdr", "mine")
    path.write_text(text.replace("[mix]", 'label_maps = ["mine.toml"]\n[mix]'))
    train(path, tmp_path / "data", tmp_path / "out")
    assert json.loads((tmp_path / "out" / "run.json").read_text())["documents"] == {"mine": read}


def test_trains_on_a_corpus_of_the_user(tmp_path):
    folder = tmp_path / "data" / "corpora" / "en" / "mine" / "train"
    folder.mkdir(parents=True)
    for document in documents():
        (folder / f"{document['id']}.txt").write_text(document["text"])
        lines = [
            f"T{number}\t{e['label']} {e['start']} {e['end']}\t"
            for number, e in enumerate(document["entities"])
        ]
        lines = [
            line + document["text"][e["start"] : e["end"]]
            for line, e in zip(lines, document["entities"], strict=True)
        ]
        (folder / f"{document['id']}.ann").write_text("\n".join(lines))
    (tmp_path / "mine.toml").write_text(
        '[mine]\npath = "en/mine"\nlabels = { DRUG = ["Chemical"], DISEASE = ["Disease"] }\n'
    )
    path = recipe(tmp_path, 1)
    text = path.read_text().replace("bc5cdr", "mine")
    path.write_text(text.replace("[mix]", 'label_maps = ["mine.toml"]\n[mix]'))
    train(path, tmp_path / "data", tmp_path / "out")
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert run["documents"] == {"mine": 60}
    assert {"corpora/en/mine/train", "mine.toml"} <= set(run["data"])
