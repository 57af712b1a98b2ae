"""What a token lets be exported, and whose files they are."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import httpx
import orjson
import psycopg
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from server.export.definition import CANONICALS
from tests.server.export.conftest import FHIR, Bulk, condition

ISSUER = "https://auth.example"
KEY = ECKey.generate_key("P-384", {"kid": "k", "use": "sig", "alg": "ES384"})


@pytest.fixture(scope="module")
def guarded(
    postgres_url: str,
    serving: Callable[..., AbstractContextManager[Any]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Any]:
    """A server that wants tokens, with one patient in its trial store."""
    name = f"guarded_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    keys = tmp_path_factory.mktemp("keys") / "jwks.json"
    keys.write_bytes(orjson.dumps(KeySet([KEY]).as_dict(private=False)))
    own = {"auth": "on", "auth_jwks": str(keys), "auth_issuer": ISSUER, "processes": 1}
    audience = {"auth_audience": "exports"}
    with serving(
        DATABASE_URL=postgres_url.replace("/postgres?", f"/{name}?"), **own, **audience
    ) as served:
        with client(served, "system/*.cruds") as hospital:
            hospital.put("/Patient/p", json={"resourceType": "Patient", "id": "p"})
            one = condition("Patient/p", 1)
            hospital.put(f"/Condition/{one['id']}", json=one).raise_for_status()
        yield served


def client(served: Any, scope: str, **claims: Any) -> httpx.Client:
    payload = {
        "iss": ISSUER,
        "aud": "exports",
        "exp": int(time.time()) + 600,
        "client_id": "researcher",
        "scope": scope,
    } | claims
    token = jwt.encode({"alg": "ES384", "kid": "k"}, payload, KEY, algorithms=["ES384"])
    headers = FHIR | {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=served.base, headers=headers, timeout=60)


def types(manifest: dict[str, Any]) -> set[str]:
    return {entry["type"] for entry in manifest["output"]}


@pytest.mark.parametrize(
    ("scope", "query", "status"),
    [
        ("", {}, 403),
        ("system/Patient.r", {}, 403),
        ("system/Patient.cruds", {"_type": "Condition"}, 403),
        ("system/Patient.rs", {"_type": "Patient,Condition"}, 403),
        ("system/Condition.rs", {"includeAssociatedData": "LatestProvenanceResources"}, 403),
        ("patient/*.rs", {}, 403),
        (CANONICALS["group"], {}, 403),
    ],
)
def test_a_missing_scope_is_forbidden(
    guarded: Any, scope: str, query: dict[str, str], status: int
) -> None:
    with client(guarded, scope) as caller:
        answer = Bulk(caller).order(**query)
    assert answer.status_code == status
    assert answer.json()["issue"][0]["code"] == "forbidden"


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("system/*.rs", {"Patient", "Condition"}),
        ("system/*.read", {"Patient", "Condition"}),
        ("system/Condition.rs system/Group.c", {"Condition"}),
        (CANONICALS["patient"], {"Patient", "Condition"}),
    ],
)
def test_the_scopes_say_what_is_in_it(guarded: Any, scope: str, expected: set[str]) -> None:
    with client(guarded, scope) as caller:
        manifest = Bulk(caller).manifest()
        assert types(manifest) == expected
        assert manifest["requiresAccessToken"] is True
        assert Bulk(caller).files(manifest)


def test_an_export_is_that_of_the_client_who_ordered_it(guarded: Any) -> None:
    with (
        client(guarded, "system/*.rs") as owner,
        client(guarded, "system/*.cruds", client_id="somebody") as other,
    ):
        url = Bulk(owner).ordered()
        manifest = Bulk(owner).wait(url).json()
        places = [url, manifest["output"][0]["url"], *manifest["extension"].values()]
        answers = [other.get(place) for place in places] + [other.delete(url)]
        assert [answer.status_code for answer in answers] == [404] * len(answers)
        assert {answer.json()["resourceType"] for answer in answers} == {"OperationOutcome"}
        plain = [httpx.get(place) for place in places]
        assert [answer.status_code for answer in plain] == [401] * len(plain)
        # Another token of the same client will do, whatever its scopes are by now.
        with client(guarded, "") as again:
            assert again.get(places[1]).status_code == 200
        audit = {"entity:identifier": f"urn:ietf:rfc:3986|{places[1]}"}
        found = other.get("/AuditEvent", params=audit).json()["entry"]
    agents = [one["resource"]["agent"][0]["who"]["identifier"]["value"] for one in found]
    assert agents == ["researcher"]


def test_a_token_that_names_nobody_gets_nothing(guarded: Any) -> None:
    with client(guarded, "system/*.rs", client_id=None) as nobody:
        assert Bulk(nobody).order().status_code == 403
    with client(guarded, "system/*.rs", client_id=None, sub="backend") as backend:
        assert Bulk(backend).order(_type="Patient").status_code == 202


def test_the_operations_are_scopes(guarded: Any) -> None:
    found = httpx.get(f"{guarded.base}/.well-known/smart-configuration").json()
    assert set(CANONICALS.values()) <= set(found["scopes_supported"])
