"""What the server says of itself is true."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from fhir.resources.R4B.capabilitystatement import CapabilityStatement

from mappers.validation import validate
from server.capability import capability_statement
from server.operation_definitions import OPERATION_DEFINITIONS
from server.settings import read_settings


def test_the_capability_statement_is_valid_and_names_the_operations(client: httpx.Client) -> None:
    answer = client.get("/metadata")
    assert answer.headers["content-type"] == "application/fhir+json"
    statement = answer.json()
    CapabilityStatement.model_validate(statement)
    assert statement["fhirVersion"] == "4.0.1"
    (rest,) = statement["rest"]
    types = [one["type"] for one in rest["resource"]]
    assert len(types) == len(set(types))
    (documents,) = [one for one in rest["resource"] if one["type"] == "DocumentReference"]
    operations = {one["name"]: one["definition"] for one in documents["operation"]}
    assert set(operations) == {"extract", "de-identify"}
    assert (
        "http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data"
        in (statement["instantiates"])
    )
    exports = {
        one["type"]: operation["definition"].rpartition("/")[2]
        for one in (*rest["resource"], {"type": "", **rest})
        for operation in one.get("operation", [])
        if operation["name"] == "export"
    }
    assert exports == {"": "export", "Patient": "patient-export", "Group": "group-export"}


def test_every_operation_that_is_named_is_there(client: httpx.Client) -> None:
    statement = client.get("/metadata").json()
    for resource in statement["rest"][0]["resource"]:
        for operation in resource.get("operation", []):
            if resource["type"] != "DocumentReference":
                continue
            identity = operation["definition"].rpartition("/")[2]
            definition = client.get(f"/OperationDefinition/{identity}").json()
            assert definition["url"] == operation["definition"]
            assert validate(definition) == ()
            # There, and asks for a body: not 404.
            answer = client.post(f"/DocumentReference/${operation['name']}")
            assert answer.status_code == 400


OF_DOCUMENTS = [one for one in OPERATION_DEFINITIONS.values() if "resource" in one]


@pytest.mark.parametrize("definition", OF_DOCUMENTS, ids=[one["id"] for one in OF_DOCUMENTS])
def test_the_parameters_that_are_defined_are_taken(
    client: httpx.Client, definition: dict[str, Any]
) -> None:
    values = {
        "document": None,
        "text": {"valueString": "Hypertension."},
        "language": {"valueCode": "en"},
        "subject": {"valueReference": {"reference": "Patient/none"}},
        "write": {"valueBoolean": False},
    }
    given = [
        {"name": one["name"], **values[one["name"]]}
        for one in definition["parameter"]
        if one["use"] == "in" and values[one["name"]] is not None
    ]
    if definition["code"] == "de-identify":
        given = [one for one in given if one["name"] != "subject"]  # nobody known, no copy
    body = {"resourceType": "Parameters", "parameter": given}
    answer = client.post(f"/DocumentReference/${definition['code']}", json=body)
    assert answer.status_code == 200, answer.text
    out = [one["name"] for one in definition["parameter"] if one["use"] == "out"]
    assert [one["name"] for one in answer.json()["parameter"]] == out


def test_an_unknown_definition_is_not_found(client: httpx.Client) -> None:
    answer = client.get("/OperationDefinition/none")
    assert answer.status_code == 404
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_without_authorisation_there_is_no_smart_configuration(client: httpx.Client) -> None:
    assert client.get("/.well-known/smart-configuration").status_code == 404


def test_in_front_of_another_store_only_the_operations_are_claimed() -> None:
    settings = read_settings(auth="off", fhir_store="https://store.example/fhir")
    statement = capability_statement(settings)
    CapabilityStatement.model_validate(statement)
    types = {one["type"]: one for one in statement["rest"][0]["resource"]}
    codes = {"CodeSystem", "ValueSet", "ConceptMap"}
    exports = {"Patient", "Group"}
    assert set(types) == {"DocumentReference", "OperationDefinition"} | codes | exports
    assert all("interaction" not in types[kind] for kind in codes | exports | {"DocumentReference"})
    with_auth = settings.model_copy(update={"auth": "on"})
    security = capability_statement(with_auth)["rest"][0]["security"]
    assert security["service"][0]["coding"][0]["code"] == "SMART-on-FHIR"


def test_reidentify_is_claimed_only_where_it_can_answer(
    client: httpx.Client, tmp_path: Path
) -> None:
    definition = client.get("/OperationDefinition/reidentify").json()
    assert validate(definition) == ()
    without = read_settings(auth="off", deid_key_file=tmp_path / "key")
    for settings, claimed in (
        (without, False),
        (without.model_copy(update={"auth": "on"}), True),
        (without.model_copy(update={"auth": "on", "deid_key_file": None}), False),
    ):
        (rest,) = capability_statement(settings)["rest"]
        named = {one["name"]: one["definition"] for one in rest["operation"]}
        assert (named.get("reidentify") == definition["url"]) is claimed
