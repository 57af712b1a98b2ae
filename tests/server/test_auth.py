from __future__ import annotations

import time
from pathlib import Path

import orjson
import pytest
from fastapi import Request
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from server.auth import Authority
from server.errors import Forbidden, SettingsInvalid, Unauthorized
from server.operation_definitions import definition_url
from server.settings import Settings, read_settings

ISSUER = "https://auth.example"
KEY = ECKey.generate_key("P-384", {"kid": "k1", "use": "sig", "alg": "ES384"})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    keys = tmp_path / "jwks.json"
    keys.write_bytes(orjson.dumps(KeySet([KEY]).as_dict(private=False)))
    return read_settings(auth_jwks=str(keys), auth_issuer=ISSUER)


def token(scope: str = "", *, key: ECKey = KEY, **claims: object) -> str:
    now = int(time.time())
    payload = {
        "iss": ISSUER,
        "aud": "http://127.0.0.1:8000/fhir",
        "exp": now + 60,
        "scope": scope,
    } | claims
    return jwt.encode({"alg": "ES384", "kid": "k1"}, payload, key, algorithms=["ES384"])


def request(path: str, method: str = "GET", bearer: str | None = None) -> Request:
    headers = [(b"authorization", f"Bearer {bearer}".encode())] if bearer else []
    scope = {"type": "http", "method": method, "path": path, "headers": headers}
    return Request(scope | {"server": ("127.0.0.1", 8000), "scheme": "http", "query_string": b""})


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("system/DocumentReference.rs", "GET", "/fhir/DocumentReference/1"),
        ("system/*.read", "GET", "/fhir/Patient"),
        ("system/Condition.cruds", "PUT", "/fhir/Condition/1"),
        ("system/Condition.s", "POST", "/fhir/Condition/_search"),
        ("system/*.*", "DELETE", "/fhir/Condition/1"),
        ("system/DocumentReference.r", "POST", "/fhir/DocumentReference/1/$extract"),
        (str(definition_url("extract")), "POST", "/fhir/DocumentReference/$extract"),
    ],
)
async def test_a_scope_lets_through(settings: Settings, scope: str, method: str, path: str) -> None:
    await Authority(settings).require(request(path, method, token(scope)))


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("", "GET", "/fhir/Patient/1"),
        ("system/DocumentReference.rs", "GET", "/fhir/Patient/1"),
        ("system/Condition.rs", "PUT", "/fhir/Condition/1"),
        ("system/Conditions.cruds", "PUT", "/fhir/Condition/1"),
        (str(definition_url("de-identify")), "POST", "/fhir/DocumentReference/$extract"),
        ("system/Condition.c", "POST", "/fhir"),
    ],
)
async def test_a_missing_scope_is_forbidden(
    settings: Settings, scope: str, method: str, path: str
) -> None:
    with pytest.raises(Forbidden):
        await Authority(settings).require(request(path, method, token(scope)))


@pytest.mark.parametrize(
    "bearer",
    [
        None,
        "not.a.token",
        token("system/*.*", iss="https://other.example"),
        token("system/*.*", aud="https://other.example"),
        token("system/*.*", exp=int(time.time()) - 10),
        token("system/*.*", key=ECKey.generate_key("P-384", {"kid": "k1"})),
    ],
)
async def test_a_token_that_is_not_valid_here_is_refused(
    settings: Settings, bearer: str | None
) -> None:
    with pytest.raises(Unauthorized):
        await Authority(settings).require(request("/fhir/Patient/1", bearer=bearer))


async def test_writing_by_an_operation_needs_the_scopes_of_what_is_written(
    settings: Settings,
) -> None:
    authority = Authority(settings)
    path = "/fhir/DocumentReference/1/$extract"
    reader = request(path, "POST", token("system/DocumentReference.rs"))
    with pytest.raises(Forbidden, match="Condition"):
        await authority.require_writing(reader, ["Condition"])
    writer = request(path, "POST", token("system/DocumentReference.rs system/Condition.cu"))
    await authority.require_writing(writer, ["Condition"])
    operator = request(path, "POST", token(str(definition_url("extract"))))
    await authority.require_writing(operator, ["Condition"])


def test_without_keys_the_service_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="CHARTLOOM_AUTH_JWKS"):
        Authority(read_settings())
    with pytest.raises(SettingsInvalid, match="CHARTLOOM_AUTH_JWKS"):
        Authority(read_settings(auth_jwks=str(tmp_path / "none"), auth_issuer=ISSUER))


async def test_off_lets_everything_through() -> None:
    await Authority(read_settings(auth="off")).require(request("/fhir/Patient/1"))
