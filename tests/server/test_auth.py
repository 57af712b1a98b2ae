from __future__ import annotations

import asyncio
import time
from pathlib import Path

import orjson
import pytest
from fastapi import Request
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from server.auth import RELOAD_SECONDS, Authority
from server.errors import Forbidden, SettingsInvalid, Unauthorized
from server.operation_definitions import definition_url
from server.settings import Settings, read_settings

ISSUER = "https://auth.example"
EXTRACT = str(definition_url("extract"))
LOOKUP = "http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup"


def new_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-384", {"kid": kid, "use": "sig", "alg": "ES384"})


KEY = new_key("k1")


class Clock:
    """Seconds that pass only when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def publish(file: Path, *keys: ECKey) -> None:
    file.write_bytes(orjson.dumps(KeySet(list(keys)).as_dict(private=False)))


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "jwks.json"
    publish(file, KEY)
    return file


@pytest.fixture
def settings(key_file: Path) -> Settings:
    return read_settings(auth_jwks=str(key_file), auth_issuer=ISSUER)


def token(scope: str = "", *, key: ECKey = KEY, **claims: object) -> str:
    now = int(time.time())
    payload = {
        "iss": ISSUER,
        "aud": "http://127.0.0.1:8000/fhir",
        "exp": now + 60,
        "scope": scope,
    } | claims
    return jwt.encode({"alg": "ES384", "kid": key.kid}, payload, key, algorithms=["ES384"])


def request(
    path: str, method: str = "GET", bearer: str | None = None, *, host: str = "", root: str = ""
) -> Request:
    headers = [(b"authorization", f"Bearer {bearer}".encode())] if bearer else []
    headers += [(b"host", host.encode())] if host else []
    scope = {"type": "http", "method": method, "path": path, "headers": headers, "root_path": root}
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
        (EXTRACT, "POST", "/fhir/DocumentReference/$extract"),
        (EXTRACT, "POST", "/fhir/DocumentReference/1/$extract/"),
        ("system/Condition.r", "GET", "/fhir/Condition/1/"),
        ("system/Condition.r", "GET", "/fhir/Condition/1/_history"),
        ("system/Condition.r", "GET", "/fhir/Condition/1/_history/2"),
        ("system/Condition.s", "GET", "/fhir/Condition"),
        ("system/Condition.s", "GET", "/fhir/Condition/"),
        ("system/Condition.s", "GET", "/fhir/Condition/_history"),
        ("system/Condition.read", "GET", "/fhir/Condition"),
        ("system/Condition.read", "GET", "/fhir/Condition/1"),
        ("system/Condition.write", "POST", "/fhir/Condition"),
        ("system/Condition.u", "PUT", "/fhir/Condition"),
        ("system/Condition.r system/Condition.d", "DELETE", "/fhir/Condition/1"),
        ("system/Subscription.r", "GET", "/fhir/Subscription/$status"),
        ("system/Subscription.r", "POST", "/fhir/Subscription/1/$events"),
        ("system/Patient.r", "GET", "/fhir/Patient/1/$everything"),
        ("system/CodeSystem.r", "GET", "/fhir/CodeSystem/$lookup"),
        ("system/ValueSet.read", "POST", "/fhir/ValueSet/drug/$expand"),
        (LOOKUP, "GET", "/fhir/CodeSystem/$lookup"),
        ("system/*.cruds", "POST", "/fhir"),
        ("system/*.cruds", "POST", "/fhir/"),
        ("system/*.*", "POST", "/fhir"),
        ("system/*.read system/*.write", "POST", "/fhir"),
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
        (EXTRACT, "POST", "/fhir/Patient/$extract"),
        (LOOKUP, "GET", "/fhir/ValueSet/$expand"),
        (LOOKUP, "GET", "/fhir/CodeSystem/1"),
        ("system/CodeSystem.s", "GET", "/fhir/CodeSystem/$lookup"),
        (EXTRACT, "GET", "/fhir/DocumentReference/$extract/_history"),
        ("patient/*.*", "GET", "/fhir/Patient/1"),
        ("user/*.cruds", "GET", "/fhir/Patient/1"),
        ("system/Condition.rs?category=problem-list-item", "GET", "/fhir/Condition/1"),
        ("system/*.*?", "GET", "/fhir/Condition/1"),
        ("system/Condition.sr", "GET", "/fhir/Condition/1"),
        ("system/Condition.rsearch", "GET", "/fhir/Condition/1"),
        ("system/Condition.r*", "GET", "/fhir/Condition/1"),
        ("system/Condition.reads", "GET", "/fhir/Condition/1"),
        ("system/Condition.", "GET", "/fhir/Condition/1"),
        ("system/Condition.r", "GET", "/fhir/Condition"),
        ("system/Condition.r", "GET", "/fhir/Condition/"),
        ("system/Condition.r", "GET", "/fhir/Condition/_history"),
        ("system/Condition.cr", "POST", "/fhir/Condition/_search"),
        ("system/Condition.s", "GET", "/fhir/Condition/1"),
        ("system/Condition.s", "GET", "/fhir/Condition/1/_history"),
        ("system/Condition.write", "GET", "/fhir/Condition"),
        ("system/Condition.read", "POST", "/fhir/Condition"),
        ("system/Condition.cuds", "GET", "/fhir/Condition/1"),
        ("system/DocumentReference.r", "GET", "/fhir/Subscription/$status"),
        ("system/Subscription.s", "POST", "/fhir/Subscription/1/$events"),
        ("system/Patient.cuds", "POST", "/fhir/Patient/1/$everything"),
        ("system/Patient.cruds", "POST", "/fhir/$export"),
        ("system/Condition.c", "POST", "/fhir"),
        ("system/*.c", "POST", "/fhir"),
        ("system/*.c", "POST", "/fhir/"),
        ("system/*.write", "POST", "/fhir"),
        ("system/*.crud", "POST", "/fhir"),
        ("system/Bundle.cruds", "POST", "/fhir"),
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
    operator = request(path, "POST", token(EXTRACT))
    await authority.require_writing(operator, ["Condition"])
    other = request(path, "POST", token(str(definition_url("de-identify"))))
    with pytest.raises(Forbidden, match="Condition"):
        await authority.require_writing(other, ["Condition"])


async def test_the_host_header_does_not_choose_the_path(settings: Settings) -> None:
    authority = Authority(settings)
    caller = token(f"system/DocumentReference.r {EXTRACT}")
    forged = request("/fhir/Patient/1", bearer=caller, host="h/fhir/DocumentReference/$extract?")
    with pytest.raises(Forbidden, match="Patient"):
        await authority.require(forged)
    with pytest.raises(Forbidden, match="Condition"):
        await authority.require_writing(forged, ["Condition"])


async def test_a_root_path_in_front_is_not_part_of_the_request(settings: Settings) -> None:
    authority = Authority(settings)
    path, bearer = "/chartloom/fhir/Condition/1", token("system/Condition.r")
    await authority.require(request(path, bearer=bearer, root="/chartloom"))
    with pytest.raises(Forbidden, match="Condition"):
        await authority.require(request(path, "PUT", bearer, root="/chartloom"))


def asking(key: ECKey) -> Request:
    return request("/fhir/Patient/1", bearer=token("system/Patient.r", key=key))


async def test_keys_rotate(settings: Settings, key_file: Path) -> None:
    authority, second = Authority(settings), new_key("k2")
    with pytest.raises(Unauthorized):
        await Authority(settings).require(asking(second))
    publish(key_file, second)
    await authority.require(asking(KEY))
    await asyncio.gather(*(authority.require(asking(second)) for _ in range(5)))
    with pytest.raises(Unauthorized):
        await authority.require(asking(KEY))


async def test_a_new_key_under_the_old_name_is_found(settings: Settings, key_file: Path) -> None:
    authority, second = Authority(settings), new_key("k1")
    publish(key_file, second)
    await authority.require(asking(second))


async def test_keys_are_loaded_once_a_minute_at_most(settings: Settings, key_file: Path) -> None:
    clock, second = Clock(), new_key("k2")
    authority = Authority(settings, clock=clock)
    with pytest.raises(Unauthorized):
        await authority.require(asking(second))
    publish(key_file, KEY, second)
    clock.now = RELOAD_SECONDS - 1
    with pytest.raises(Unauthorized):
        await authority.require(asking(second))
    clock.now = RELOAD_SECONDS
    await authority.require(asking(second))


async def test_fetching_keys_does_not_stop_the_service() -> None:
    """The key set comes from the very loop that asks for it."""
    published, second = [KEY], new_key("k2")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = orjson.dumps(KeySet(list(published)).as_dict(private=False))
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as site:
        port = site.sockets[0].getsockname()[1]
        source = f"http://127.0.0.1:{port}/jwks"
        settings = read_settings(auth_jwks=source, auth_issuer=ISSUER)
        authority = await asyncio.to_thread(Authority, settings)
        published[:] = [second]
        await authority.require(asking(second))


def spoil(file: Path, content: bytes | None) -> None:
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"keys": []}', None])
async def test_a_failing_reload_keeps_the_keys(
    settings: Settings, key_file: Path, content: bytes | None
) -> None:
    clock, second = Clock(), new_key("k2")
    authority = Authority(settings, clock=clock)
    spoil(key_file, content)
    with pytest.raises(Unauthorized):
        await authority.require(asking(second))
    await authority.require(asking(KEY))
    publish(key_file, second)
    clock.now = RELOAD_SECONDS
    await authority.require(asking(second))


def test_without_keys_the_service_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="CHARTLOOM_AUTH_JWKS"):
        Authority(read_settings())
    with pytest.raises(SettingsInvalid, match="CHARTLOOM_AUTH_JWKS"):
        Authority(read_settings(auth_jwks=str(tmp_path / "none"), auth_issuer=ISSUER))
    with pytest.raises(SettingsInvalid, match="CHARTLOOM_AUTH_JWKS"):
        Authority(read_settings(auth_jwks="http://auth.example:port/jwks", auth_issuer=ISSUER))


async def test_off_lets_everything_through() -> None:
    await Authority(read_settings(auth="off")).require(request("/fhir/Patient/1"))
