"""Annotation laid over pieces: gold, open and absent."""

import json
import lzma
import tomllib

import pytest

from models.registry import Registry
from models.tagging.tokenization import Tokenizer
from models.training.corpora import (
    ANY,
    BEGIN,
    INSIDE,
    LABELS,
    OUTSIDE,
    Scheme,
    gold,
    joined,
    part,
    row,
    schemes,
    sha256,
)

TOKENIZER = Tokenizer.load(Registry.load().of("en").folder / "tokenizer.json")
HEADS = ("DRUG", "DOSAGE", "NAME", "AGE")
TEXT = "Jane takes aspirin 81 mg daily."


def document(*entities, **meta):
    made = [
        {
            "id": f"T{i}",
            "start": TEXT.index(text),
            "end": TEXT.index(text) + len(text),
            "label": label,
        }
        for i, (text, label) in enumerate(entities)
    ]
    return {"id": "1", "lang": "en", "text": TEXT, "entities": made, "meta": meta}


def masks(document, **table):
    made = row(document, Scheme.read({"path": "x", **table}), HEADS, TOKENIZER)
    ((pieces, bits),) = made.sentences
    covered = [TEXT[start:end] for start, end in zip(pieces.starts, pieces.ends, strict=True)]
    return {
        head: dict(zip(covered, bits[:, column].tolist(), strict=True))
        for column, head in enumerate(HEADS)
    }


def test_gold_is_begin_inside_outside():
    bits = masks(document(("81 mg", "Dose")), labels={"DOSAGE": ["Dose"]})["DOSAGE"]
    assert (bits["aspirin"], bits["81"], bits["mg"], bits["daily"]) == (
        OUTSIDE, BEGIN, INSIDE, OUTSIDE,
    )  # fmt: skip


def test_what_a_corpus_does_not_annotate_is_open_and_what_is_absent_is_outside():
    bits = masks(document(), labels={"DRUG": ["Drug"]}, absent=["NAME"])
    assert set(bits["AGE"].values()) == {ANY}
    assert set(bits["NAME"].values()) == set(bits["DRUG"].values()) == {OUTSIDE}


def test_unknown_spans_are_open():
    bits = masks(
        document(("aspirin", "Thing")), labels={"DRUG": ["Drug"]}, unknown={"DRUG": ["Thing"]}
    )["DRUG"]
    assert (bits["aspirin"], bits["81"]) == (ANY, OUTSIDE)


def test_exclusive_spans_are_outside_of_the_other_heads():
    bits = masks(document(("daily", "PER")), labels={"NAME": ["PER"]}, exclusive=True)
    assert (bits["DRUG"]["daily"], bits["DRUG"]["aspirin"]) == (OUTSIDE, ANY)


def test_a_document_says_what_it_was_annotated_for():
    plain = masks(document(annotated_labels=["Other"]), labels={"DRUG": ["Drug"]})
    assert set(plain["DRUG"].values()) == {ANY}


def test_a_pattern_chooses_among_spans():
    scheme = Scheme.read({"path": "x", "labels": {"DOSAGE": [{"label": "Dose", "pattern": "\\d"}]}})
    chosen = gold(document(("81 mg", "Dose"), ("daily", "Dose")), scheme, "DOSAGE")
    assert [TEXT[start:end] for start, end in chosen] == ["81 mg"]


def test_an_unknown_key_is_an_error():
    with pytest.raises(ValueError, match="colour"):
        Scheme.read({"path": "x", "colour": 1})


def test_the_label_maps_speak_of_heads_that_are_trained():
    recipes = (LABELS.parent / "recipes").glob("*.toml")
    tables = [tomllib.loads(recipe.read_text("utf-8")) for recipe in recipes]
    heads = {head for table in tables for head in table.get("heads", ())}
    for scheme in schemes(LABELS).values():
        assert {*scheme.labels, *scheme.absent, *scheme.unknown} <= heads


def write(folder, path, *documents):
    file = folder / path
    file.parent.mkdir(parents=True)
    file.write_bytes(lzma.compress("".join(json.dumps(d) + "\n" for d in documents).encode()))


def test_joined_corpora_share_their_documents(tmp_path):
    drug, name = document(("aspirin", "Drug")), document(("Jane", "Person"), ("daily", "Other"))
    alone = {**document(("aspirin", "Drug")), "id": "2"}
    changed = {**document(("Jane", "Person")), "id": "2", "text": f"{TEXT} Again."}
    write(tmp_path, "a/train.jsonl.xz", drug, alone)
    write(tmp_path, "b/train.jsonl.xz", {**name, "id": "en-1"}, changed)
    scheme = Scheme.read({"joined": {"a": ["Drug"], "b": ["Person"]}})
    first, second = joined(scheme, tmp_path, "train")
    assert [entity["label"] for entity in first["entities"]] == ["Drug", "Person"]
    assert first["meta"]["annotated_labels"] == ["Drug", "Person"]
    assert second["meta"]["annotated_labels"] == ["Drug"]


def test_a_part_is_a_file_of_any_format_or_a_folder(tmp_path):
    assert part(tmp_path, "train").name == "train.jsonl.xz"
    (tmp_path / "train.conll").write_text("a\tO\n")
    assert part(tmp_path, "train").name == "train.conll"
    (tmp_path / "test").mkdir()
    (tmp_path / "test" / "one.txt").write_text("a")
    assert part(tmp_path, "test") == tmp_path / "test"
    before = sha256(tmp_path / "test")
    (tmp_path / "test" / "one.txt").write_text("b")
    assert sha256(tmp_path / "test") != before
