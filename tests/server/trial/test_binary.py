"""Binary as bytes and as JSON."""

import base64

import pytest

TEXT = "Paciente con fiebre."
CONTENT = TEXT.encode()


async def store(client, content=CONTENT, kind="text/plain; charset=utf-8", **headers):
    return await client.post("Binary", content=content, headers={"Content-Type": kind, **headers})


async def test_bytes_in_bytes_out(client):
    created = await store(client, **{"X-Security-Context": "Patient/p"})
    assert created.status_code == 201
    assert created.json()["securityContext"] == {"reference": "Patient/p"}
    raw = await client.get(created.headers["location"], headers={"Accept": "text/plain"})
    assert raw.text == TEXT
    assert raw.headers["content-type"] == "text/plain; charset=utf-8"
    assert raw.headers["etag"] == 'W/"1"'
    assert raw.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in raw.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("accept", "query", "kind"),
    [
        ("*/*", "", "text/plain; charset=utf-8"),
        ("text/*", "", "text/plain; charset=utf-8"),
        ("application/fhir+json", "", "application/fhir+json"),
        ("application/json, */*;q=0.1", "", "application/fhir+json"),
        ("*/*", "?_format=json", "application/fhir+json"),
    ],
)
async def test_accept_decides(client, accept, query, kind):
    name = (await store(client)).json()["id"]
    answer = await client.get(f"Binary/{name}{query}", headers={"Accept": accept})
    assert answer.headers["content-type"] == kind
    if "json" in kind:
        assert base64.b64decode(answer.json()["data"]).decode() == TEXT


async def test_what_cannot_be_given_is_refused(client):
    name = (await store(client)).json()["id"]
    assert (await client.get(f"Binary/{name}", headers={"Accept": "image/png"})).status_code == 406
    assert (await store(client, kind="nothing")).status_code == 415
    assert (await store(client, kind="")).status_code == 415


async def test_json_in_and_a_type_that_is_no_header(client):
    binary = {"resourceType": "Binary", "id": "b", "contentType": "text/plain\r\nX: y"}
    binary["data"] = base64.b64encode(b"x").decode()
    put = await client.put("Binary/b", json=binary)
    if put.is_success:
        answer = await client.get("Binary/b", headers={"Accept": "*/*"})
        assert answer.headers["content-type"] == "application/octet-stream"
        assert "x" not in answer.headers


async def test_malformed_base64_is_kept_but_not_guessed_at(client):
    body = {"resourceType": "Binary", "id": "b", "contentType": "text/plain", "data": "a b!"}
    answer = await client.put("Binary/b", json=body)
    if answer.is_success:
        assert (await client.get("Binary/b?_format=json")).json()["data"] == "a b!"
        assert (await client.get("Binary/b")).status_code == 422
    else:
        assert answer.status_code == 422


async def test_update_with_bytes(client):
    headers = {"Content-Type": "text/plain"}
    first = await client.put("Binary/b", content=b"one", headers=headers)
    same = await client.put("Binary/b", content=b"one", headers=headers)
    other = await client.put("Binary/b", content=b"two", headers=headers)
    assert [a.headers["etag"] for a in (first, same, other)] == ['W/"1"', 'W/"1"', 'W/"2"']
    assert (await client.get("Binary/b/_history/1")).content == b"one"
    known = await client.get("Binary/b", headers={"If-None-Match": 'W/"2"'})
    assert known.status_code == 304
