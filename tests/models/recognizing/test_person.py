import pytest

from models.recognizing.person import Person, parts, sides


@pytest.mark.parametrize(
    ("written", "families", "given", "family"),
    [
        ("Zoë Wetherden", 1, ("Zoë",), ("Wetherden",)),
        ("Wetherden, Zoë", 1, ("Zoë",), ("Wetherden",)),
        ("Dr. Zoë Ann Wetherden", 1, ("Zoë Ann",), ("Wetherden",)),
        ("Mrs. Wetherden", 1, (), ("Wetherden",)),
        ("Gerda van den Berg", 1, ("Gerda",), ("van den Berg",)),
        ("De Vries", 1, (), ("De Vries",)),
        ("van den Berg", 1, (), ("van den Berg",)),
        ("Ben Smith", 1, ("Ben",), ("Smith",)),
        ("Ana Pérez Gómez", 2, ("Ana",), ("Pérez Gómez",)),
        ("Ana Pérez", 2, ("Ana",), ("Pérez",)),
        ("Zoë", 1, (), ("Zoë",)),
        ("", 1, (), ()),
    ],
)
def test_reads_a_name(written, families, given, family):
    person = Person.read(written, families=families)
    assert (person.given, person.family) == (given, family)


def test_parts_are_folded_and_without_particles():
    person = Person(("Zoë-Ann",), ("van den O'Brien",))
    assert person.given_parts == ("zoe", "ann")
    assert person.family_parts == ("o'brien",)
    assert parts("Ben") == ["ben"], "a particle that is all of a name is a name"


def test_sides_keep_particles_and_leave_them_out():
    assert {("den", "berg"), ("gerda", "berg"), ("berg", "gerda")} <= sides("Gerda van den Berg")
    assert ("van", "den") not in sides("Gerda van den Berg")
