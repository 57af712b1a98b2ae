"""Mentions read back from any text, whatever its characters, length or neighbours."""

import dataclasses
import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import ModelCorrupt
from models.registry import Registry
from models.tagging.configuration import Configuration
from models.tagging.dictionary import Dictionary
from models.tagging.session import Session
from models.tagging.tagger import Tagger
from models.tagging.tokenization import Tokenizer

FOLDER = Registry.load().of("en").folder
TAGGER = Tagger.load(FOLDER)

WORDS = [
    "metformin", "500 mg", "ASPIRIN", "type 2 diabetes", "Dr. Jane Roe", "chest pain", "\r\n",
    "\n\n", "\t", "\x00", "\x07", "\u2028", "🫀", "𝛼-blocker", "İ", "ﬁbrosis", "e\u0301dema",
    "\ud800", "naïve", "10/12/2020", ".", ",", "    ", "（", "BID", "µg", "\u200b", "\ufeff",
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=6)), max_size=25))
def test_every_mention_reads_back(words):
    text = " ".join(words)
    for mention in TAGGER.tag(text):
        covered = text[mention.start : mention.end]
        assert len(covered) == mention.end - mention.start > 0
        assert covered == covered.strip()
        assert mention.label in TAGGER.heads
        assert 0.0 <= mention.score <= 1.0


def found(text, label):
    return {text[m.start : m.end] for m in TAGGER.tag(text) if m.label == label}


def test_finds_the_obvious():
    text = "She has type 2 diabetes mellitus and takes metformin 500 mg twice daily."
    assert found(text, "DISEASE") == {"type 2 diabetes mellitus"}
    assert found(text, "DRUG") == {"metformin"}
    assert found(text, "DOSAGE") == {"500 mg"}
    assert found(text, "FREQUENCY") == {"twice daily"}


def test_capitals_and_line_breaks_do_not_matter():
    text = "HE TAKES ASPIRIN FOR CORONARY ARTERY\r\nDISEASE."
    assert found(text, "DRUG") == {"ASPIRIN"}
    assert found(text, "DISEASE") == {"CORONARY ARTERY\r\nDISEASE"}


def test_offsets_count_code_points():
    text = "🫀𝛼\x00 İ Patient takes metformin daily."
    assert found(text, "DRUG") == {"metformin"}


@pytest.mark.parametrize("text", ["", " ", "\n", "\x00", "\u2028", "."])
def test_nothing_is_found_in_nothing(text):
    assert TAGGER.tag(text) == []


def test_neighbours_in_a_batch_change_nothing():
    texts = ["Takes lisinopril for hypertension.", "", "Denies fever. " * 30, "Severe asthma."]
    assert [TAGGER.tag(text) for text in texts] == TAGGER.tag_all(texts)


def test_many_texts_are_decoded_in_batches(monkeypatch):
    texts = ["Takes lisinopril for hypertension. " * count for count in (1, 9, 2, 40, 1)]
    together = TAGGER.tag_all(texts)
    monkeypatch.setattr("models.tagging.tagger.PIECES", 50)
    assert TAGGER.tag_all(texts) == together


def made(config: Configuration) -> Tagger:
    """The model of the folder with another configuration."""
    session = Session.load(FOLDER / "model.onnx")
    names = Dictionary.load(FOLDER / "dictionary.npz") if session.marked else None
    tokenizer = Tokenizer.load(FOLDER / "tokenizer.json")
    return Tagger(tokenizer, session, config, dictionary=names)


def test_a_sentence_above_the_limit_is_read_in_stretches():
    """Small stretches find what one long one finds, also where they meet."""
    config = Configuration.load(FOLDER / "config.json")
    small = dataclasses.replace(config, limit=40, overlap=24)
    text = "he took metformin for type 2 diabetes and lisinopril for hypertension and " * 12
    whole = {(m.start, m.end, m.label) for m in made(config).tag(text)}
    pieced = {(m.start, m.end, m.label) for m in made(small).tag(text)}
    assert len(whole & pieced) > 0.95 * len(whole | pieced)
    drugs = [text[start:end] for start, end, label in sorted(pieced) if label == "DRUG"]
    assert drugs == ["metformin", "lisinopril"] * 12


def test_a_long_text_without_a_full_stop_is_read():
    text = "metformin " * 4000
    assert len(found(text, "DRUG")) >= 1


def test_thresholds_drop_the_unsure():
    config = Configuration.load(FOLDER / "config.json")
    strict = dataclasses.replace(config, thresholds=np.full(len(config.heads), 1.1, np.float32))
    assert made(strict).tag("Takes metformin.") == []


def test_corrupt_weights_are_named(tmp_path):
    shutil.copytree(FOLDER, tmp_path / "model")
    graph = tmp_path / "model" / "model.onnx"
    graph.write_bytes(graph.read_bytes()[:1000])
    with pytest.raises(ModelCorrupt, match=r"model\.onnx"):
        Tagger.load(tmp_path / "model")
    graph.unlink()
    with pytest.raises(ModelCorrupt, match=r"model\.onnx is missing"):
        Tagger.load(tmp_path / "model")


def test_a_missing_dictionary_is_named(tmp_path):
    shutil.copytree(FOLDER, tmp_path / "model")
    (tmp_path / "model" / "dictionary.npz").unlink()
    with pytest.raises(ModelCorrupt, match=r"dictionary\.npz is missing"):
        Tagger.load(tmp_path / "model")


def test_only_the_wanted_heads_are_decoded():
    text = "She takes metformin 500 mg for type 2 diabetes."
    some = Tagger.load(FOLDER, labels={"DRUG", "NAME"})
    assert set(some.heads) == {"DRUG", "NAME"}
    assert some.tag(text) == [m for m in TAGGER.tag(text) if m.label in some.heads]
