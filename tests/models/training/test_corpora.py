"""Annotation laid over pieces: gold, open and absent."""

import pytest

from models.registry import Registry
from models.tokenization import Tokenizer
from models.training.corpora import ANY, BEGIN, INSIDE, LABELS, OUTSIDE, Scheme, gold, row, schemes

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


def test_the_label_maps_speak_the_inventory():
    model = Registry.load().of("en")
    for scheme in schemes(LABELS).values():
        said = {*scheme.labels, *scheme.absent, *scheme.unknown}
        assert said <= {*model.entities, *model.phi}
