"""Errors become OperationOutcomes here, all of them, also those of the framework."""

from __future__ import annotations

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.errors import UNEXPECTED, Delayed, Verdict, describe, verdict
from server.outcome import operation_outcome
from server.store import FHIR_JSON
from server.trial.errors import TrialStoreError

log = structlog.get_logger()

ISSUES = {401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported", 413: "too-long"}


def answer_errors(app: FastAPI) -> None:
    """Make `app` answer every error as an OperationOutcome."""
    app.add_exception_handler(HTTPException, _answer)
    app.add_exception_handler(RequestValidationError, _answer)
    app.add_middleware(_Answering)


class _Answering:
    """Answers what the routes raise.

    Not a handler for `Exception`: after that one Starlette raises again, and the server would
    log the message, which may quote a note.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            if scope["type"] != "http" or started:
                raise
            response = await _answer(Request(scope), error)
            await response(scope, receive, send)


async def _answer(request: Request, error: Exception) -> Response:
    found = _verdict(error)
    headers = {"WWW-Authenticate": "Bearer"} if found.status == 401 else {}
    if found.status == 405 and isinstance(error, HTTPException):
        headers |= error.headers or {}  # Allow
    if isinstance(error, Delayed):
        headers["Retry-After"] = str(error.retry_after)
    if found is UNEXPECTED:
        # The class alone: the message of an unknown exception may quote its input.
        log.error("request.failed", method=request.method, error=type(error).__name__)
    place = getattr(error, "expression", None)
    expression = [place] if place else []
    body = operation_outcome("error", found.issue, _diagnostics(error), expression=expression)
    return Response(
        orjson.dumps(body), status_code=found.status, media_type=FHIR_JSON, headers=headers
    )


def _verdict(error: Exception) -> Verdict:
    found = verdict(error)
    match error:
        case TrialStoreError():
            return Verdict(error.status, error.issue, found.fate)
        case HTTPException():
            return Verdict(error.status_code, ISSUES.get(error.status_code, "invalid"), found.fate)
        case RequestValidationError():
            return Verdict(400, "invalid", found.fate)
    return found


def _diagnostics(error: Exception) -> str:
    match error:
        case TrialStoreError() | HTTPException():
            return str(getattr(error, "detail", error))
        case RequestValidationError():
            return "the request's path or parameters are not valid"
    return describe(error)
