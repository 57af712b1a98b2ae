"""What is known of a name: which problems a drug, a procedure or a test is for."""

import tomllib
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.relating.indications import (
    FOLDER,
    ROLES,
    Indications,
    hashes,
    indications,
    known,
    patterns,
)

TABLES = """
[gout]
problems = ["gout", "jicht*", "ácido úrico alto"]
drugs = ["allopurinol*", "*purinol"]
tests = ["uric acid"]
avoid = ["thiazide*"]

[asthma]
problems = ["asthma", "reactive airway*"]
drugs = ["*terol", "beta-agonist*"]
procedures = ["spacer"]
"""
GOUT, ASTHMA = 2, 1
"""Bits of the groups, which count in the order of their names."""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("indications")
    (folder / "small.toml").write_text(TABLES, "utf-8")
    return Indications(folder)


def found(small, name):
    return {role: bits for role, bits in zip(ROLES, small.masks(name), strict=True) if bits}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Gout", {"problems": GOUT}),
        ("tophaceous GOUT of the toe", {"problems": GOUT}),
        ("gouty", {}),
        ("jichtaanval", {"problems": GOUT}),
        ("acido urico alto", {"problems": GOUT}),
        ("ácido alto úrico", {}),
        ("allopurinolum", {"drugs": GOUT}),
        ("oxipurinol", {"drugs": GOUT}),
        ("uric acid", {"tests": GOUT}),
        ("hydrochlorothiazide", {}),
        ("thiazides", {"avoid": GOUT}),
        ("inhaled formoterol", {"drugs": ASTHMA}),
        ("beta agonists", {"drugs": ASTHMA}),
        ("Beta-Agonist", {"drugs": ASTHMA}),
        ("reactive airways disease", {"problems": ASTHMA}),
        ("gout, asthma", {"problems": GOUT | ASTHMA}),
        ("", {}),
        ("***", {}),
    ],
)
def test_an_entry_is_words_side_by_side(small, name, expected):
    assert found(small, name) == expected


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_name_can_be_looked_up(name):
    assert known([name]).shape == (1, len(ROLES), indications().width)


def test_no_names():
    assert known([]).shape == (0, len(ROLES), indications().width)


def test_the_bits_of_a_name_are_its_groups():
    row = known(["enalapril", "hipertensión arterial", "hoge bloeddruk"])
    given_for, one, other = row[0, 0], row[1, 3], row[2, 3]
    assert (given_for & one & other).any()
    assert not (known(["allopurinol"])[0, 0] & one).any()


def test_a_hash_is_that_of_the_set_of_groups():
    one, other, none = known(["gout", "asthma", "a spoon"])[:, 3]
    both = np.stack([one, other, none, one | other, one])
    hashed = hashes(both)
    assert hashed[0] == hashed[4] != hashed[1]
    assert hashed[2] == 0
    assert hashed[3] == (int(hashed[0]) + int(hashed[1])) % 2**32
    assert len(hashes(both[:0])) == 0


def tables():
    return [
        (path, name, table)
        for path in sorted(FOLDER.glob("*.toml"))
        for name, table in tomllib.loads(path.read_text("utf-8")).items()
    ]


def test_every_group_has_a_name_of_its_own_and_problems():
    every = tables()
    assert [name for name, many in Counter(name for _, name, _ in every).items() if many > 1] == []
    assert [name for _, name, table in every if not table.get("problems")] == []
    assert [name for _, name, table in every if set(table) - set(ROLES)] == []


def test_every_entry_can_fit_something():
    for path, name, table in tables():
        for entry in (entry for entries in table.values() for entry in entries):
            words = patterns(entry)
            place = f"{path.name} {name}: {entry}"
            assert words, place
            assert "".join(words).count("*") == entry.count("*"), place
            assert all(len(word) > 3 for word in words if "*" in word and word == entry), place
            assert not any(word.startswith("*") and word.endswith("*") for word in words), place
