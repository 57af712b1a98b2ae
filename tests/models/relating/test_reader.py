"""What a reader is fed, and the shipped one at work."""

import shutil

import numpy as np
import pytest

from models.errors import ModelCorrupt
from models.registry import Registry
from models.relating.model import RelationModel
from models.relating.reader import (
    FIRST,
    INPUTS,
    MENTION,
    REACH,
    UNKNOWN,
    Vocabulary,
    readings,
    steps,
)
from models.relating.relations import relations
from models.relating.units import Mention, Units
from models.relating.words import hashed
from models.segmentation import sentences
from models.types import Entity, Span

WORDS = ("raises", "levels", ".")
KNOWN = Vocabulary(np.array([hashed(word)[0] for word in WORDS], np.uint32))


def cut(text, *drugs):
    mentions = [
        Mention(text.index(drug), text.index(drug) + len(drug), 0)
        for drug in sorted(drugs, key=text.index)
    ]
    return Units.of(text, mentions, [start for start, _ in sentences(text, "en")], 1)


def all_pairs(units):
    return np.triu_indices(len(units.places), 1)


def test_words_have_numbers_and_mentions_only_names():
    units = cut("Coumexin strongly raises salvorin.", "Coumexin", "salvorin")
    (reading,) = readings(units, *all_pairs(units), KNOWN)
    assert reading.words.tolist() == [MENTION, UNKNOWN, FIRST, MENTION, FIRST + 2]
    assert (reading.stems > 0).tolist() == [False, True, True, False, True]
    assert (reading.names > 0).tolist() == [True, False, False, True, False]
    assert (reading.endings > 0).tolist() == [True, False, False, True, False]
    assert (reading.left.tolist(), reading.right.tolist()) == ([0], [3])


def test_each_sentence_is_read_apart():
    text = "Aldin raises bendol. Cerolin and dufenac raise levels."
    units = cut(text, "Aldin", "bendol", "Cerolin", "dufenac")
    heads, tails = all_pairs(units)
    found = list(readings(units, heads, tails, KNOWN))
    pairs = [[(heads[row], tails[row]) for row in each.rows] for each in found]
    assert pairs == [[(0, 1)], [(2, 3)]]
    assert [len(each.words) for each in found] == [4, 6]


def test_the_order_of_a_pair_does_not_matter():
    units = cut("Aldin raises bendol.", "Aldin", "bendol")
    heads, tails = all_pairs(units)
    (one,), (other,) = readings(units, heads, tails, KNOWN), readings(units, tails, heads, KNOWN)
    assert {name: value.tolist() for name, value in one.feeds().items()} == {
        name: value.tolist() for name, value in other.feeds().items()
    }


def test_steps_stop_at_the_reach():
    units = np.arange(2 * REACH + 10)
    found = steps(units, np.array([[0], [REACH + 5]]))
    assert found.shape == (2, len(units))
    assert found[0, 0] == found[1, REACH + 5] == REACH
    assert (found.min(), found.max()) == (0, 2 * REACH)


def test_a_sentence_without_end_is_read_in_parts():
    text = "Aldin raises bendol " + "word " * 2000 + "Cerolin raises dufenac"
    units = cut(text, "Aldin", "bendol", "Cerolin", "dufenac")
    heads, tails = all_pairs(units)
    found = list(readings(units, heads, tails, KNOWN))
    assert [(heads[row], tails[row]) for each in found for row in each.rows] == [(0, 1), (2, 3)]
    assert max(len(each.words) for each in found) <= 300
    assert all((each.words[each.left] == MENTION).all() for each in found)
    assert all((each.words[each.right] == MENTION).all() for each in found)


def test_nothing_is_read_without_a_pair():
    units = cut("Aldin raises bendol.", "Aldin", "bendol")
    none = np.zeros(0, np.int64)
    assert list(readings(units, none, none, KNOWN)) == []


@pytest.fixture(scope="module")
def model():
    record = Registry.load().get("relations-ddi")
    record.verify()
    return RelationModel.load(record.folder)


def interacting(model, text, *drugs):
    entities = [
        Entity(Span.of(text, text.index(drug), text.index(drug) + len(drug)), "DRUG", 0.9)
        for drug in drugs
    ]
    found = relations(entities, sentences(text, "en"), text, model)
    return {(each.label, each.head.span.text, each.tail.span.text) for each in found}


def test_the_weights_find_an_interaction(model):
    text = "Coumexin increases the plasma concentrations of salvorin."
    related = {("INTERACTS_WITH", "Coumexin", "salvorin")}
    assert interacting(model, text, "Coumexin", "salvorin") == related


def test_the_weights_know_what_does_not_interact(model):
    text = "Coumexin has no effect on the pharmacokinetics of salvorin."
    assert interacting(model, text, "Coumexin", "salvorin") == set()


def test_pairs_do_not_depend_on_what_else_is_asked(model):
    text = (
        "Aldin increases the plasma levels of bendol, and cerolin should not be given with dufenac."
    )
    units = cut(text, "Aldin", "bendol", "cerolin", "dufenac")
    heads, tails = all_pairs(units)
    together = model.reader.score(units, heads, tails)
    alone = [model.reader.score(units, heads[[row]], tails[[row]])[0] for row in range(len(heads))]
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_outputs_may_be_left_out(model):
    units = cut("Aldin increases the levels of bendol.", "Aldin", "bendol")
    pairs = all_pairs(units)
    every = model.reader.score(units, *pairs)
    assert every.shape == (1, len(model.outputs))
    np.testing.assert_array_equal(model.reader.only([2, 0]).score(units, *pairs), every[:, [2, 0]])


def test_a_graph_that_does_not_fit_is_named(tmp_path, model):
    folder = Registry.load().get("relations-ddi").folder
    for name in ("config.json", "model.onnx"):
        shutil.copyfile(folder / name, tmp_path / name)
    with pytest.raises(ModelCorrupt, match=r"words\.npz"):
        RelationModel.load(tmp_path)
    shutil.copyfile(folder / "words.npz", tmp_path / "words.npz")
    assert {each.name for each in RelationModel.load(tmp_path).reader.session.get_inputs()} == set(
        INPUTS
    )
    (tmp_path / "config.json").write_text('{"groups": {"DRUG": 0}, "outputs": []}')
    with pytest.raises(ModelCorrupt, match=r"model\.onnx"):
        RelationModel.load(tmp_path)
