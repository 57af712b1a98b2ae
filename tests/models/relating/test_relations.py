"""Nearness inside one sentence, and what the model finds."""

import re
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import ModelCorrupt
from models.registry import Registry
from models.relating.model import RelationModel
from models.relating.relations import relations, rules
from models.segmentation import sentences
from models.types import Assertion, Entity, Experiencer, Presence, Span

LABELS = {
    "DRUG": "metformin|lisinopril|aspirin",
    "DOSAGE": r"\d+ mg",
    "FREQUENCY": "daily|twice a day",
    "LAB_VALUE": r"\d+\.\d",
    "DIAGNOSTIC_PROCEDURE": "sodium|potassium",
    "SEVERITY": "severe|mild",
    "SYMPTOM": "pain|cough",
    "LAB_TEST": "ferritin",
    "DURATION": r"\d+ days",
    "ANATOMY": "knee|chest",
}


def related(text, label):
    entities = sorted(
        (
            Entity(Span.of(text, *match.span()), name, 0.9)
            for name, pattern in LABELS.items()
            for match in re.finditer(pattern, text)
        ),
        key=lambda entity: entity.span,
    )
    bounds = [match.span() for match in re.finditer(r"[^;]+", text)]
    return [
        (each.head.span.text, each.tail.span.text)
        for each in relations(entities, bounds)
        if each.label == label
    ]


@pytest.mark.parametrize(
    ("text", "label", "expected"),
    [
        (
            "metformin 500 mg twice a day, lisinopril 10 mg daily",
            "DOSAGE_OF",
            [("500 mg", "metformin"), ("10 mg", "lisinopril")],
        ),
        (
            "metformin 500 mg twice a day, lisinopril 10 mg daily",
            "FREQUENCY_OF",
            [("twice a day", "metformin"), ("daily", "lisinopril")],
        ),
        ("500 mg of metformin", "DOSAGE_OF", [("500 mg", "metformin")]),
        ("metformin; then 500 mg", "DOSAGE_OF", []),
        ("metformin" + " and so on" * 9 + " 500 mg", "DOSAGE_OF", []),
        ("sodium 140.1, potassium 4.2", "RESULT_OF", [("140.1", "sodium"), ("4.2", "potassium")]),
        ("mild cough and severe pain", "SEVERITY_OF", [("mild", "cough"), ("severe", "pain")]),
        ("ferritin 8.1, sodium 140.1", "RESULT_OF", [("8.1", "ferritin"), ("140.1", "sodium")]),
        ("cough for 3 days, pain", "DURATION_OF", [("3 days", "cough")]),
        ("aspirin 81 mg for 5 days, cough", "DURATION_OF", [("5 days", "aspirin")]),
        ("knee pain and chest pain", "LOCATED_IN", [("pain", "knee"), ("pain", "chest")]),
        ("pain all over, mostly in the knee", "LOCATED_IN", []),
    ],
)
def test_a_modifier_goes_to_the_nearest(text, label, expected):
    assert related(text, label) == expected


def test_the_score_is_the_lower_one():
    text = "aspirin 81 mg"
    drug = Entity(Span.of(text, 0, 7), "DRUG", 0.9)
    dose = Entity(Span.of(text, 8, 13), "DOSAGE", 0.6)
    (relation,) = relations([drug, dose], [(0, len(text))])
    assert (relation.head, relation.tail, relation.score) == (dose, drug, 0.6)


def test_nothing_from_nothing():
    assert relations([], []) == ()


def test_rules_name_the_labels_of_the_inventory():
    assert {rule.label for rule in rules()} == {
        "DOSAGE_OF",
        "FREQUENCY_OF",
        "DURATION_OF",
        "RESULT_OF",
        "SEVERITY_OF",
        "LOCATED_IN",
    }


@pytest.fixture(scope="module")
def model():
    record = Registry.load().get("relations")
    record.verify()
    return RelationModel.load(record.folder)


def entity(text, word, label):
    start = text.index(word)
    return Entity(Span.of(text, start, start + len(word)), label, 0.9)


def by_weights(model, text, **words):
    entities = sorted(
        (entity(text, word, label) for label, found in words.items() for word in found),
        key=lambda each: each.span,
    )
    found = relations(entities, sentences(text, "en"), text, model)
    return {(each.label, each.head.span.text, each.tail.span.text) for each in found}


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        (
            "bisoprolol 2.5 mg daily, furosemide 40 mg twice daily",
            {
                "DRUG": ["bisoprolol", "furosemide"],
                "DOSAGE": ["2.5 mg", "40 mg"],
                "FREQUENCY": ["daily", "twice daily"],
            },
            {
                ("DOSAGE_OF", "2.5 mg", "bisoprolol"),
                ("DOSAGE_OF", "40 mg", "furosemide"),
                ("FREQUENCY_OF", "daily", "bisoprolol"),
                ("FREQUENCY_OF", "twice daily", "furosemide"),
            },
        ),
        (
            "Natrium 131 mmol/l, kalium 5,9 mmol/l.",
            {"LAB_TEST": ["Natrium", "kalium"], "LAB_VALUE": ["131 mmol/l", "5,9 mmol/l"]},
            {("RESULT_OF", "131 mmol/l", "Natrium"), ("RESULT_OF", "5,9 mmol/l", "kalium")},
        ),
        (
            "She developed agranulocytosis due to clozapine.",
            {"DISEASE": ["agranulocytosis"], "DRUG": ["clozapine"]},
            {("CAUSES", "clozapine", "agranulocytosis")},
        ),
    ],
)
def test_the_weights_find(model, text, words, expected):
    assert expected <= by_weights(model, text, **words)


def test_the_weights_prefer_the_model_to_the_rules(model):
    text = "severe pain"
    severe, pain = entity(text, "severe", "SEVERITY"), entity(text, "pain", "SYMPTOM")
    (relation,) = relations([severe, pain], [(0, len(text))], text, model)
    assert (relation.label, relation.head, relation.tail) == ("SEVERITY_OF", severe, pain)
    assert relation.score <= 0.9


def test_what_a_later_model_decides_the_earlier_does_not(model):
    text = "She developed agranulocytosis due to clozapine."
    drug, finding = entity(text, "clozapine", "DRUG"), entity(text, "agranulocytosis", "DISEASE")
    never = tuple(
        replace(output, threshold=2.0) for output in model.outputs if output.name == "CAUSES"
    )
    assert len(never) == 1
    columns = [output.name == "CAUSES" for output in model.outputs]
    arrays = {
        **model.arrays,
        "weights": model.arrays["weights"][:, columns],
        "out_bias": model.arrays["out_bias"][columns],
    }
    silent = replace(model, outputs=never, arrays=arrays)
    bounds = [(0, len(text))]
    assert {each.label for each in relations([drug, finding], bounds, text, model)} == {"CAUSES"}
    assert relations([drug, finding], bounds, text, model.without([silent]), silent) == ()
    assert relations([drug, finding], bounds, text, silent.without([model]), model) != ()


def test_what_a_later_model_decides_in_part_the_earlier_keeps(model):
    chemical = [each for each in model.outputs if each.relation == "INTERACTS_WITH"]
    drugs_only = replace(model, groups={"DRUG": model.groups["DRUG"]}, outputs=(chemical[0],))
    kept = {each.name for each in model.without([drugs_only]).outputs}
    assert {each.name for each in model.outputs} - kept == {"INTERACTS_WITH"}
    assert "CID" in kept


def test_what_is_right_too_seldom_is_not_looked_for(model):
    names = {each.name for each in model.outputs}
    assert names - {each.name for each in model.shown().outputs} == {"CONTRAINDICATES"}


@pytest.fixture(scope="module")
def reasons():
    return RelationModel.load(Registry.load().get("relations-reasons").folder)


@pytest.mark.parametrize(
    ("text", "drugs", "findings", "expected"),
    [
        (
            "Tamoxifen is used in the treatment of mastalgia.",
            ["Tamoxifen"],
            ["mastalgia"],
            {("TREATS", "Tamoxifen", "mastalgia")},
        ),
        (
            "She developed agranulocytosis due to clozapine.",
            ["clozapine"],
            ["agranulocytosis"],
            {("CAUSES", "clozapine", "agranulocytosis")},
        ),
        (
            "Problems\n# gout - allopurinol 100 mg\n# asthma - salbutamol\n",
            ["allopurinol", "salbutamol"],
            ["gout", "asthma"],
            {("TREATS", "allopurinol", "gout"), ("TREATS", "salbutamol", "asthma")},
        ),
        ("Amoxicillin daily. Denies vertigo.", ["Amoxicillin"], ["vertigo"], set()),
    ],
)
def test_says_why(reasons, text, drugs, findings, expected):
    assert by_weights(reasons, text, DRUG=drugs, DISEASE=findings) == expected


LINE = "{} 5 mg daily for gout; mild pain of the knee, sodium 140.\n"
WORDS = {"DOSAGE": "5 mg", "FREQUENCY": "daily", "DISEASE": "gout", "SEVERITY": "mild"}
WORDS |= {"SYMPTOM": "pain", "ANATOMY": "knee", "LAB_TEST": "sodium", "LAB_VALUE": "140"}


def long_note(words):
    line = LINE.format("aspirin")
    count = words // len(line.split())
    text = line * count
    spans = [(line.index(word), len(word), label) for label, word in WORDS.items()]
    spans.append((0, len("aspirin"), "DRUG"))
    entities = [
        Entity(
            Span.of(text, number * len(line) + start, number * len(line) + start + length),
            label,
            0.9,
        )
        for number in range(count)
        for start, length, label in sorted(spans)
    ]
    bounds = [(number * len(line), (number + 1) * len(line) - 1) for number in range(count)]
    return text, entities, bounds


def test_the_cost_grows_with_the_note_only(model):
    spent = []
    for words in (5_000, 25_000):
        text, entities, bounds = long_note(words)
        begun = time.process_time()
        found = relations(entities, bounds, text, model)
        spent.append(time.process_time() - begun)
        known = set(entities)
        assert found
        assert all(each.head in known and each.tail in known for each in found)
    assert spent[1] < 16 * spent[0]  # square would be 25


@settings(deadline=None)
@given(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=80),
    st.lists(
        st.tuples(st.integers(0, 79), st.integers(1, 9), st.sampled_from(sorted(LABELS))),
        max_size=12,
    ),
)
def test_relations_join_entities_of_the_note(model, text, drawn):
    entities = [
        Entity(Span.of(text, start, min(start + length, len(text))), label, 0.9)
        for start, length, label in drawn
        if start < len(text)
    ]
    for each in relations(entities, sentences(text), text, model):
        assert each.head in entities
        assert each.tail in entities
        assert 0 <= each.score <= 0.9


def test_broken_weights_name_their_file(tmp_path):
    with pytest.raises(ModelCorrupt, match=r"config\.json"):
        RelationModel.load(tmp_path)
    (tmp_path / "config.json").write_text('{"groups": {}, "outputs": []}')
    (tmp_path / "weights.npz").write_bytes(b"no archive")
    with pytest.raises(ModelCorrupt, match=r"weights\.npz"):
        RelationModel.load(tmp_path)


@pytest.mark.parametrize(
    ("claim", "related"),
    [
        (Assertion(), True),
        (Assertion(presence=Presence.POSSIBLE), True),
        (Assertion(presence=Presence.ABSENT), False),
        (Assertion(experiencer=Experiencer.FAMILY), False),
    ],
)
def test_nothing_causes_what_the_patient_has_not(model, claim, related):
    text = "She developed agranulocytosis due to clozapine."
    ill = replace(entity(text, "agranulocytosis", "DISEASE"), assertion=claim)
    drug = entity(text, "clozapine", "DRUG")
    found = relations([ill, drug], sentences(text, "en"), text, model)
    assert any(each.label == "CAUSES" for each in found) is related


def test_a_line_of_a_note_is_no_abstract(model):
    text = "No fever. Started amoxicillin 500 mg for pneumonia."
    found = by_weights(model, text, SYMPTOM=["fever"], DRUG=["amoxicillin"], DISEASE=["pneumonia"])
    assert not any(label == "CAUSES" for label, _, _ in found)
