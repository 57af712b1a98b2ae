"""A tiny encoder that learns to tell the next piece, resumed, and a tagger that begins with it."""

import json
import lzma

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.errors import RecipeInvalid  # noqa: E402
from models.training.train import train  # noqa: E402
from models.training.words.vocabulary import learn  # noqa: E402

TEXT = "The patient takes aspirin for gout. The patient takes insulin for asthma.\n"
ENCODER = """
kind = "encoder"
identifier = "tiny"
texts = ["en.jsonl.xz"]
steps = {steps}
rows = 4
width = 12
samples = 8
vector = 12
hidden = 16
rate = 1e-2
warm_up = 5
average = 0.9
"""
TAGGER = """
identifier = "tiny-en"
language = "en"
heads = ["DRUG"]
vector = 12
hidden = 16
steps = 1

[mix]
bc5cdr = 1.0
"""


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data" / "text"
    folder.mkdir(parents=True)
    with lzma.open(folder / "en.jsonl.xz", "wt") as file:
        file.writelines(json.dumps({"text": TEXT * 20}) + "\n" for _ in range(3))
    corpus = tmp_path / "data" / "corpora" / "en" / "bc5cdr"
    corpus.mkdir(parents=True)
    document = {"id": "1", "text": TEXT, "entities": [], "meta": {}}
    with lzma.open(corpus / "train.jsonl.xz", "wt") as file:
        file.write(json.dumps(document) + "\n")
    return tmp_path / "data"


@pytest.fixture
def start(tmp_path):
    folder = tmp_path / "start"
    folder.mkdir()
    vocabulary = learn([TEXT] * 5, 120)
    vocabulary.save(str(folder / "tokenizer.json"))
    size = vocabulary.get_vocab_size()
    np.save(folder / "vectors.npy", np.random.default_rng(0).normal(size=(size, 12)).astype("f4"))
    return folder


def written(path, text):
    path.write_text(text)
    return path


def loss(out):
    return json.loads((out / "run.json").read_text())["loss"]


def test_learns_what_comes_next_and_goes_on_where_it_stopped(tmp_path, data, start):
    out = tmp_path / "run"
    train(written(tmp_path / "first.toml", ENCODER.format(steps=5)), data, out, start)
    early = loss(out)
    train(written(tmp_path / "second.toml", ENCODER.format(steps=150)), data, out, start)
    # Which of two drugs and two diseases comes cannot be known; all else can.
    assert loss(out) < 0.5 * early
    assert json.loads((out / "run.json").read_text())["data"].keys() == {"text/en.jsonl.xz"}


def test_a_tagger_begins_with_it(tmp_path, data, start):
    out, tagger = tmp_path / "run", tmp_path / "tagger"
    train(written(tmp_path / "first.toml", ENCODER.format(steps=3)), data, out, start)
    train(written(tmp_path / "tagger.toml", TAGGER), data, tagger, out)
    before = torch.load(out / "weights.pt", weights_only=True)["encoder.layers.0.recur"]
    after = torch.load(tagger / "weights.pt", weights_only=True)["encoder.layers.0.recur"]
    assert torch.allclose(before, after, atol=1e-2)
    assert not torch.equal(before, after)


def test_needs_a_vocabulary(tmp_path, data):
    with pytest.raises(RecipeInvalid, match="needs a run to start with"):
        train(written(tmp_path / "first.toml", ENCODER.format(steps=3)), data, tmp_path / "run")
