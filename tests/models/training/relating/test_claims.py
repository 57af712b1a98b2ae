"""Corpora that claim what treats and what causes, as pairs of one sentence."""

import pytest

from models.training.relating.claims import bc5cdr_mentions, biored, crowdtruth, lct
from models.training.relating.inventory import OUTPUTS, inventory

KNOWN = inventory(OUTPUTS.with_name("relations_reasons.toml"))
TEXT = "Ketorol led to gout. Zincol was given for rash, and the gout went."


def entity(name, word, label, code="", text=TEXT):
    start = text.index(word)
    return {
        "id": name,
        "start": start,
        "end": start + len(word),
        "label": label,
        "codes": {"mesh": code},
    }


def document(entities, relations, text=TEXT, **meta):
    return {"id": "1", "text": text, "entities": entities, "relations": relations, "meta": meta}


def right(examples):
    names = KNOWN.names
    return {
        pair: [name for name, holds in zip(names, row, strict=True) if holds]
        for pair, row in zip(examples.pairs, examples.right, strict=True)
    }


def by_codes(label, kinds):
    chemical, disease = kinds
    entities = [
        entity("T1", "Ketorol", chemical, "D1"),
        entity("T2", "gout", disease, "C1|C9"),
        entity("T3", "Zincol", chemical, "D2"),
        entity("T4", "rash", disease, "C2"),
    ]
    relations = [{"label": label, "head_code": "D1", "tail_code": "C9", "head": "", "tail": ""}]
    return document(entities, relations)


def test_concepts_stand_for_mentions_of_one_sentence():
    found = bc5cdr_mentions(by_codes("CID", ("Chemical", "Disease")), "en", KNOWN)
    assert right(found) == {("T1", "T2"): ["CAUSES"], ("T3", "T4"): []}


@pytest.mark.parametrize(
    ("label", "name"), [("Positive_Correlation", "CAUSES"), ("Negative_Correlation", "TREATS")]
)
def test_a_correlation_is_a_cause_or_a_treatment(label, name):
    kinds = ("ChemicalEntity", "DiseaseOrPhenotypicFeature")
    found = biored(by_codes(label, kinds), "en", KNOWN)
    assert right(found)["T1", "T2"] == [name]
    assert right(found)["T3", "T4"] == []


def test_criteria_say_what_a_condition_is_caused_by():
    entities = [
        entity("T1", "Ketorol", "Drug"),
        entity("T2", "gout", "Condition"),
        entity("T3", "Zincol", "Drug"),
        entity("T4", "rash", "Condition"),
    ]
    relations = [
        {"label": "Caused-By", "head": "T2", "tail": "T1"},
        {"label": "Treatment-For", "head": "T3", "tail": "T4"},
    ]
    found = right(lct(document(entities, relations), "en", KNOWN))
    assert (found["T1", "T2"], found["T3", "T4"]) == (["CAUSES"], ["TREATS"])


def asked(relations, **scores):
    entities = [entity("T1", "Zincol", "TERM"), entity("T2", "rash", "TERM")]
    return crowdtruth(document(entities, relations, crowd_scores=scores), "en", KNOWN)


def test_the_crowd_decides():
    yes = [{"label": "treat", "head": "T1", "tail": "T2"}]
    found = asked(yes, treat=0.9, cause=0.1)
    assert right(found) == {("T1", "T2"): ["TREATS"]}
    assert found.judged.sum() == 2
    assert not asked([], treat=0.1).right.any()


def test_a_crowd_in_two_minds_says_nothing():
    assert asked([], treat=0.3, cause=0.4) is None
    assert asked([], treat=0.1, cause=0.4).judged.sum() == 1


def test_where_no_treatment_is_asked_for_both_may_be_the_cause():
    yes = [{"label": "cause", "head": "T2", "tail": "T1"}]
    assert right(asked(yes, cause=0.8)) == {("T2", "T1"): ["CAUSES"], ("T1", "T2"): []}
