"""Features of where in a note two mentions stand."""

import numpy as np
import pytest

from models.relating.buckets import buckets
from models.relating.setting import Setting
from models.relating.units import Mention, Units

LIST = "1. gout\n2. asthma\nPlan\n- allopurinol daily\n- salbutamol as needed\n"
PROBLEMS, DRUGS = ["gout", "asthma"], ["allopurinol", "salbutamol"]


def features(text, drug, finding):
    words = [(word, 0) for word in PROBLEMS] + [(word, 1) for word in DRUGS]
    found = [(text.index(word), word, group) for word, group in words if word in text]
    mentions = [Mention(start, start + len(word), group) for start, word, group in sorted(found)]
    names = [word for _, word, _ in sorted(found)]
    units = Units.of(text, mentions, [0], 2)
    heads, tails = np.array([names.index(drug)]), np.array([names.index(finding)])
    return set(buckets(Setting(units, heads, tails).columns())[0].tolist()) - {0}


@pytest.mark.parametrize(
    ("before", "after"),
    [("Plan", "Done"), ("\n- salb", " salb"), ("gout\n", "gout "), (" as needed", " daily")],
)
def test_lines_and_neighbours_count(before, after):
    changed = LIST.replace(before, after)
    if before == "Plan":
        assert features(LIST, "salbutamol", "asthma") == features(changed, "salbutamol", "asthma")
    else:
        assert features(LIST, "salbutamol", "asthma") != features(changed, "salbutamol", "asthma")


def test_the_telling_word_of_a_name_is_its_longest():
    short, long = Mention(0, 4, 0), Mention(5, 27, 0)
    units = Units.of("gout severe gouty arthritis", [short, long], [0], 1)
    same = Units.of("gout chron arthritis", [short, Mention(5, 20, 0)], [0], 1)
    assert (units.telling[1] == same.telling[1]).all()
    assert (units.telling[0] != units.telling[1]).all()


def test_a_note_that_ends_with_a_line_break_and_one_without_lines():
    assert features("gout\nallopurinol\n", "allopurinol", "gout")
    assert features("gout allopurinol", "allopurinol", "gout")


def test_no_pairs():
    units = Units.of("gout", [Mention(0, 4, 0)], [0], 1)
    none = np.zeros(0, np.int64)
    assert len(buckets(Setting(units, none, none).columns())) == 0
