"""Documents read with the built-in model, as the product reads them."""

import shutil

import pytest

from models.annotator import Annotator
from models.errors import ModelCorrupt, ModelNotFound
from models.registry import Registry
from models.training.scoring import reading
from models.training.scoring.reading import Reader, find
from models.types import Note

TEXTS = [
    "She has type 2 diabetes and takes metformin 500 mg twice daily.",
    "",
    "Seen by Dr. Osgood on 02/11/2023. MRN: 7745120.",
    "No chest pain, no fever.",
]


@pytest.fixture(scope="module")
def reader():
    return Reader(Registry.load().of("en"))


def documents():
    return [{"text": text, "entities": []} for text in TEXTS]


def test_shows_what_the_annotator_shows(reader):
    annotator = Annotator.load(["en"])
    for read, text in zip(reader.read(documents()), TEXTS, strict=True):
        shown = annotator.annotate(Note(text, "en"))
        expected = [(e.span.start, e.span.end, e.label) for e in shown.entities]
        expected += [(e.span.start, e.span.end, e.category) for e in shown.phi]
        assert [(m.start, m.end, m.label) for m in read.shown] == expected
        assert {m.label for m in read.heads} <= set(reader.heads)


def test_threads_and_batches_change_nothing(reader, monkeypatch):
    monkeypatch.setattr(reading, "BATCH", 1)
    fresh = Reader(reader.model)
    alone = list(fresh.read(documents() * 5, threads=1))
    assert [each.document["text"] for each in alone] == TEXTS * 5
    spans = [[(m.start, m.end, m.label) for m in each.heads] for each in alone]
    several = list(reader.read(documents() * 5, threads=3))
    assert [[(m.start, m.end, m.label) for m in each.heads] for each in several] == spans


def test_a_text_is_read_once(reader, monkeypatch):
    list(reader.read(documents()))
    monkeypatch.setattr(reader, "_annotator", None)
    again = list(reader.read([{"text": TEXTS[0], "entities": [], "id": "other"}]))
    assert again[0].document["id"] == "other"
    assert again[0].heads


def test_a_folder_is_a_model_too(tmp_path):
    folder = shutil.copytree(Registry.load().of("en").folder, tmp_path / "mine")
    model = find(str(folder), "en")
    assert (model.identifier, model.language) == ("mine", "en")
    assert "DRUG" in model.entities
    assert "NAME" in model.phi
    assert Reader(model).heads
    with pytest.raises(ModelNotFound, match="language"):
        find(str(folder))


def test_a_model_that_there_is_not_is_named(tmp_path):
    with pytest.raises(ModelNotFound, match="clinical-en"):
        find("clinical-xx")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelCorrupt, match=r"config\.json"):
        find(str(tmp_path), "en")
