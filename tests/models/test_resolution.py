"""Which of several overlapping mentions stays."""

from models.mention import Mention
from models.resolution import entities, eponyms, guesses, phi, telling
from models.types import PhiSpan, Span


def test_marks_name_no_disease_but_may_be_a_value():
    text = "†† protein ++ HTA"
    mark, value = Mention(0, 2, "DISEASE", 0.9), Mention(11, 13, "LAB_VALUE", 0.9)
    short = Mention(14, 17, "DISEASE", 0.9)
    assert telling([mark, value, short], text) == [value, short]


def test_the_better_one_of_a_family_stays():
    long = Mention(0, 20, "DISEASE", 0.95)
    short = Mention(5, 9, "DISEASE", 0.6)
    assert entities([short, long], "en") == [long]


def test_a_confident_symptom_beats_a_disease():
    disease, symptom = Mention(0, 6, "DISEASE", 0.9), Mention(0, 6, "SYMPTOM", 0.8)
    assert entities([disease, symptom], "en") == [symptom]
    unsure = Mention(0, 6, "SYMPTOM", 0.2)
    assert entities([disease, unsure], "en") == [disease]


def test_a_symptom_has_no_advantage_where_the_corpora_keep_them_apart():
    disease, symptom = Mention(0, 6, "DISEASE", 0.9), Mention(0, 6, "SYMPTOM", 0.8)
    assert entities([disease, symptom], "nl-BE") == [disease]


def test_a_laboratory_test_says_more_than_a_procedure():
    wide = Mention(0, 3, "DIAGNOSTIC_PROCEDURE", 0.95)
    assert entities([wide, Mention(0, 3, "LAB_TEST", 0.7)], "en")[0].label == "LAB_TEST"
    procedure, wide = Mention(0, 3, "PROCEDURE", 0.9), Mention(0, 3, "DIAGNOSTIC_PROCEDURE", 0.7)
    assert entities([procedure, wide], "es")[0].label == "DIAGNOSTIC_PROCEDURE"


def test_families_do_not_disturb_each_other():
    pain, chest = Mention(0, 10, "SYMPTOM", 0.9), Mention(0, 5, "ANATOMY", 0.9)
    assert entities([pain, chest], "en") == [chest, pain]


def test_both_ends_of_a_chain_stay_when_the_middle_goes():
    chain = [Mention(0, 4, "DRUG", 0.9), Mention(3, 8, "DRUG", 0.5), Mention(7, 9, "DRUG", 0.8)]
    assert entities(chain, "en") == [chain[0], chain[2]]


def test_many_mentions_are_settled_quickly():
    many = [Mention(10 * i, 10 * i + 12, "DRUG", 0.5) for i in range(5000)]
    assert 0 < len(entities(many, "en")) < 5000


def test_an_eponym_is_no_name_and_a_name_is_no_disease():
    eponym, part = Mention(0, 19, "DISEASE", 0.9), Mention(0, 9, "NAME", 0.5)
    name, wrong = Mention(30, 40, "NAME", 0.9), Mention(32, 40, "DISEASE", 0.4)
    assert eponyms([eponym, wrong], [part, name]) == ([eponym], [name])


def test_what_a_pattern_is_sure_of_is_a_person():
    catheter, foley = Mention(0, 14, "PROCEDURE", 0.9), Mention(20, 25, "PROCEDURE", 0.99)
    name, sure = Mention(20, 25, "NAME", 0.3), Mention(20, 25, "NAME", 1.0)
    assert eponyms([catheter, foley], [name]) == ([catheter, foley], [])
    assert eponyms([catheter, foley], [name], [sure]) == ([catheter], [name])
    assert eponyms([catheter, foley], [], [Mention(20, 25, "ID", 1.0)])[0] == [catheter, foley]


def test_other_phi_is_never_weighed():
    drug, number = Mention(0, 19, "DRUG", 0.9), Mention(0, 9, "ID", 0.1)
    assert eponyms([drug], [number]) == ([drug], [number])


def test_phi_inside_its_own_category_is_said_once():
    text = "Dr. Jane Roe"
    long = PhiSpan(Span.of(text, 0, 12), "NAME", 1.0, "pattern")
    short = PhiSpan(Span.of(text, 4, 12), "NAME", 0.9, "model")
    other = PhiSpan(Span.of(text, 4, 8), "LOCATION", 0.4, "model")
    assert phi([short, other, long]) == (long, other)


def test_a_guess_gives_way_to_a_sure_mention() -> None:
    guess, sure = (PhiSpan(Span(0, 5, "Fooba"), "NAME", score, "pattern") for score in (0.3, 1.0))
    drug, perhaps = (Mention(0, 5, "DRUG", score) for score in (0.95, 0.4))
    assert guesses([guess, sure], [drug]) == [sure]
    assert guesses([guess, sure], [perhaps]) == [guess, sure]
