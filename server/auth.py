"""Who may call: bearer tokens (JWT) checked against the site's keys, and SMART v2 scopes.

SMART App Launch 2.2 has no scopes for operations; the OperationDefinition's URL serves as one
(the rule of Te Whatu Ora's API standards), beside the scopes of the resources it touches.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson
import structlog
from fastapi import Request
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from server.codes.definition import canonical
from server.errors import Forbidden, SettingsInvalid, Unauthorized, describe
from server.operation_definitions import definition_url
from server.settings import Settings

log = structlog.get_logger()

ALGORITHMS = ["RS256", "RS384", "ES256", "ES384"]
BASE = "/fhir"
KIND = re.compile(r"[A-Z][A-Za-z]*")
PERMISSIONS = {"GET": "r", "HEAD": "r", "POST": "c", "PUT": "u", "PATCH": "u", "DELETE": "d"}
EVERYTHING = "cruds"
# The first version of SMART wrote `.read` and `.write`.
VERSION_1 = {"read": "rs", "write": "cud", "*": EVERYTHING}
# A `patient/` or `user/` scope and one with a query (`?category=...`) grant a part of a type only.
# We could not keep a caller to that part, so that such scopes grant nothing.
SCOPE = re.compile(r"system/(?P<kind>[A-Z][A-Za-z]*|\*)\.(?P<verbs>read|write|\*|c?r?u?d?s?)")
# Anybody can send a token of an unknown key: that must not become load on the site's own server.
RELOAD_SECONDS = 60.0

# What fetching, parsing and importing a key set raise.
UNREADABLE = (
    OSError,
    httpx.HTTPError,
    httpx.InvalidURL,
    LookupError,
    TypeError,
    ValueError,
    JoseError,
)


# RFC 9068 has client_id, OpenID Connect azp; SMART Backend Services make sub the client.
CLIENT_CLAIMS = ("client_id", "azp", "sub")


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a token was issued to; `client` is None when the token does not say."""

    client: str | None
    scopes: frozenset[str]

    def may(self, kind: str, permissions: str) -> bool:
        """Tell whether the scopes grant all these permissions on a type."""
        return all(_grants(self.scopes, kind, permission) for permission in permissions)


class Authority:
    """Checks tokens; built once at start, so that a missing key set is found then."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._on = settings.auth == "on"
        self._audience = settings.auth_audience or settings.fhir_base
        self._issuer = settings.auth_issuer
        self._source = settings.auth_jwks
        self._keys = KeySet([])
        self._clock = clock
        self._next_reload = clock()
        self._reloading = asyncio.Lock()
        if self._on:
            if self._source is None or self._issuer is None:
                raise SettingsInvalid(
                    "CHARTLOOM_AUTH is on: set CHARTLOOM_AUTH_JWKS and CHARTLOOM_AUTH_ISSUER,"
                    " or CHARTLOOM_AUTH=off for a trial on loopback"
                )
            self._keys = _load_keys(self._source)

    async def caller(self, request: Request) -> Caller | None:
        """Return whom the request's token was issued to; None when authorisation is off.

        Raises:
            Unauthorized: no token, or one that is not valid here.
        """
        if not self._on:
            return None
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthorized("a bearer token is needed")
        try:
            decoded = await self._decode(token.strip())
            jwt.JWTClaimsRegistry(
                iss={"essential": True, "value": str(self._issuer)},
                aud={"essential": True, "value": self._audience},
                exp={"essential": True},
            ).validate(decoded.claims)
        except (JoseError, ValueError) as error:
            raise Unauthorized(f"the token is not valid here ({type(error).__name__})") from None
        claims = decoded.claims
        client = next((str(claims[name]) for name in CLIENT_CLAIMS if claims.get(name)), None)
        return Caller(client, frozenset(str(claims.get("scope", "")).split()))

    async def scopes(self, request: Request) -> frozenset[str] | None:
        """Return the scopes of the request's token, as `caller` does."""
        caller = await self.caller(request)
        return None if caller is None else caller.scopes

    async def require(self, request: Request) -> None:
        """Let the request through when its token allows it (a FastAPI dependency).

        Raises:
            Unauthorized, Forbidden
        """
        scopes = await self.scopes(request)
        if scopes is None:
            return
        segments = _segments(request)
        definition = _definition(segments)
        if definition is None or definition not in scopes:
            _demand(scopes, *_needed(request.method, segments))

    async def require_writing(self, request: Request, kinds: Iterable[str]) -> None:
        """Let an operation write resources of these types when its token allows it.

        Raises:
            Unauthorized, Forbidden
        """
        scopes = await self.scopes(request)
        if scopes is None or _definition(_segments(request)) in scopes:
            return
        for kind in kinds:
            _demand(scopes, kind, "c")

    async def require_scope(self, request: Request, scope: str) -> Caller:
        """Let those through whose token has this very scope; no other one stands for it.

        Raises:
            Unauthorized: no valid token.
            Forbidden: it lacks the scope or names no client, or authorisation is off.
        """
        caller = await self.caller(request)
        if caller is None:
            raise Forbidden("authorisation is off on this server, and this needs a token")
        if caller.client is None or scope not in caller.scopes:
            raise Forbidden(f"the token lacks the scope {scope}, or names no client")
        return caller

    async def _decode(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, self._keys, algorithms=ALGORITHMS)
        except (InvalidKeyIdError, BadSignatureError):
            # Where neither tokens nor keys have a kid, a new key shows as a bad signature.
            await self._reload()
        return jwt.decode(token, self._keys, algorithms=ALGORITHMS)

    async def _reload(self) -> None:
        # Those who come meanwhile wait here, and then find the new keys.
        async with self._reloading:
            if self._source is None or self._clock() < self._next_reload:
                return
            self._next_reload = self._clock() + RELOAD_SECONDS
            try:
                self._keys = await asyncio.to_thread(_load_keys, self._source)
            except SettingsInvalid as error:
                log.warning("auth.keys_not_reloaded", error=describe(error))


def _segments(request: Request) -> list[str]:
    """Cut the path that the routes matched, whatever the Host header says."""
    path = str(request.scope["path"]).removeprefix(str(request.scope.get("root_path", "")))
    return path.removeprefix(BASE).strip("/").split("/")


def _definition(segments: list[str]) -> str | None:
    """Return the canonical of the operation that the path names, if it is served here."""
    kind, code = segments[0], segments[-1].removeprefix("$")
    if not segments[-1].startswith("$"):
        return None
    return definition_url(code) if kind == "DocumentReference" else canonical(kind, code)


def _needed(method: str, segments: list[str]) -> tuple[str, str]:
    """Return the type and the permissions on it.

    A Bundle may hold any interaction with any type, hence its sender needs everything.
    Which interaction needs what: SMART App Launch 2.2, Scopes for requesting FHIR resources.
    """
    if segments == [""]:
        return "*", EVERYTHING
    kind = segments[0] if KIND.fullmatch(segments[0]) else "*"
    if segments[-1].startswith("$"):
        return kind, "r"
    if segments[1:] == ["_search"] or (
        method in ("GET", "HEAD") and segments[1:] in ([], ["_history"])
    ):
        return kind, "s"
    return kind, PERMISSIONS.get(method, EVERYTHING)


def _demand(scopes: Collection[str], kind: str, permissions: str) -> None:
    if not all(_grants(scopes, kind, permission) for permission in permissions):
        raise Forbidden(f"the token lacks the scope system/{kind}.{permissions}")


def _grants(scopes: Iterable[str], kind: str, permission: str) -> bool:
    for scope in scopes:
        match = SCOPE.fullmatch(scope)
        if match is None or match["kind"] not in ("*", kind):
            continue
        if permission in VERSION_1.get(match["verbs"], match["verbs"]):
            return True
    return False


def _load_keys(source: str) -> KeySet:
    try:
        if source.startswith(("http://", "https://")):
            content = httpx.get(source, timeout=10.0).raise_for_status().content
        else:
            content = Path(source).read_bytes()
        return KeySet.import_key_set(orjson.loads(content))
    except UNREADABLE as error:
        raise SettingsInvalid(
            f"CHARTLOOM_AUTH_JWKS {source}: {type(error).__name__}; it must be a JSON Web Key Set"
        ) from None
