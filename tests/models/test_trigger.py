import pytest

from models.trigger import Claim, Meaning, Rules, Trigger
from models.types import Presence, Temporality

ABSENT = Claim("presence", Presence.ABSENT)
PAST = Claim("temporality", Temporality.HISTORICAL)


def rules(**changes):
    """Read a file of one rule, changed as asked."""
    data = {
        "names": {"lasting": ["gout", r"\bMS\b"]},
        "numbers": ["two"],
        "rule": [{"set": "presence.absent", "reach": 3, "before": ["no"]}],
        "terminate": {"all": ["but"], "punctuation": []},
        "pseudo": {"phrases": []},
        "section": [],
    }
    return Rules.of(data | changes)


def triggers(read, phrase):
    return read.phrases.get(phrase).triggers


def test_a_claim_is_one_value_or_a_whole_axis():
    assert Claim.parse("presence.absent") == ABSENT
    assert Claim.all("presence.absent") == (ABSENT,)
    assert {claim.value for claim in Claim.all("temporality")} == set(Temporality)


def test_a_value_that_no_axis_has_is_refused():
    with pytest.raises(ValueError, match="gone"):
        Claim.parse("presence.gone")


def test_a_phrase_may_stand_for_several_things():
    rule = {"set": "presence.absent", "reach": 3, "before": ["no", "but"]}
    assert triggers(rules(rule=[rule]), "but") == (Trigger("before", 0), Trigger("terminate"))


def test_a_number_is_written_out():
    rule = {"set": "temporality.historical", "reach": 3, "after": ["{number} years ago"]}
    read = rules(rule=[rule])
    for number in ("1", "60", "two"):
        assert triggers(read, f"{number} years ago") == (Trigger("after", 0),)
    assert "{number} years ago" not in read.phrases


def test_a_stop_ends_one_value_or_one_axis():
    read = rules(
        terminate={
            "all": [],
            "punctuation": [],
            "only": {"presence.absent": ["and"], "temporality": ["now"]},
        }
    )
    assert triggers(read, "and") == (Trigger("terminate", stops=ABSENT),)
    assert {each.stops for each in triggers(read, "now")} == set(Claim.all("temporality"))


def test_years_are_triggers_of_the_rules_that_ask_for_them():
    rule = {"set": "temporality.historical", "reach": 3, "years": True}
    assert rules(rule=[rule]).years.triggers == (Trigger("around", 0),)
    assert rules().years is None


def test_a_rule_looks_at_the_words_of_the_entity():
    rule = {"set": "temporality.historical", "reach": 3, "spares": "lasting"}
    (sparing,) = rules(rule=[rule]).rules
    assert not sparing.speaks_of("DISEASE", "Gout of the toe")
    assert not sparing.speaks_of("DISEASE", "MS")
    assert sparing.speaks_of("DISEASE", "systems")
    (naming,) = rules(
        rule=[rule | {"named": "lasting", "spares": "none"}],
        names={"lasting": ["gout"], "none": ["hives"]},
    ).rules
    assert naming.speaks_of("DISEASE", "gout")
    assert not naming.speaks_of("DISEASE", "measles")


def test_a_list_of_names_that_is_not_there_is_an_error():
    rule = {"set": "presence.absent", "reach": 3, "spares": "nobody"}
    with pytest.raises(KeyError, match="nobody"):
        rules(rule=[rule])


def test_a_phrase_bound_to_the_ends_of_a_clause_means_nothing_elsewhere():
    rule = {"set": "presence.absent", "reach": 3, "before": ["^bij"], "after": ["geen$"]}
    read = rules(rule=[rule])
    opening, closing = read.phrases.get("bij"), read.phrases.get("geen")
    assert opening.bound
    assert closing.bound
    assert opening.anywhere is None
    assert closing.anywhere is None
    assert opening.where(opens=True, closes=False) == Meaning((0,), (), (), ends=False)
    assert closing.where(opens=False, closes=True) == Meaning((), (0,), (), ends=False)
    assert closing.where(opens=True, closes=False) is None


def test_a_stop_speaks_of_nothing():
    read = rules(terminate={"all": ["but"], "punctuation": [], "only": {"presence": ["and"]}})
    meanings = [read.phrases.get(phrase).anywhere for phrase in ("no", "but", "and")]
    assert [each.speaks for each in meanings] == [True, False, False]
    assert [each.ends for each in meanings] == [False, True, False]


def test_a_stop_of_one_axis_is_no_concern_of_another():
    read = rules(terminate={"all": ["but"], "punctuation": [], "only": {"presence": ["and"]}})
    meanings = [read.phrases.get(phrase).anywhere for phrase in ("no", "but", "and")]
    assert [each.concerns(ABSENT) for each in meanings] == [True, True, True]
    assert [each.concerns(PAST) for each in meanings] == [True, True, False]


def test_a_phrase_knows_whether_a_letter_beside_it_makes_it_part_of_a_word():
    rule = {"set": "presence.absent", "reach": 3, "before": ["non-"]}
    phrase = rules(rule=[rule]).phrases.get("non-")
    assert phrase.first
    assert not phrase.last
