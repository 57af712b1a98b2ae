"""Invented documents: spans read back, and the test shares no name with the training."""

import lzma

import pytest

from models.training.inventing import negatives, synthetic_clinical, synthetic_phi
from models.training.inventing.identities import held_out, names
from models.training.inventing.templates import fill, shout

LISTS = {
    "first_names": [f"Given{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"],
    "surnames": [f"Family{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"],
    "cities": [f"Town{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"],
    "hospitals": [f"Hospital {letter}" for letter in "abcdefghijklmnopqrstuvwxyz"],
    "streets": [f"Street {letter}" for letter in "abcdefghijklmnopqrstuvwxyz"],
}


@pytest.fixture
def lists(tmp_path):
    for name, values in LISTS.items():
        with lzma.open(tmp_path / f"{name}.txt.xz", "wt") as file:
            file.write("\n".join(values))
    return tmp_path


@pytest.mark.parametrize("test", [False, True])
def test_phi_spans_read_back(lists, test):
    made = list(synthetic_phi.documents(lists, ["No pain."], 200, test=test))
    assert made == list(synthetic_phi.documents(lists, ["No pain."], 200, test=test))
    for document in made:
        for entity in document["entities"]:
            text = document["text"][entity["start"] : entity["end"]]
            assert text
            assert text == text.strip()
    labels = {entity["label"] for document in made for entity in document["entities"]}
    assert labels >= {"NAME", "DATE", "ID", "LOCATION", "CONTACT", "AGE", "PROFESSION"}


def test_names_are_split_for_good(lists):
    training, test = (names(lists / "surnames.txt.xz", side) for side in (False, True))
    assert sorted(training + test) == sorted(LISTS["surnames"])
    assert all(held_out(name) for name in test)
    texts = " ".join(d["text"] for d in synthetic_phi.documents(lists, ["x."], 100, test=False))
    assert not any(name in texts for name in test)


def test_clinical_lines_have_labels():
    for document in synthetic_clinical.documents(100):
        assert document["entities"]
        for entity in document["entities"]:
            assert document["text"][entity["start"] : entity["end"]].strip()


def test_an_unknown_slot_is_an_error():
    with pytest.raises(KeyError):
        fill("{nobody}", {}, "1")


def test_capitals_keep_the_offsets():
    document = fill("Takes {drug}.", {"drug": lambda: ("aspirin", "DRUG")}, "1")
    (entity,) = shout(document)["entities"]
    assert shout(document)["text"][entity["start"] : entity["end"]] == "ASPIRIN"
    odd = fill("{drug}", {"drug": lambda: ("ß", "DRUG")}, "1")
    assert shout(odd)["text"] == "ß"


def test_filling_leaves_personal_sentences_out():
    sentences = [
        "The wound was closed.",
        "He is a 67 year old.",
        "She lives alone.",
        "In May 2020.",
    ]
    kept = negatives.filling(iter([{"text": text} for text in sentences]))
    assert kept == ["The wound was closed."]
