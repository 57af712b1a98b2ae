"""The terminology operations over real HTTP, each answer valid R4."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx
import pytest
from fhirpy import AsyncFHIRClient

from mappers.validation import validate
from server.codes.definition import OPERATIONS
from server.codes.expansion import LARGEST_PAGE
from server.codes.service import CONCEPT_MAP, VALUE_SETS
from terminology.expansion import shown_groups

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ASTHMA = "195967001"
DISORDERS = f"{VALUE_SETS}disorder"

LOOKUP = "/CodeSystem/$lookup"
VALIDATE = "/CodeSystem/$validate-code"
EXPAND = "/ValueSet/$expand"
MEMBER = "/ValueSet/$validate-code"
TRANSLATE = "/ConceptMap/$translate"


def get(client: httpx.Client, path: str, **query: Any) -> dict[str, Any]:
    return _valid(client.get(path, params=query))


def post(client: httpx.Client, path: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    return _valid(client.post(path, json=body(*parameters)))


def body(*parameters: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": list(parameters)}


def _valid(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/fhir+json"
    assert validate(answer.json()) == ()
    return answer.json()


def refused(answer: httpx.Response, status: int, issue: str) -> str:
    assert answer.status_code == status, answer.text
    outcome = answer.json()
    assert validate(outcome) == ()
    assert outcome["issue"][0]["code"] == issue
    return outcome["issue"][0]["diagnostics"]


def values(parameters: dict[str, Any]) -> dict[str, Any]:
    """The first value of each name."""
    found: dict[str, Any] = {}
    for one in parameters["parameter"]:
        held = [content for key, content in one.items() if key.startswith("value")]
        found.setdefault(one["name"], held[0] if held else one["part"])
    return found


def matches(parameters: dict[str, Any]) -> dict[tuple[str, str], str]:
    found = {}
    for one in parameters["parameter"]:
        if one["name"] == "match":
            parts = values({"parameter": one["part"]})
            concept = parts["concept"]
            found[concept["system"], concept["code"]] = parts["equivalence"]
    return found


def test_a_code_is_looked_up(client: httpx.Client) -> None:
    found = get(client, LOOKUP, system=SNOMED, code=ASTHMA)
    said = values(found)
    assert (said["name"], said["display"]) == ("SNOMED CT", "Asthma")
    assert said["version"].startswith(SNOMED)
    parts = [values({"parameter": one["part"]}) for one in found["parameter"] if "part" in one]
    spanish = [part["value"].lower() for part in parts if part.get("language") == "es"]
    assert "asma" in spanish
    assert {"code": "group", "value": "disorder"} in parts


def test_a_lookup_by_post_says_the_same(client: httpx.Client) -> None:
    by_query = get(client, LOOKUP, system=SNOMED, code=ASTHMA)
    coding = {"system": SNOMED, "code": ASTHMA}
    assert post(client, LOOKUP, {"name": "coding", "valueCoding": coding}) == by_query
    pair = [{"name": "system", "valueUri": SNOMED}, {"name": "code", "valueCode": ASTHMA}]
    assert post(client, LOOKUP, *pair) == by_query


def test_a_lookup_says_what_is_asked_for(client: httpx.Client) -> None:
    found = get(client, LOOKUP, system=SNOMED, code=ASTHMA, property=["group", "display"])
    assert [one["name"] for one in found["parameter"]].count("property") == 1
    assert "designation" not in values(found)
    spanish = get(client, LOOKUP, system=SNOMED, code=ASTHMA, displayLanguage="es-ES")
    assert values(spanish)["display"].lower() == "asma"


def test_a_code_of_many_concepts_has_its_own_name_only(client: httpx.Client) -> None:
    """J45.909 is no one concept's own name in the index: what those are called, it is not."""
    found = get(client, LOOKUP, system=ICD, code="J45.909")
    assert values(found)["display"] == "Unspecified asthma, uncomplicated"


@pytest.mark.parametrize(
    ("query", "status", "issue"),
    [
        ({}, 400, "required"),
        ({"code": ASTHMA}, 400, "required"),
        ({"system": SNOMED}, 400, "required"),
        ({"system": "http://example.org/none", "code": "1"}, 404, "not-found"),
        ({"system": SNOMED, "code": "1234567890"}, 404, "not-found"),
        ({"system": SNOMED, "code": ASTHMA, "version": "1999"}, 404, "not-found"),
        ({"system": SNOMED, "code": ASTHMA, "useSupplement": "x"}, 422, "not-supported"),
        ({"system": SNOMED, "code": [ASTHMA, ASTHMA]}, 400, "invalid"),
        ({"system": SNOMED, "code": ""}, 400, "invalid"),
        ({"system": SNOMED, "code": ASTHMA, "property": "parent"}, 400, "invalid"),
        ({"coding": f"{SNOMED}|{ASTHMA}"}, 400, "invalid"),
        ({"system": SNOMED, "code": "x" * 10_000}, 404, "not-found"),
    ],
)
def test_a_wrong_lookup_is_refused(
    client: httpx.Client, query: dict[str, Any], status: int, issue: str
) -> None:
    diagnostics = refused(client.get(LOOKUP, params=query), status, issue)
    assert ASTHMA not in diagnostics


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b'"x"',
        b'{"resourceType": "Patient"}',
        b'{"resourceType": "Parameters", "parameter": {}}',
        b'{"resourceType": "Parameters", "parameter": [1]}',
        b'{"resourceType": "Parameters", "parameter": [{"name": "code"}]}',
        b'{"resourceType": "Parameters", "parameter": [{"name": "code", "valueInteger": 1}]}',
        b'{"resourceType": "Parameters", "parameter": [{"name": "coding", "valueCoding": []}]}',
        b'{"resourceType": "Parameters", "parameter": '
        b'[{"name": "coding", "valueCoding": {"code": 1, "system": "http://loinc.org"}}]}',
        b'{"resourceType": "Parameters", "parameter": '
        b'[{"name": "code", "valueCode": "1", "valueString": "1"}]}',
    ],
)
def test_a_malformed_body_is_refused(client: httpx.Client, content: bytes) -> None:
    refused(client.post(LOOKUP, content=content), 400, "invalid")


def test_a_body_that_is_no_json_or_too_long_is_refused(client: httpx.Client) -> None:
    text = {"Content-Type": "text/plain"}
    refused(client.post(LOOKUP, content=b"x", headers=text), 415, "not-supported")
    refused(client.post(LOOKUP, content=b" " * (1 << 20 | 1)), 413, "too-long")
    refused(client.post(LOOKUP), 400, "required")


@pytest.mark.parametrize(
    ("query", "valid"),
    [
        ({"url": SNOMED, "code": ASTHMA}, True),
        ({"url": SNOMED, "code": ASTHMA, "display": "ASTHMA"}, True),
        ({"url": SNOMED, "code": ASTHMA, "display": "Asma"}, True),
        ({"url": SNOMED, "code": ASTHMA, "display": "Fracture"}, False),
        ({"url": SNOMED, "code": ASTHMA, "version": "1999"}, False),
        ({"url": SNOMED, "code": "195967002"}, False),
        ({"url": LOINC, "code": "718-7"}, True),
        ({"url": LOINC, "code": "718-8"}, False),
    ],
)
def test_a_code_is_validated(client: httpx.Client, query: dict[str, Any], valid: bool) -> None:
    said = values(get(client, VALIDATE, **query))
    assert said["result"] is valid
    assert ("message" in said) is not valid
    if valid:
        assert said["display"]


def test_one_valid_coding_of_a_concept_is_enough(client: httpx.Client) -> None:
    codings = [{"system": LOINC, "code": "0-0"}, {"system": SNOMED, "code": ASTHMA}]
    concept = {"name": "codeableConcept", "valueCodeableConcept": {"coding": codings}}
    assert values(post(client, VALIDATE, concept))["result"] is True
    first = {"name": "codeableConcept", "valueCodeableConcept": {"coding": codings[:1]}}
    assert values(post(client, VALIDATE, first))["result"] is False


def test_a_coding_of_the_site_beside_does_no_harm(client: httpx.Client) -> None:
    local = {"system": "http://hospital.example/codes", "code": "A1"}
    codings = [local, {"system": SNOMED, "code": ASTHMA}]
    both = {"name": "codeableConcept", "valueCodeableConcept": {"coding": codings}}
    alone = {"name": "codeableConcept", "valueCodeableConcept": {"coding": [local]}}
    url = {"name": "url", "valueUri": DISORDERS}
    assert values(post(client, VALIDATE, both))["result"] is True
    assert values(post(client, MEMBER, url, both))["result"] is True
    assert matches(post(client, TRANSLATE, both))
    refused(client.post(TRANSLATE, json=body(alone)), 404, "not-found")


def test_of_an_unknown_system_nothing_is_said(client: httpx.Client) -> None:
    query = {"url": "http://example.org/none", "code": "1"}
    diagnostics = refused(client.get(VALIDATE, params=query), 404, "not-found")
    assert SNOMED in diagnostics
    refused(client.get(VALIDATE, params={"code": "1"}), 400, "required")
    coding = {"name": "coding", "valueCoding": {"system": LOINC, "code": "718-7"}}
    other = body(coding, {"name": "url", "valueUri": SNOMED})
    refused(client.post(VALIDATE, json=other), 400, "invalid")


def test_a_member_of_a_value_set_is_validated(client: httpx.Client) -> None:
    asthma = {"system": SNOMED, "code": ASTHMA}
    assert values(get(client, MEMBER, url=DISORDERS, **asthma))["result"] is True
    assert values(get(client, MEMBER, url=f"{VALUE_SETS}drug", **asthma))["result"] is False
    assert values(get(client, "/ValueSet/disorder/$validate-code", **asthma))["result"] is True
    old = {"url": DISORDERS, "valueSetVersion": "1999", **asthma}
    refused(client.get(MEMBER, params=old), 404, "not-found")
    refused(client.get(MEMBER, params={"url": f"{DISORDERS}|1999", **asthma}), 404, "not-found")
    refused(client.get(MEMBER, params=asthma), 400, "required")


def displays(value_set: dict[str, Any]) -> list[str]:
    return [one["display"] for one in value_set["expansion"].get("contains", [])]


def test_a_value_set_is_expanded_by_a_filter(client: httpx.Client) -> None:
    found = get(client, EXPAND, url=DISORDERS, filter="diab mell", count=20)
    assert found["resourceType"] == "ValueSet"
    assert displays(found)[0] == "Diabetes mellitus"
    assert found["expansion"]["total"] > 20
    assert len(displays(found)) == 20
    for one in found["expansion"]["contains"]:
        assert one["system"]
        assert one["code"]


@pytest.mark.parametrize("text", ["neumonia", "NEUMONÍA", "neum"])
def test_accents_and_case_do_not_matter(client: httpx.Client, text: str) -> None:
    found = get(client, EXPAND, url=DISORDERS, filter=text, displayLanguage="es", count=50)
    assert "neumonía" in [one.lower() for one in displays(found)]


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", "x' OR 1=1 --", "qqqqq", "\x00 zzzz"])
def test_a_filter_is_words_not_a_pattern(client: httpx.Client, text: str) -> None:
    everything = get(client, EXPAND, url=DISORDERS, count=0)["expansion"]["total"]
    found = get(client, EXPAND, url=DISORDERS, filter=text, count=0)["expansion"]["total"]
    assert found in (0, everything)  # no word at all filters nothing


@pytest.mark.parametrize("group", shown_groups())
def test_each_group_is_a_value_set(client: httpx.Client, group: str) -> None:
    found = get(client, f"/ValueSet/{group}/$expand", count=3)
    assert found["url"] == VALUE_SETS + group
    assert len(displays(found)) == 3
    assert found["expansion"]["total"] > 100


def test_pages_join_to_the_whole(client: httpx.Client) -> None:
    whole = get(client, EXPAND, url=DISORDERS, filter="asthma")["expansion"]
    pages = [
        get(client, EXPAND, url=DISORDERS, filter="asthma", offset=offset, count=7)["expansion"]
        for offset in range(0, whole["total"], 7)
    ]
    assert [one for page in pages for one in page["contains"]] == whole["contains"]
    codes = [(one["system"], one["code"]) for one in whole["contains"]]
    assert len(set(codes)) == len(codes) == whole["total"]
    beyond = get(client, EXPAND, url=DISORDERS, filter="asthma", offset=whole["total"])
    assert displays(beyond) == []


def test_designations_come_when_asked_for(client: httpx.Client) -> None:
    found = get(client, EXPAND, url=DISORDERS, filter="asthma", includeDesignations="true", count=1)
    (first,) = found["expansion"]["contains"]
    named = [(one["language"], one["value"].lower()) for one in first["designation"]]
    assert ("es", "asma") in named


def test_an_expansion_by_post(client: httpx.Client) -> None:
    found = post(
        client,
        EXPAND,
        {"name": "url", "valueUri": DISORDERS},
        {"name": "filter", "valueString": "asthma"},
        {"name": "count", "valueInteger": 2},
        {"name": "activeOnly", "valueBoolean": True},
    )
    assert displays(found)[0] == "Asthma"
    assert len(displays(found)) == 2


@pytest.mark.parametrize(
    ("query", "status", "issue"),
    [
        ({}, 400, "required"),
        ({"url": "http://hl7.org/fhir/ValueSet/condition-code"}, 404, "not-found"),
        ({"url": f"{VALUE_SETS}none"}, 404, "not-found"),
        ({"url": f"{DISORDERS}|0"}, 404, "not-found"),
        ({"url": DISORDERS}, 422, "too-costly"),
        ({"url": DISORDERS, "count": LARGEST_PAGE + 1}, 422, "too-costly"),
        ({"url": DISORDERS, "filter": "x" * 301}, 422, "too-costly"),
        ({"url": DISORDERS, "count": "-1"}, 400, "invalid"),
        ({"url": DISORDERS, "count": "many"}, 400, "invalid"),
        ({"url": DISORDERS, "count": "9" * 30}, 400, "invalid"),
        ({"url": DISORDERS, "context": "x"}, 422, "not-supported"),
        ({"url": DISORDERS, "includeDesignations": "yes"}, 400, "invalid"),
    ],
)
def test_a_wrong_expansion_is_refused(
    client: httpx.Client, query: dict[str, Any], status: int, issue: str
) -> None:
    refused(client.get(EXPAND, params=query), status, issue)


def test_a_code_is_translated(client: httpx.Client) -> None:
    found = get(client, TRANSLATE, system=SNOMED, code=ASTHMA)
    assert values(found)["result"] is True
    equivalences = matches(found)
    assert set(equivalences.values()) <= {"equivalent", "relatedto"}
    assert ("http://www.nlm.nih.gov/research/umls", "C0004096") in equivalences
    only = matches(get(client, TRANSLATE, system=SNOMED, code=ASTHMA, targetsystem=ICD))
    assert {system for system, _ in only} == {ICD}
    assert all(code.startswith("J45") for _, code in only)
    whole = get(client, TRANSLATE, system=SNOMED, code=ASTHMA, target=f"{SNOMED}?fhir_vs")
    assert values(whole)["result"] is False
    assert values(whole)["message"]


def test_a_translation_goes_back(client: httpx.Client) -> None:
    coding = {"system": RXNORM, "code": "6809"}
    there = post(client, TRANSLATE, {"name": "coding", "valueCoding": coding})
    umls = next(code for system, code in matches(there) if system.endswith("/umls"))
    query = {"system": "http://www.nlm.nih.gov/research/umls", "code": umls}
    back = get(client, TRANSLATE, url=CONCEPT_MAP, targetsystem=RXNORM, **query)
    assert set(matches(back)) == {(RXNORM, "6809")}


@pytest.mark.parametrize(
    ("query", "status", "issue"),
    [
        ({"code": ASTHMA}, 400, "required"),
        ({"system": SNOMED}, 400, "required"),
        ({"system": SNOMED, "code": "1234567890"}, 404, "not-found"),
        ({"system": SNOMED, "code": ASTHMA, "targetsystem": "http://none"}, 404, "not-found"),
        ({"system": SNOMED, "code": ASTHMA, "target": DISORDERS}, 404, "not-found"),
        ({"system": SNOMED, "code": ASTHMA, "url": "http://none"}, 404, "not-found"),
    ],
)
def test_a_wrong_translation_is_refused(
    client: httpx.Client, query: dict[str, Any], status: int, issue: str
) -> None:
    refused(client.get(TRANSLATE, params=query), status, issue)


def test_the_server_says_what_it_can(client: httpx.Client) -> None:
    (rest,) = client.get("/metadata").json()["rest"]
    named = {
        (resource["type"], one["name"]): one["definition"]
        for resource in rest["resource"]
        for one in resource.get("operation", [])
    }
    for operation in OPERATIONS.values():
        assert named[operation.type, operation.code] == operation.definition
    described = get(client, "/metadata", mode="terminology")
    assert described["resourceType"] == "TerminologyCapabilities"
    systems = [one["uri"] for one in described["codeSystem"]]
    assert {SNOMED, LOINC, ICD, RXNORM} <= set(systems)
    for system in systems:  # each is truly known: its codes are judged
        assert "result" in values(get(client, VALIDATE, url=system, code="?"))


def test_the_store_beside_keeps_value_sets_of_its_own(client: httpx.Client) -> None:
    identity = uuid.uuid4().hex
    stored = {"resourceType": "ValueSet", "id": identity, "status": "active", "url": "urn:x:1"}
    assert client.put(f"/ValueSet/{identity}", json=stored).status_code == 201
    assert client.get(f"/ValueSet/{identity}").json()["url"] == "urn:x:1"
    refused(client.get(f"/ValueSet/{identity}/$expand"), 404, "not-found")


async def test_a_client_library_drives_them(client: httpx.Client) -> None:
    fhir = AsyncFHIRClient(str(client.base_url))
    found = await fhir.execute(
        "CodeSystem/$lookup", method="get", params={"system": SNOMED, "code": ASTHMA}
    )
    assert values(found)["display"] == "Asthma"
    expanded = await fhir.execute(
        "ValueSet/$expand",
        method="post",
        data=body({"name": "url", "valueUri": DISORDERS}, {"name": "filter", "valueString": "flu"}),
    )
    assert expanded["expansion"]["contains"]


async def test_many_may_ask_at_once(client: httpx.Client) -> None:
    async with httpx.AsyncClient(base_url=client.base_url, timeout=60) as many:
        words = [f"{first}{second}n" for first in "abcd" for second in "aeiou"]
        answers = await asyncio.gather(
            *(many.get(EXPAND, params={"url": DISORDERS, "filter": w, "count": 1}) for w in words)
        )
    assert [answer.status_code for answer in answers] == [200] * len(words)
