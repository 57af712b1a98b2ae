"""What the headers of a request say (RFC 7240, Bulk Data 3.0)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from fastapi import Request

from server.errors import RequestInvalid
from server.trial.errors import NotAcceptable
from server.trial.negotiation import accepted

_NDJSON: Final = frozenset(
    {"application/fhir+ndjson", "application/ndjson", "ndjson", "application/*", "*/*"}
)
_JSON: Final = frozenset({"application/json", "application/fhir+json", "application/*", "*/*"})
ASYNC: Final = "respond-async"
SEPARATE: Final = "separate-export-status"


@dataclass(frozen=True, slots=True)
class Preferences:
    """The preferences of a kick-off."""

    lenient: bool
    separate: bool

    @classmethod
    def of(cls, request: Request) -> Self:
        """Read them.

        Raises:
            RequestInvalid: an answer at once is wanted, and there is none.
            NotAcceptable: the client takes no JSON.
        """
        _check(request, _JSON, "application/fhir+json")
        headers = request.headers.getlist("prefer")
        wishes = {part.strip().lower() for text in headers for part in re.split("[;,]", text)}
        lenient = "handling=lenient" in wishes
        if ASYNC not in wishes and not lenient:
            raise RequestInvalid("an export takes its time: send the header Prefer: respond-async")
        return cls(lenient, SEPARATE in wishes)

    @property
    def applied(self) -> str:
        """The value of the header Preference-Applied."""
        return f"{ASYNC}, {SEPARATE}" if self.separate else ASYNC


def check_json(request: Request) -> None:
    """Refuse a client that takes no JSON.

    Raises:
        NotAcceptable: see there.
    """
    _check(request, _JSON, "application/json")


def check_ndjson(request: Request) -> None:
    """Refuse a client that takes no NDJSON.

    Raises:
        NotAcceptable: see there.
    """
    _check(request, _NDJSON, "application/fhir+ndjson")


def takes_gzip(request: Request) -> bool:
    """Tell whether the client takes gzip."""
    text = request.headers.get("accept-encoding", "")
    codings = [part.partition(";") for part in text.lower().split(",")]
    return any(
        name.strip() in ("gzip", "x-gzip") and not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", quality)
        for name, _, quality in codings
    )


def _check(request: Request, types: frozenset[str], ours: str) -> None:
    if not any(name in types for name, _ in accepted(request)):
        raise NotAcceptable(f"only {ours} is supported")
