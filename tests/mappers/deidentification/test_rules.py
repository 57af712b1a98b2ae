import shutil

import pytest

from mappers.deidentification.operations import OPERATIONS
from mappers.deidentification.rules import FOLDER, Rules, shipped_rules

TYPES = {
    "Patient", "Encounter", "Condition", "MedicationStatement", "MedicationRequest",
    "MedicationAdministration", "Medication", "Procedure", "Observation", "DiagnosticReport",
    "FamilyMemberHistory", "AllergyIntolerance", "Immunization", "Provenance",
    "DocumentReference", "Device", "Group",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(FOLDER, tmp_path / "rules")


def change(folder, name, old, new):
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_every_type_has_rules():
    assert set(shipped_rules().kinds) == TYPES
    assert shipped_rules().vocabulary.targets == TYPES


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("Patient.toml", '"keep"', '"scramble"', "scramble"),
        ("Condition.toml", '"Annotation"', '"Anotation"', "Anotation"),
        ("Condition.toml", "[elements]", "[element]", "element"),
        ("Condition.toml", 'subject = "masked"', 'subjekt = "masked"', "subjekt"),
        ("Patient.toml", '{ valueCode = "keep" }', '{ valueCode = "scramble" }', "scramble"),
        ("types.toml", '= "evidence"', '= "evidense"', "evidense"),
        ("types.toml", "[Ratio.elements]", "[Ratio.element]", "element"),
        ("vocabulary.toml", "small_zip3 = [", "small_zip = [", "small_zip"),
        ("types.toml", 'coding = "coding"', 'coding = "Coding"', "Coding"),
    ],
)
def test_what_the_rules_may_not_say_is_an_error(folder, name, old, new, said):
    change(folder, name, old, new)
    with pytest.raises(ValueError, match=said):
        Rules.read(folder)


def test_a_site_may_change_its_rules(folder):
    change(folder, "Patient.toml", 'gender = "keep"', 'gender = "redact"')
    kinds = Rules.read(folder).kinds
    assert kinds["Patient"].parts["gender"].name == "redact"


def test_no_rule_keeps_what_names_somebody():
    for kind, rules in shipped_rules().kinds.items():
        for name in ("identifier", "name", "telecom", "photo", "contact", "author", "performer"):
            assert name not in rules.parts or rules.parts[name].name == "redact", (kind, name)
        assert rules.parts["id"].name == "encrypt"
        assert rules.parts["text"].name == "redact"


def test_every_operation_is_documented():
    said = (FOLDER / "types.toml").read_text("utf-8")
    for name in OPERATIONS:
        assert f"#   {name} " in said, name
