import pytest

from mappers.canonical import OBSERVATION_VALUE
from mappers.deidentification.labels import CHANGED, codes_of, label, labels


@pytest.mark.parametrize(
    ("done", "marked", "mode", "throwaway", "codes"),
    [
        ([("a", "keep")], [], "tag", False, set()),
        ([("a", "redact")], [], "tag", False, {"REDACTED"}),
        ([("a", "substitute")], [], "tag", False, {"REDACTED"}),
        ([("a", "generalize")], ["ABSTRED"], "tag", False, {"ABSTRED"}),
        ([("a", "encrypt")], ["MASKED"], "tag", False, {"MASKED", "PSEUDED"}),
        ([("a", "encrypt")], ["CRYTOHASH"], "tag", False, {"CRYTOHASH", "PSEUDED"}),
        ([("a", "dateShift")], [], "tag", False, {"PSEUDED"}),
        ([("a", "encrypt")], ["MASKED"], "tag", True, {"ANONYED"}),
        ([("a", "encrypt"), ("b", "text")], ["MASKED"], "tag", True, {"PSEUDED"}),
        ([("a", "text")], [CHANGED], "tag", False, {"REDACTED"}),
        ([("a", "text")], [CHANGED], "redact", False, {"REDACTED"}),
        ([("a", "text")], [CHANGED], "surrogate", False, {"PSEUDED"}),
        ([("a", "text")], [], "surrogate", False, set()),
    ],
)
def test_each_label_only_where_it_applies(done, marked, mode, throwaway, codes):
    assert codes_of(done, marked, mode, throwaway=throwaway) == codes


def test_labels_are_codings_of_hl7():
    made = labels({"PSEUDED", "REDACTED"})
    assert [one["code"] for one in made] == ["REDACTED", "PSEUDED"]
    assert label("PSEUDED") == {
        "system": OBSERVATION_VALUE,
        "code": "PSEUDED",
        "display": "pseudonymized",
    }
