"""What the CapabilityStatement says is what the store does."""

from fhir.resources.R4B.capabilitystatement import CapabilityStatement

from server.trial import capability
from server.trial.search_parameters import parameters_of, resource_types


async def test_it_is_valid(client):
    statement = (await client.get("metadata")).json()
    CapabilityStatement.model_validate(statement)


async def test_every_search_parameter_that_it_names_works(client):
    values = {"date": "2026", "reference": "Patient/x", "token": "x", "string": "x", "uri": "x"}
    types = [one for one in capability.rest()["resource"] if len(one["searchParam"]) > 6]
    assert len(types) > 20
    for one in types:
        query = "&".join(f"{p['name']}={values[p['type']]}" for p in one["searchParam"])
        answer = await client.get(f"{one['type']}?{query}")
        assert (answer.status_code, answer.json()["total"]) == (200, 0), answer.text


async def test_types_with_nothing_of_their_own_are_stored_too(client):
    assert len(resource_types()) == 146
    assert set(parameters_of("Schedule")) == {"_tag", "_security", "_profile", "_source"}
    created = await client.post("Schedule", json={"resourceType": "Schedule"})
    assert created.status_code == 201
    assert (await client.get("Schedule?_lastUpdated=gt2020")).json()["total"] == 1


def test_subscription_names_profile_topics_and_operations():
    one = next(r for r in capability.rest()["resource"] if r["type"] == "Subscription")
    assert [profile.rsplit("/", 1)[1] for profile in one["supportedProfile"]] == [
        "backport-subscription"
    ]
    assert {operation["name"] for operation in one["operation"]} == {"status", "events"}
    assert len(one["extension"]) == 2
