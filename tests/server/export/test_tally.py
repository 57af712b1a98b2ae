from __future__ import annotations

from collections import Counter

from server.export.tally import Tally


def test_sums_survive_the_database() -> None:
    one = Tally(
        Counter({"Patient": 2}),
        Counter({("Patient.birthDate", "generalize"): 2}),
        Counter({("Condition", "unknown modifierExtension"): 1}),
        patients=2,
        missing=1,
    )
    other = Tally(Counter({"Patient": 1, "Condition": 3}), patients=1, read=4)
    one.add(other)
    again = Tally.from_json(one.to_json())
    assert again == one
    assert again.released == {"Patient": 3, "Condition": 3}
    assert (again.patients, again.missing, again.read) == (3, 1, 4)
    assert Tally.from_json({}) == Tally()
