"""Measures of readings that are written by hand."""

from models.mention import Mention
from models.training.corpora import Scheme
from models.training.scoring import measures
from models.training.scoring.evaluate import Question, Score, micro
from models.training.scoring.reading import Reading
from models.training.scoring.views import view

SCHEME = Scheme.read(
    {
        "path": "x",
        "labels": {"DISEASE": ["Dis"], "SYMPTOM": ["Sign"], "NAME": ["Per"]},
        "unknown": {"DISEASE": ["Sign", "Other"]},
    }
)


def reading(entities, mentions, shown=None, text="x" * 40):
    document = {
        "text": text,
        "entities": [{"start": s, "end": e, "label": label} for s, e, label in entities],
    }
    made = [Mention(*each) for each in mentions]
    return Reading(document, made, made if shown is None else [Mention(*each) for each in shown])


def heads(each):
    return each.heads


def test_labels_are_scored_by_document():
    readings = [
        reading([(0, 4, "Dis")], [(0, 4, "DISEASE", 0.9)]),
        reading([(0, 4, "Dis")], [(1, 4, "DISEASE", 0.9)]),
    ]
    found = measures.labels(readings, SCHEME, {"DISEASE": Question.of("DISEASE")}, heads)
    assert found == {"DISEASE": [Score(1, 1, 1, 1), Score(1, 1, 0, 1)]}


def test_a_label_of_the_product_stands_for_one_of_the_corpus():
    one = reading([(0, 4, "Dis")], [(0, 4, "SYMPTOM", 0.9)])
    asked = {"DISEASE": Question(("DISEASE",), ("DISEASE", "SYMPTOM"))}
    assert measures.labels([one], SCHEME, asked, heads)["DISEASE"] == [Score(1, 1, 1, 1)]


def test_a_view_joins_labels_and_settles_overlaps():
    one = reading(
        [(0, 4, "Dis"), (6, 9, "Sign")],
        [(0, 4, "DISEASE", 0.9), (0, 4, "SYMPTOM", 0.8), (6, 8, "SYMPTOM", 0.9)],
    )
    found = measures.viewed([one], SCHEME, view("i2b2"), "en", heads)
    assert found["PROBLEM"] == [Score(gold=2, found=2, hits=1, near=2)]


def test_what_a_view_knows_is_not_open():
    """A symptom is open for DISEASE alone, but gold of PROBLEM: wrong ends are wrong."""
    one = reading(
        [(6, 9, "Sign"), (12, 15, "Other")], [(6, 8, "DISEASE", 1), (12, 14, "DISEASE", 1)]
    )
    alone = measures.labels([one], SCHEME, {"DISEASE": Question.of("DISEASE")}, heads)
    assert alone["DISEASE"] == [Score(0, 0, 0, 0)]
    found = measures.viewed([one], SCHEME, view("i2b2"), "en", heads)
    assert found["PROBLEM"] == [Score(gold=1, found=1, hits=0, near=1)]


def test_personal_data_is_scored_without_its_category():
    one = reading(
        [(0, 3, "Per")], [], [(0, 3, "ID", 1.0), (8, 11, "DISEASE", 1.0)], text="Ann has flu"
    )
    found = measures.leaking([one], SCHEME, ["NAME"])
    assert found == {"merged": [Score(1, 1, 1, 1)], "covered": [Score(1, 1, 1, 1)]}


def test_assertions_are_scored_on_gold_entities():
    text = "No itch. Brother has asthma."
    entities = [
        {"start": 3, "end": 7, "label": "SYMPTOM", "attributes": {"presence": "absent"}},
        {"start": 21, "end": 27, "label": "DISEASE", "attributes": {"experiencer": "family"}},
    ]
    document = {"text": text, "entities": entities}
    found = measures.asserted([document], "notes", "en")
    assert found["absent"] == [Score(1, 1, 1, 1)]
    assert found["family"] == [Score(1, 1, 1, 1)]


def test_the_row_of_all_labels():
    measured = {"A": [Score(1, 1, 1, 1), Score()], "B": [Score(2, 0, 0, 0), Score()]}
    rows = measures.with_micro(measured)["micro"]
    assert rows == [Score(3, 1, 1, 1), Score()]
    assert micro(rows) == Score(3, 1, 1, 1)
