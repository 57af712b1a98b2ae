"""A tiny reader, trained from a recipe in seconds, written as a graph and read back."""

import json
import lzma

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.relating.model import RelationModel  # noqa: E402
from models.relating.reader import FIRST, UNKNOWN, Vocabulary  # noqa: E402
from models.relating.words import hashed  # noqa: E402
from models.training.relating.corpora import read  # noqa: E402
from models.training.relating.inventory import OUTPUTS, inventory  # noqa: E402
from models.training.relating.reader import Batch, Network, Settings  # noqa: E402
from models.training.relating.reader_graph import graph, rounded  # noqa: E402
from models.training.relating.reading import lessons, save  # noqa: E402
from models.training.scoring.relation_scores import total, with_gold_entities  # noqa: E402
from models.training.train import train  # noqa: E402
from models.training.words.word_vectors import word_vectors  # noqa: E402

RECIPE = """
kind = "reader"
identifier = "tiny"
outputs = "relations_ddi.toml"
texts = ["en.00.jsonl.xz"]

[mix]
ddi = ["train"]

[settings]
words = 40
vector = 8
part = 4
hidden = 8
filters = 16
middle = 16
epochs = 40
batch = 8
rate = 2e-2
dropout = 0.0
unnamed = 1.0
folds = 2
"""
DRUGS = ["aspirin", "heparin", "codeine", "insulin", "warfarin", "digoxin"]
SAID = {"advise": "must not be given with", "effect": "weakens", None: "was compared with"}
KNOWN = inventory(OUTPUTS.with_name("relations_ddi.toml"))


def document(number):
    first, second = DRUGS[number % 6], DRUGS[(number + 1 + number // 6 % 4) % 6]
    kind = list(SAID)[number % 3]
    text = f"Here {first} {SAID[kind]} {second}."
    entities = [
        {
            "id": name,
            "start": text.index(drug),
            "end": text.index(drug) + len(drug),
            "label": "drug",
        }
        for name, drug in (("T1", first), ("T2", second))
    ]
    relations = [{"label": kind, "head": "T1", "tail": "T2"}] if kind else []
    return {
        "id": str(number),
        "text": text,
        "entities": entities,
        "relations": relations,
        "meta": {"task": "both"},
    }


def write(path, lines):
    path.parent.mkdir(parents=True)
    with lzma.open(path, "wt") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


@pytest.fixture
def data(tmp_path):
    documents = [document(number) for number in range(60)]
    write(tmp_path / "corpora/en/ddi2013/train.jsonl.xz", documents)
    write(tmp_path / "text/en.00.jsonl.xz", documents)
    return tmp_path


def test_learns_kinds_and_reads_them_back(data):
    recipe = data / "recipe.toml"
    recipe.write_text(RECIPE)
    written = train(recipe, data, data / "out")
    model = RelationModel.load(written.parent)
    scores = total(with_gold_entities(model, read("ddi", "train", data / "corpora", KNOWN)))
    assert (scores["DDI:advise"].gold, scores["DDI:advise"].f1) == (20, 1.0)
    assert (scores["DDI:effect"].gold, scores["DDI:effect"].f1) == (20, 1.0)
    assert scores["DDI:int"].found == scores["DDI:mechanism"].found == 0
    assert 0 < model.outputs[0].threshold < 1
    assert len({output.threshold for output in model.outputs}) == 1
    run = json.loads((written.parent / "run.json").read_text())
    assert set(run["hashes"]) == {"corpora/en/ddi2013/train.jsonl.xz", "text/en.00.jsonl.xz"}
    assert set(run["held_out"]) == {"f1", "threshold"}


def taught(data):
    vocabulary = Vocabulary(np.array([hashed(word)[0] for word in ("here", "weakens")], np.uint32))
    return list(lessons(read("ddi", "train", data / "corpora", KNOWN), vocabulary))


def test_the_graph_answers_as_the_networks_do(data, tmp_path):
    torch.manual_seed(1)
    settings = Settings(vector=8, part=8, hidden=16, filters=16, middle=16)
    small, scales = rounded(torch.randn(FIRST + 2, 8).numpy())
    networks = [Network(settings, small * scales, 4).eval() for _ in range(2)]
    save(networks, np.array([1, 2], np.uint32), KNOWN, tmp_path / "out")
    reader = RelationModel.load(tmp_path / "out").reader
    for lesson in taught(data)[:5]:
        with torch.no_grad():
            batch = Batch.of([lesson.reading])
            expected = sum(torch.softmax(each(batch), dim=1) for each in networks) / 2
        np.testing.assert_allclose(reader._run(lesson.reading.feeds()), expected, atol=0.01)


def test_padding_changes_nothing(data):
    torch.manual_seed(1)
    network = Network(Settings(vector=8), torch.randn(FIRST + 2, 8).numpy(), 4).eval()
    readings = [lesson.reading for lesson in taught(data)[:6]]
    assert len({len(reading.words) for reading in readings}) > 1
    with torch.no_grad():
        together = network(Batch.of(readings))
        alone = torch.cat([network(Batch.of([reading])) for reading in readings])
    torch.testing.assert_close(together, alone)


def test_tables_and_matrices_are_small(data):
    settings = Settings(vector=8)
    network = Network(settings, torch.randn(FIRST + 2, 8).numpy(), 4)
    model = graph([network], *rounded(network.vectors.numpy()))
    wide = [each for each in model.graph.initializer if each.data_type == 1 and len(each.dims) > 1]
    assert {each.name.rsplit("_", 1)[-1] for each in wide} <= {"bias", "scale", "scales"}


def test_rounding_keeps_rows():
    rows = np.array([[0.0, 0.0], [1.0, -2.0], [1e-3, 5e-4]], np.float32)
    small, scales = rounded(rows)
    assert small.dtype == np.int8
    np.testing.assert_allclose(small * scales, rows, atol=1e-2 * np.abs(rows).max())
    np.testing.assert_array_equal(rounded(small * scales)[0], small)


def test_frequent_words_have_vectors(tmp_path):
    lines = [{"text": "the cat sat on the mat"}, {"text": "the dog sat on a rug"}] * 20
    write(tmp_path / "text/en.xz", [*lines, {"text": "rare"}])
    hashes, vectors = word_vectors([tmp_path / "text/en.xz"], 8, 4)
    assert hashes[0] == hashed("the")[0]
    assert hashed("rare")[0] not in hashes.tolist()
    assert vectors.shape == (FIRST + 8, 4)
    assert not vectors[0].any()
    assert vectors[UNKNOWN].any()
    cat, dog, sat = (
        vectors[FIRST + hashes.tolist().index(hashed(each)[0])] for each in ("cat", "dog", "sat")
    )
    assert np.linalg.norm(cat - dog) < np.linalg.norm(cat - sat)
