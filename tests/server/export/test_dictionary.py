from __future__ import annotations

from mappers.deidentification.operations import OPERATIONS
from mappers.deidentification.rules import shipped_rules
from server.export.dictionary import MEANINGS, to_dictionary
from server.export.kinds import KINDS, offered


def test_every_operation_has_a_meaning() -> None:
    assert set(MEANINGS) == {*OPERATIONS, "evidence"}


def test_every_type_is_described() -> None:
    rules = shipped_rules()
    found = to_dictionary(rules, KINDS)
    assert set(found["types"]) == set(rules.kinds)
    assert all(rows for rows in found["types"].values())


def test_groups_are_for_their_own_level() -> None:
    kinds = shipped_rules().kinds
    assert set(offered("group", kinds)) == set(KINDS)
    assert set(offered("system", kinds)) == set(KINDS) - {"Group"}
    assert offered("system", ["Patient"]) == ("Patient",)
