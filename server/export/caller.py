"""Who orders an export, and what the token lets it hold."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fastapi import Request

from server.auth import Authority, Caller
from server.errors import Forbidden
from server.export.definition import CANONICALS
from server.export.order import Level, Wishes


@dataclass(frozen=True, slots=True)
class Client:
    """`name` is as the token has it, None while authorisation is off; `digest` stands for it."""

    name: str | None
    digest: str
    address: str | None
    caller: Caller | None

    @classmethod
    async def of(cls, request: Request) -> Client:
        """Read the token.

        Raises:
            Unauthorized: it is not valid here.
            Forbidden: it does not say whom it was issued to, so that no files can be theirs.
        """
        authority: Authority = request.app.state.authority
        caller = await authority.caller(request)
        address = request.client.host if request.client else None
        if caller is None:
            return cls(None, "", address, None)
        if caller.client is None:
            raise Forbidden("the token names no client (client_id, azp or sub)")
        digest = hashlib.sha256(caller.client.encode("utf-8", "replace")).hexdigest()
        return cls(caller.client, digest, address, caller)

    def require_any(self, level: Level, offered: Sequence[str]) -> None:
        """Refuse a token that lets nothing be exported at this level, before anything is looked up.

        Raises:
            Forbidden
        """
        if not self._granted(level, offered):
            raise Forbidden("the token lacks the scopes system/*.rs, or .rs of a type")

    def narrowed(self, level: Level, wishes: Wishes, *, explicit: bool) -> Wishes:
        """Leave what the scopes grant; types that were asked for (`explicit`) must all be.

        Raises:
            Forbidden: a scope is missing; names the types.
        """
        granted = self._granted(level, wishes.types)
        missing = [] if not explicit else [one for one in wishes.types if one not in granted]
        if wishes.provenance and not self._granted(level, ["Provenance"]):
            missing.append("Provenance")
        if missing or not granted:
            names = ", ".join(f"system/{one}.rs" for one in missing or wishes.types)
            raise Forbidden(f"the token lacks the scopes {names}")
        return replace(wishes, types=tuple(granted))

    def _granted(self, level: Level, kinds: Sequence[str]) -> list[str]:
        caller = self.caller
        if caller is None or CANONICALS[level] in caller.scopes:
            return list(kinds)
        return [kind for kind in kinds if caller.may(kind, "rs")]
