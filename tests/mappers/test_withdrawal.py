import copy

from mappers.chart import to_resources
from mappers.identity import identity
from mappers.validation import validate
from mappers.withdrawal import in_hands_of_a_person, is_withdrawn, stale, withdrawn


def _resources(read):
    reading = read(
        "{asthma|DISEASE}, no {metformin|DRUG|absent}, {colonoscopy|PROCEDURE|possible}, "
        "mother {asthma|DISEASE|family}"
    )
    return to_resources(reading.source, reading.coded, reading.relations)


def test_every_kind_can_be_withdrawn_and_stays_valid(read):
    resources = _resources(read)
    assert len(resources) == 4
    for resource in resources:
        before = copy.deepcopy(resource)
        marked = withdrawn(resource)
        assert validate(marked) == ()
        assert is_withdrawn(marked)
        assert not is_withdrawn(resource)
        assert "statusReason" not in marked
        assert resource == before


def test_our_own_withdrawal_is_not_a_persons(read):
    for resource in _resources(read):
        assert not in_hands_of_a_person(resource)
        marked = withdrawn(resource)
        assert not in_hands_of_a_person(marked)
        marked["meta"]["tag"].pop()
        assert in_hands_of_a_person(marked)


def test_withdrawing_twice_adds_one_tag(read):
    condition = _resources(read)[0]
    assert withdrawn(withdrawn(condition)) == withdrawn(condition)


def test_only_what_was_extracted_and_is_no_longer_said_goes_stale(read):
    condition, statement, *_ = _resources(read)
    device = {
        "resourceType": "Device",
        "meta": {"tag": condition["meta"]["tag"]},
        "identifier": [{"system": "https://chartloom.dev/fhir/identifier/device", "value": "d"}],
    }
    existing = {identity(each).value: each for each in (condition, statement, device)}
    assert stale([statement], existing) == [withdrawn(condition)]
    assert stale([statement], existing | {identity(condition).value: withdrawn(condition)}) == []
    assert stale([statement, condition], existing) == []
    assert stale([], existing) == [withdrawn(condition), withdrawn(statement)]
