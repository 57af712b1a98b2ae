import pytest

from mappers.allow_list import RULES, AllowList, allow_list


def apply(document, days=None):
    return allow_list().apply({"resourceType": "DocumentReference", **document}, days)


def test_what_is_not_named_is_dropped_and_counted():
    kept, dropped = apply({"docStatus": "final", "secret": "x", "extension": [{"url": "a"}, {}]})
    assert kept == {"docStatus": "final"}
    assert dropped == {"secret": 1, "extension": 2}


def test_codes_stay_without_their_words():
    coding = {"system": "http://loinc.org", "code": "18842-5", "display": "Note of Zoë"}
    kept, dropped = apply(
        {"type": {"coding": [coding], "text": "Zoë"}, "category": [{"text": "only text"}]}
    )
    assert kept == {"type": {"coding": [{"system": "http://loinc.org", "code": "18842-5"}]}}
    assert dropped == {"category": 1}


@pytest.mark.parametrize(
    "coding",
    [
        {"system": "http://hospital.example/notes", "code": "ZOE"},
        {"system": "http://loinc.org.example", "code": "1"},
        {"system": "http://loinc.org", "code": "Zoë Wetherden"},
        {"system": "http://loinc.org", "code": 3},
        {"code": "18842-5"},
        "text",
    ],
)
def test_codes_of_local_systems_and_free_text_are_dropped(coding):
    assert apply({"type": {"coding": [coding]}})[0] == {}


def test_dates_move_with_the_subject():
    kept, _ = apply(
        {
            "date": "2024-03-05T10:15:00+01:00",
            "context": {"period": {"start": "2024-03", "end": "2024"}},
        },
        days=-5,
    )
    assert kept == {
        "date": "2024-02-29T10:15:00+01:00",
        "context": {"period": {"start": "2024-03-10", "end": "2024-06-26"}},
    }


def test_without_a_shift_only_the_year_stays_and_no_broken_instant():
    kept, dropped = apply(
        {"date": "2024-03-05T10:15:00Z", "context": {"period": {"start": "2024-03-05"}}}
    )
    assert kept == {"context": {"period": {"start": "2024"}}}
    assert dropped == {"date": 1}


@pytest.mark.parametrize("value", ["Zoë Wetherden", 5, {"a": 1}, [["en"]], "x" * 80])
def test_a_kept_code_must_be_one(value):
    assert "language" not in apply({"language": value})[0] or value == [["en"]]


def test_unknown_operations_are_refused(tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text('systems = []\n[Patient]\nname = "scramble"\n[whole]\n')
    with pytest.raises(ValueError, match="scramble"):
        AllowList.read(path, "Patient")


def test_the_rules_name_every_identifying_element():
    rules = AllowList.read(RULES, "DocumentReference").operations
    for path in ("subject", "author", "identifier", "description", "content.attachment.title"):
        assert rules[path] == "redact"
