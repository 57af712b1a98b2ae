"""Features of what is known of two names, and of what the note claims of them."""

import numpy as np
import pytest

from models.relating.buckets import buckets
from models.relating.knowledge import Knowledge
from models.relating.setting import Setting
from models.relating.units import Mention, Units, claim
from models.types import Assertion, Experiencer, Presence, Temporality

TEXT = "gout, asthma and migraine: allopurinol"
WORDS = {"gout": 0, "asthma": 0, "migraine": 0, "allopurinol": 1}


def units(claims=(), text=TEXT, words=WORDS):
    given = dict(claims)
    mentions = [
        Mention(text.index(word), text.index(word) + len(word), group, claim=given.get(word, 0))
        for word, group in words.items()
    ]
    return Units.of(text, mentions, [0], 2)


def pairs(cut, heads=(3, 3, 3), tails=(0, 1, 2)):
    return Knowledge(cut, np.array(heads), np.array(tails))


def knowledge(cut, heads, tails):
    return buckets(Knowledge(cut, heads, tails).columns())


def test_the_drug_is_for_the_finding_that_it_is_known_for():
    assert pairs(units()).known.tolist() == [7, 3, 3]


def test_a_finding_that_is_absent_is_not_likely():
    has = pairs(units())
    lacks = pairs(units({"gout": 3}))
    assert has.sharing[0].behind.tolist() == [1, 1, 1]
    assert lacks.sharing[0].behind.tolist() == [0, 0, 0]
    assert has.sharing[2].nearer.tolist() == [2, 1, 0]
    assert lacks.sharing[2].behind.tolist() == [0, 1, 2]


def test_what_forbids_a_drug():
    words = {"asthma": 0, "propranolol": 1}
    cut = units(text="asthma, propranolol", words=words)
    assert pairs(cut, [1], [0]).forbids.tolist() == [True]
    assert pairs(units()).forbids.tolist() == [False] * 3


def test_names_of_other_languages_are_of_one_class():
    one = pairs(units())
    words = {"jicht": 0, "astma": 0, "migraine": 0, "allopurinol": 1}
    other = pairs(units(text="jicht, astma en migraine: allopurinol", words=words))
    for mine, theirs in zip(one.classes(), other.classes(), strict=True):
        assert mine[1][:2].tolist() == theirs[1][:2].tolist()


def test_what_a_note_claims_changes_the_features():
    heads, tails = np.array([3]), np.array([0])
    plain, absent = (knowledge(each, heads, tails) for each in (units(), units({"gout": 3})))
    assert (plain != absent).any()
    same = buckets(Setting(units(), heads, tails).columns())
    assert (plain[:, : same.shape[1]] == same).all()
    assert (plain > 0).any()


@pytest.mark.parametrize(
    ("assertion", "number"),
    [
        (Assertion(), 0),
        (Assertion(presence=Presence.POSSIBLE), 1),
        (Assertion(presence=Presence.ABSENT), 3),
        (Assertion(temporality=Temporality.HISTORICAL), 4),
        (Assertion(presence=Presence.HYPOTHETICAL, experiencer=Experiencer.FAMILY), 10),
    ],
)
def test_claims_are_numbered(assertion, number):
    assert claim(assertion) == number


def test_no_pairs():
    none = np.zeros(0, np.int64)
    assert len(knowledge(units(), none, none)) == 0


def test_labels_of_one_group_are_told_apart():
    heads, tails = np.array([1]), np.array([0])
    disease, sign = (
        Units.of("gout: colchicine", [Mention(0, 4, 0, label=label), Mention(6, 16, 1)], [0], 2)
        for label in ("DISEASE", "SYMPTOM")
    )
    assert (knowledge(disease, heads, tails) != knowledge(sign, heads, tails)).any()
