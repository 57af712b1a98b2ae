"""The interactions one by one, as HTTP."""

import asyncio

import httpx
import pytest

from server.trial.negotiation import LARGEST_BODY

PATIENT = {"resourceType": "Patient", "name": [{"family": "Silva"}]}


async def put(client, identifier="p1", body=PATIENT, **headers):
    return await client.put(
        f"Patient/{identifier}", json={**body, "id": identifier}, headers=headers
    )


def is_outcome(answer: httpx.Response, status: int, code: str) -> bool:
    body = answer.json()
    return (answer.status_code, body["resourceType"], body["issue"][0]["code"]) == (
        status,
        "OperationOutcome",
        code,
    )


async def test_create_says_where_the_resource_is(client):
    answer = await client.post("Patient", json={**PATIENT, "id": "mine"})
    body = answer.json()
    assert answer.status_code == 201
    assert body["id"] != "mine"
    assert answer.headers["etag"] == 'W/"1"'
    assert answer.headers["location"].endswith(f"/fhir/Patient/{body['id']}/_history/1")
    assert answer.headers["content-type"] == "application/fhir+json"
    assert body["meta"]["versionId"] == "1"
    read = await client.get(answer.headers["location"])
    assert read.json() == body
    assert read.headers["last-modified"] == answer.headers["last-modified"]


async def test_update_makes_versions_that_stay_readable(client):
    assert (await put(client)).status_code == 201
    changed = await put(client, body={**PATIENT, "gender": "female"})
    assert (changed.status_code, changed.headers["etag"]) == (200, 'W/"2"')
    assert (await client.get("Patient/p1")).json()["gender"] == "female"
    assert "gender" not in (await client.get("Patient/p1/_history/1")).json()


async def test_update_with_equal_content_makes_no_version(client):
    first = await put(client)
    body = {**PATIENT, "id": "p1", "meta": {"versionId": "9", "lastUpdated": "2020-01-01"}}
    body["meta"]["lastUpdated"] = "2020-01-01T00:00:00Z"
    again = await client.put("Patient/p1", json=dict(reversed(body.items())))
    assert (again.status_code, again.headers["etag"]) == (200, 'W/"1"')
    assert again.json() == first.json()
    assert (await client.get("Patient/p1/_history")).json()["total"] == 1


async def test_decimals_keep_their_digits(client):
    body = (
        b'{"resourceType":"Observation","status":"final","code":{"text":"x"},'
        b'"valueQuantity":{"value":2.10,"unit":"1"}}'
    )
    answer = await client.post(
        "Observation", content=body, headers={"content-type": "application/fhir+json"}
    )
    assert b'"value":2.10' in answer.content
    assert b'"value":2.10' in (await client.get(answer.headers["location"])).content
    name = answer.json()["id"]
    for digits, etag in [(b"2.10", '"1"'), (b"2.1", '"2"'), (b"21e-1", '"2"')]:
        new = body.replace(b"2.10", digits).replace(b"{", b'{"id":"%s",' % name.encode(), 1)
        put = await client.put(
            f"Observation/{name}", content=new, headers={"content-type": "application/json"}
        )
        assert put.headers["etag"] == f"W/{etag}", digits


async def test_delete_is_gone_and_can_be_repeated(client):
    await put(client)
    assert (await client.delete("Patient/p1")).status_code == 204
    assert (await client.delete("Patient/p1")).status_code == 204
    assert (await client.delete("Patient/never")).status_code == 204
    assert is_outcome(await client.get("Patient/p1"), 410, "deleted")
    assert is_outcome(await client.get("Patient/p1/_history/2"), 410, "deleted")
    assert (await client.get("Patient/p1/_history/1")).status_code == 200
    again = await put(client)
    assert (again.status_code, again.headers["etag"]) == (201, 'W/"3"')


async def test_history_tells_newest_first_and_pages(client):
    await put(client)
    await put(client, body={**PATIENT, "active": True})
    await client.delete("Patient/p1")
    await put(client, "p2")
    entries = (await client.get("Patient/p1/_history")).json()["entry"]
    assert [entry["request"]["method"] for entry in entries] == ["DELETE", "PUT", "PUT"]
    assert [entry["response"]["etag"] for entry in entries] == ['W/"3"', 'W/"2"', 'W/"1"']
    assert "resource" not in entries[0]
    seen, url = [], "Patient/_history?_count=2"
    while url:
        page = (await client.get(url)).json()
        assert page["total"] == 4
        seen += [(e["fullUrl"].split("/")[-1], e["response"]["etag"]) for e in page["entry"]]
        url = next((link["url"] for link in page["link"] if link["relation"] == "next"), None)
    assert seen == [("p2", 'W/"1"'), ("p1", 'W/"3"'), ("p1", 'W/"2"'), ("p1", 'W/"1"')]
    assert is_outcome(await client.get("Patient/never/_history"), 404, "not-found")
    assert is_outcome(await client.get("Patient/_history?_at=2020"), 400, "not-supported")
    since = entries[0]["response"]["lastModified"]
    assert (await client.get("Patient/p1/_history", params={"_since": since})).json()["entry"]


async def test_if_match_lets_one_writer_win(client):
    await put(client)
    bodies = [{**PATIENT, "name": [{"family": f"F{n}"}]} for n in range(8)]
    answers = await asyncio.gather(
        *(put(client, body=body, **{"If-Match": 'W/"1"'}) for body in bodies)
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7
    assert is_outcome(await put(client, **{"If-Match": 'W/"1"'}), 412, "conflict")
    assert is_outcome(await put(client, "new", **{"If-Match": 'W/"1"'}), 412, "conflict")
    assert is_outcome(await put(client, **{"If-Match": "later"}), 400, "invalid")
    assert (await client.delete("Patient/p1", headers={"If-Match": '"2"'})).status_code == 204


async def test_parallel_updates_lose_no_version(client):
    answers = await asyncio.gather(
        *(put(client, body={**PATIENT, "name": [{"family": f"F{n}"}]}) for n in range(20))
    )
    assert sorted(a.headers["etag"] for a in answers) == sorted(f'W/"{n}"' for n in range(1, 21))
    assert [a.status_code for a in answers].count(201) == 1


async def test_if_none_match_answers_304(client):
    await put(client)
    for tag in ['W/"1"', '"1"', "1", 'W/"7", W/"1"']:
        answer = await client.get("Patient/p1", headers={"If-None-Match": tag})
        assert (answer.status_code, answer.content) == (304, b"")
    assert (await client.get("Patient/p1", headers={"If-None-Match": '"2"'})).status_code == 200


@pytest.mark.parametrize(
    ("wish", "kind"),
    [("return=minimal", None), ("return=OperationOutcome", "OperationOutcome"),
     ("return=representation", "Patient"), ("handling=strict; return=minimal", None)],
)  # fmt: skip
async def test_prefer_return(client, wish, kind):
    answer = await client.post("Patient", json=PATIENT, headers={"Prefer": wish})
    assert answer.status_code == 201
    assert answer.headers["location"]
    assert (answer.json()["resourceType"] if answer.content else None) == kind


@pytest.mark.parametrize(
    ("url", "accept", "status"),
    [
        ("Patient", "application/fhir+json", 200),
        ("Patient", "application/json;q=0.5, text/html", 200),
        ("Patient", "text/html,*/*;q=0.8", 200),
        ("Patient", "application/fhir+xml", 406),
        ("Patient", "application/json;q=0", 406),
        ("Patient?_format=json", "application/xml", 200),
        ("Patient?_format=application/fhir+json", "application/xml", 200),
        ("Patient?_format=xml", "application/json", 406),
        ("Patient/p1?_format=xml", "*/*", 406),
    ],
)
async def test_only_json_is_served(client, url, accept, status):
    answer = await client.get(url, headers={"Accept": accept})
    assert answer.status_code == status
    assert status == 200 or is_outcome(answer, 406, "not-supported")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<Patient/>", "application/fhir+xml"),
        (b"{}", "application/json; charset=latin-1"),
        (b"{}", "text/plain"),
        (b"{}", ""),
    ],
)
async def test_other_formats_are_refused(client, body, kind):
    answer = await client.post("Patient", content=body, headers={"content-type": kind})
    assert is_outcome(answer, 415, "not-supported"), answer.text


MALFORMED = [
    b"",
    b"{",
    b"[]",
    b"{}",
    b"null",
    b'{"resourceType":"Condition"}',
    b'{"resourceType":["Patient"]}',
    b'{"resourceType":"Patient","id":"a b"}',
    b'{"resourceType":"Patient","name":[{"family":null}]}',
    b'{"resourceType":"Patient","name":NaN}',
    b'{"resourceType":"Patient","x":"\xff"}',
    b'{"resourceType":"Patient","text":"\\u0000"}',
    b'{"resourceType":"Patient","gender":"\\ud800"}',
    b'{"resourceType":"Patient","x":1e999}',
    b'{"resourceType":"Patient","x":' + b"[" * 5000,
    b'{"resourceType":"Patient","x":' + b"[" * 400 + b"]" * 400 + b"}",
]
INVALID = [
    b'{"resourceType":"Patient","unheard":1}',
    b'{"resourceType":"Patient","gender":1}',
    b'{"resourceType":"Patient","meta":[]}',
    b'{"resourceType":"Patient","name":{"family":"Q"}}',
    b'{"resourceType":"Patient","extension":[{"valueString":"x"}]}',
    b'{"resourceType":"Patient","extension":'
    + b'[{"url":"x","extension":' * 100
    + b"[1]"
    + b"}]" * 100
    + b"}",
]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [(body, 400, "invalid") for body in MALFORMED]
    + [(body, 422, "business-rule") for body in INVALID],
    ids=lambda value: repr(value)[:60],
)
async def test_bad_bodies_are_refused_and_not_quoted(client, body, status, code):
    headers = {"content-type": "application/fhir+json"}
    answer = await client.post("Patient", content=body, headers=headers)
    assert is_outcome(answer, status, code), answer.text
    assert "family" not in answer.text
    assert (await client.get("Patient?_summary=count")).json()["total"] == 0


async def test_types_that_have_no_model_are_looked_at_too(client):
    for body in [
        {"resourceType": "Schedule", "meta": "x"},
        {"resourceType": "Schedule", "id": "_"},
    ]:
        assert (await client.post("Schedule", json=body)).status_code in {400, 422}
    strange = {"resourceType": "Schedule", "meta": {"tag": "x", "profile": [5, {"a": 1}]}}
    assert (await client.post("Schedule", json=strange)).status_code == 201


@pytest.mark.parametrize(
    "url",
    [
        "Patient?name=%00", "Patient?_id=%00", "Patient?%00=1", "Patient?_cursor=%00",
        "Patient/_history?_since=%00", "Patient/_history?_cursor=%00", "Patient/%00",
        "Patient/p1/_history/%00", "Subscription/$status?id=%00", "Subscription/%00/$status",
        "Patient?name=a%00&_sort=%00", "Patient?_count=%00",
    ],
)  # fmt: skip
async def test_nul_in_an_url_is_an_error_of_the_caller(client, url):
    answer = await client.get(url)
    assert answer.status_code in {400, 404}, answer.text
    assert answer.json()["resourceType"] == "OperationOutcome"


async def test_a_value_is_never_quoted_in_an_error(client):
    secret = "Wilhelmina Brandt"
    bodies = [
        {"resourceType": "Patient", "birthDate": secret},
        {"resourceType": "Patient", secret: 1},
        {"resourceType": "Patient", "name": [{"family": {secret: secret}}]},
        {"resourceType": "Patient", "contact": secret},
    ]
    for body in bodies:
        answer = await client.post("Patient", json=body)
        assert answer.status_code == 422
        assert "Brandt" not in answer.text


async def test_the_body_has_a_limit(client):
    async def endless():
        for _ in range(LARGEST_BODY // 2**20 + 2):
            yield b" " * 2**20

    answer = await client.post(
        "Patient", content=endless(), headers={"content-type": "application/json"}
    )
    assert is_outcome(answer, 413, "too-long")


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        ("GET", "Unknown", 404), ("GET", "Unknown/1", 404), ("GET", "Patient/none", 404),
        ("GET", "Patient/none/_history/1", 404), ("GET", "Patient/p1/_history/x", 404),
        ("GET", "Patient/p1/_history/99", 404), ("GET", "Patient/a_b", 400),
        ("GET", "Patient/" + "a" * 65, 400), ("DELETE", "Patient/a_b", 400),
        ("GET", "Patient/$everything", 404), ("POST", "Patient/p1/$validate", 404),
        ("POST", "DocumentReference/$extract", 404), ("GET", "nothing", 404),
        ("PATCH", "Patient/p1", 405), ("GET", "Patient/p1/extra", 404),
    ],
)  # fmt: skip
async def test_what_is_not_there(client, method, url, status):
    await put(client)
    answer = await client.request(method, url)
    assert (answer.status_code, answer.json()["resourceType"]) == (status, "OperationOutcome")


async def test_ids_of_body_and_url_must_agree(client):
    answer = await client.put("Patient/a", json={**PATIENT, "id": "b"})
    assert is_outcome(answer, 400, "invalid")
    assert answer.json()["issue"][0]["expression"] == ["id"]
    assert is_outcome(await client.put("Patient/a", json=PATIENT), 400, "invalid")
    assert is_outcome(await client.post("Patient", json={"resourceType": "Group"}), 400, "invalid")


async def test_nothing_of_other_routes_is_taken(client):
    assert (await client.get("metadata")).json()["resourceType"] == "CapabilityStatement"
