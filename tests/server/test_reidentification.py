"""`$reidentify` over HTTP, with a store and without one, and at the command line."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from mappers.deidentification.pseudonym import Pseudonyms
from server import reidentification
from server.answers import answer_errors
from server.auth import Authority
from server.errors import ParameterMissing, RequestInvalid
from server.operation_definitions import REIDENTIFY
from server.settings import read_settings
from server.store import Store

KEY = b"the key of this site, 32 bytes long"
ISSUER = "https://auth.example"
SIGNER = ECKey.generate_key("P-384", {"kid": "k1", "use": "sig", "alg": "ES384"})
PSEUDONYM = Pseudonyms(KEY).identity("Patient", "pat-17")


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "key"
    file.write_bytes(KEY)
    return file


@contextlib.asynccontextmanager
async def caller(base: str, tmp_path: Path, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Call the route in front of the store at `base`."""
    keys = tmp_path / "jwks.json"
    keys.write_bytes(orjson.dumps(KeySet([SIGNER]).as_dict(private=False)))
    given = read_settings(**({"auth_jwks": str(keys), "auth_issuer": ISSUER} | settings))
    app = FastAPI()
    answer_errors(app)
    app.include_router(reidentification.router, prefix="/fhir")
    store = Store(base)
    app.state.settings, app.state.authority, app.state.store = given, Authority(given), store
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://a.example") as client:
        yield client
    await store.close()


def token(scope: str = REIDENTIFY, **claims: Any) -> dict[str, str]:
    payload = {
        "iss": ISSUER,
        "aud": "http://127.0.0.1:8000/fhir",
        "exp": int(time.time()) + 3600,
        "sub": "dr-audit",
        "scope": scope,
    } | claims
    signed = jwt.encode({"alg": "ES384", "kid": "k1"}, payload, SIGNER, algorithms=["ES384"])
    return {"Authorization": f"Bearer {signed}"}


def parameters(*given: tuple[str, Any]) -> dict[str, Any]:
    listed = [{"name": name, "valueString": value} for name, value in given]
    return {"resourceType": "Parameters", "parameter": listed}


def audits(apart: Any, pseudonym: str) -> list[dict[str, Any]]:
    events = apart.hospital.find("AuditEvent", _count="500")
    return [event for event in events if pseudonym in str(event["entity"])]


async def test_a_pseudonym_is_turned_back_and_audited(
    apart: Any, tmp_path: Path, key_file: Path
) -> None:
    pseudonym = Pseudonyms(KEY).identity("Patient", "once-only-1")
    body = parameters(("pseudonym", f"Patient/{pseudonym}"))
    async with caller(apart.base, tmp_path, deid_key_file=key_file) as client:
        answer = await client.post("/fhir/$reidentify", json=body, headers=token())
    assert answer.status_code == 200
    (original,) = answer.json()["parameter"]
    expected = {"name": "original", "valueReference": {"reference": "Patient/once-only-1"}}
    assert original == expected
    (event,) = audits(apart, pseudonym)
    assert event["agent"][0]["who"]["identifier"]["value"] == "dr-audit"
    assert event["action"] == "E"
    assert "once-only-1" not in str(event)


async def test_what_does_not_map_back_is_audited_too(
    apart: Any, tmp_path: Path, key_file: Path
) -> None:
    theirs = Pseudonyms(b"the key of another site, 32 bytes").identity("Patient", "pat-17")
    body = parameters(("type", "Patient"), ("id", theirs))
    async with caller(apart.base, tmp_path, deid_key_file=key_file) as client:
        answer = await client.post("/fhir/$reidentify", json=body, headers=token())
    assert answer.status_code == 404
    assert answer.json()["resourceType"] == "OperationOutcome"
    (event,) = audits(apart, theirs)
    assert {"type": "found", "valueString": "false"} in event["entity"][0]["detail"]


async def test_without_an_audit_there_is_no_answer(tmp_path: Path, key_file: Path) -> None:
    body = parameters(("pseudonym", f"Patient/{PSEUDONYM}"))
    nowhere = "http://127.0.0.1:9"  # the discard port: nobody answers
    async with caller(nowhere, tmp_path, deid_key_file=key_file) as client:
        answer = await client.post("/fhir/$reidentify", json=body, headers=token())
    assert answer.status_code == 503
    assert "pat-17" not in answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        (token("system/*.cruds"), 403),
        (token("system/*.read system/Patient.rs"), 403),
        (token(f"{REIDENTIFY}x"), 403),
        (token(sub=""), 403),
        (token(exp=1), 401),
    ],
)
async def test_only_its_own_scope_lets_a_caller_in(
    tmp_path: Path, key_file: Path, headers: dict[str, str], status: int
) -> None:
    body = parameters(("pseudonym", f"Patient/{PSEUDONYM}"))
    async with caller("http://127.0.0.1:9", tmp_path, deid_key_file=key_file) as client:
        answer = await client.post("/fhir/$reidentify", json=body, headers=headers)
    assert answer.status_code == status
    assert answer.json()["resourceType"] == "OperationOutcome"


async def test_without_authorisation_or_key_nothing_is_told(tmp_path: Path, key_file: Path) -> None:
    body = parameters(("pseudonym", f"Patient/{PSEUDONYM}"))
    nowhere = "http://127.0.0.1:9"
    async with caller(nowhere, tmp_path, deid_key_file=key_file, auth="off") as client:
        assert (await client.post("/fhir/$reidentify", json=body)).status_code == 403
    async with caller(nowhere, tmp_path) as client:
        answer = await client.post("/fhir/$reidentify", json=body, headers=token())
        assert answer.status_code == 404
        assert (await client.get("/fhir/$reidentify", headers=token())).status_code == 405


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (None, RequestInvalid),
        ({"resourceType": "Patient"}, RequestInvalid),
        (parameters(), ParameterMissing),
        (parameters(("type", "Patient")), ParameterMissing),
        (parameters(("pseudonym", "Patient/17")), RequestInvalid),
        (parameters(("pseudonym", PSEUDONYM)), RequestInvalid),
        (parameters(("surname", "Zyxwish")), RequestInvalid),
        ({"resourceType": "Parameters", "parameter": ["x"]}, RequestInvalid),
        (
            {"resourceType": "Parameters", "parameter": [{"name": "id", "valueId": 5}]},
            RequestInvalid,
        ),
    ],
)
def test_what_is_sent_must_be_a_pseudonym(body: Any, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        reidentification.read_pseudonym(body)
    assert "Zyxwish" not in str(caught.value)


def test_a_reference_may_be_sent() -> None:
    reference = {"reference": f"https://release.example/fhir/Patient/{PSEUDONYM}"}
    body = {
        "resourceType": "Parameters",
        "parameter": [{"name": "pseudonym", "valueReference": reference}],
    }
    assert reidentification.read_pseudonym(body) == ("Patient", PSEUDONYM)


def test_at_the_command_line_it_is_logged_without_the_original(
    run: Callable[..., tuple[int, str, str]], key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = f"Patient/{PSEUDONYM}"
    assert run("reidentify", written)[0] == 2  # no key
    monkeypatch.setenv("CHARTLOOM_DEID_KEY_FILE", str(key_file))
    status, out, errors = run("reidentify", written)
    assert (status, out) == (0, "Patient/pat-17\n")
    (line,) = errors.splitlines()
    assert "event='reidentify'" in line
    assert PSEUDONYM in line
    assert "pat-17" not in line
    status, out, errors = run("reidentify", f"Encounter/{PSEUDONYM}")
    assert (status, out) == (1, "")
    assert "found=False" in errors
    assert run("reidentify", "Patient/17")[0] == 2
