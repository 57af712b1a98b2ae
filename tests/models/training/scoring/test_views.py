import pytest

from models.training.scoring.views import view, views


def test_a_label_is_in_one_place_of_a_view():
    for table in views().values():
        meant = [label for labels in table.values() for label in labels]
        assert len(meant) == len(set(meant))


def test_a_view_that_there_is_not_is_named():
    assert view("i2b2")["PROBLEM"] == ("DISEASE", "SYMPTOM")
    with pytest.raises(ValueError, match="no view 'x'; there are: clinical, i2b2, phi"):
        view("x")
