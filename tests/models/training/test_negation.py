from models.training.corpora import Scheme
from models.training.evaluate import Score
from models.training.negation import score

SCHEME = Scheme.read({"path": "x", "labels": {"SYMPTOM": ["sign"], "DRUG": ["drug"]}})


def entity(start, end, label="sign", **attributes):
    return {"start": start, "end": end, "label": label, "attributes": attributes}


def test_counts_what_the_rules_and_the_gold_deny():
    text = "No itch or rash. Has hives, tremor."
    document = {
        "text": text,
        "entities": [
            entity(3, 7, polarity="NEG"),
            entity(11, 15, polarity="UNCERTAIN"),
            entity(21, 26, polarity="NEG"),
            entity(28, 34),
        ],
    }
    scores = score([document], SCHEME, "en")
    assert scores["SYMPTOM"] == Score(gold=2, found=2, hits=1, near=1)
    assert scores["DRUG"] == Score()
