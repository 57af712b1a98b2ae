"""Who may call: bearer tokens (JWT) checked against the site's keys, and SMART v2 scopes.

SMART App Launch 2.2 has no scopes for operations; the OperationDefinition's URL serves as one
(the rule of Te Whatu Ora's API standards), beside the scopes of the resources it touches.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import httpx
import orjson
from fastapi import Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from server.errors import Forbidden, SettingsInvalid, Unauthorized
from server.operation_definitions import definition_url
from server.settings import Settings

ALGORITHMS = ["RS256", "RS384", "ES256", "ES384"]
PERMISSIONS = {"GET": "r", "HEAD": "r", "POST": "c", "PUT": "u", "PATCH": "u", "DELETE": "d"}
# The first version of SMART wrote `.read` and `.write`.
VERSION_1 = {"read": "rs", "write": "cud", "*": "cruds"}
SCOPE = re.compile(r"(?:system|user|patient)/(?P<kind>\w+|\*)\.(?P<verbs>[a-z*]+)")


class Authority:
    """Checks tokens; built once at start, so that a missing key set is found then."""

    def __init__(self, settings: Settings) -> None:
        self._on = settings.auth == "on"
        self._audience = settings.auth_audience or settings.fhir_base
        self._issuer = settings.auth_issuer
        self._source = settings.auth_jwks
        self._keys = KeySet([])
        if self._on:
            if self._source is None or self._issuer is None:
                raise SettingsInvalid(
                    "CHARTLOOM_AUTH is on: set CHARTLOOM_AUTH_JWKS and CHARTLOOM_AUTH_ISSUER,"
                    " or CHARTLOOM_AUTH=off for a trial on loopback"
                )
            self._keys = _load_keys(self._source)

    def scopes(self, request: Request) -> frozenset[str] | None:
        """Return the scopes of the request's token; None when authorisation is off.

        Raises:
            Unauthorized: no token, or one that is not valid here.
        """
        if not self._on:
            return None
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthorized("a bearer token is needed")
        try:
            decoded = jwt.decode(token.strip(), self._keys, algorithms=ALGORITHMS)
            jwt.JWTClaimsRegistry(
                iss={"essential": True, "value": str(self._issuer)},
                aud={"essential": True, "value": self._audience},
                exp={"essential": True},
            ).validate(decoded.claims)
        except (JoseError, ValueError) as error:
            raise Unauthorized(f"the token is not valid here ({type(error).__name__})") from None
        return frozenset(str(decoded.claims.get("scope", "")).split())

    async def require(self, request: Request) -> None:
        """Let the request through when its token allows it (a FastAPI dependency).

        Raises:
            Unauthorized, Forbidden
        """
        scopes = self.scopes(request)
        if scopes is None:
            return
        path = request.url.path.partition("/fhir/")[2].split("/")
        definition = definition_url(path[-1].removeprefix("$")) if "$" in path[-1] else None
        if definition is None:
            kind, permission = path[0] or "*", PERMISSIONS.get(request.method, "d")
            if path[-1] == "_search":
                permission = "s"
            _demand(scopes, kind, permission)
        elif definition not in scopes:
            _demand(scopes, "DocumentReference", "r")

    async def require_writing(self, request: Request, kinds: Iterable[str]) -> None:
        """Let an operation write resources of these types when its token allows it.

        Raises:
            Unauthorized, Forbidden
        """
        scopes = self.scopes(request)
        definition = definition_url(request.url.path.rpartition("$")[2])
        if scopes is None or definition in scopes:
            return
        for kind in kinds:
            _demand(scopes, kind, "c")


def _demand(scopes: Iterable[str], kind: str, permission: str) -> None:
    if not _grants(scopes, kind, permission):
        raise Forbidden(f"the token lacks the scope system/{kind}.{permission}")


def _grants(scopes: Iterable[str], kind: str, permission: str) -> bool:
    for scope in scopes:
        match = SCOPE.fullmatch(scope.split("?")[0])
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
    except (OSError, httpx.HTTPError, ValueError, KeyError, TypeError, JoseError) as error:
        raise SettingsInvalid(
            f"CHARTLOOM_AUTH_JWKS {source}: {type(error).__name__}; it must be a JSON Web Key Set"
        ) from None
