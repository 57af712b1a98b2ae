from models.training.scoring.evaluate import Score
from models.training.scoring.leaks import covered, merged, strict

TEXT = "Dr. Ann-Marie Lee, 02/03 at Elm Street"
NAME, DATE = (4, 17), (19, 24)


def test_spans_are_merged_over_punctuation_only():
    assert merged(TEXT, [(8, 13), (4, 7), (14, 17), DATE]) == [(4, 24)]
    assert merged(TEXT, [NAME, (28, 38)]) == [NAME, (28, 38)]
    assert merged(TEXT, [NAME, (4, 7)]) == [NAME]


def test_categories_and_pieces_do_not_matter():
    assert strict(TEXT, [NAME], [(4, 7), (8, 17)]) == Score(1, 1, 1, 1)
    assert strict(TEXT, [NAME], [(0, 17)]) == Score(1, 1, 0, 1)


def test_what_is_covered_does_not_leak():
    gold = [NAME, (28, 38)]
    assert covered(TEXT, gold, [(0, 25)]) == Score(gold=2, found=2, hits=1, near=1)
    assert covered(TEXT, gold, [(4, 7), (8, 13), (14, 16), (30, 38)]).hits == 0
    assert covered(TEXT, gold, [(4, 7), (8, 13), (14, 16), (30, 38)]).near == 2
    assert covered(TEXT, [NAME], [(4, 7), (8, 13), (14, 17)]).hits == 1
    assert covered(TEXT, [], [NAME]) == Score()
