"""The rest-hook endpoint that FHIR stores call. It queues before it answers."""

from __future__ import annotations

import hmac

from fastapi import APIRouter, Request, Response

from server.body import read_body
from server.errors import NotFound, Unauthorized
from server.intake import Intake
from server.notification import parse
from server.subscription import NAME, SECRET_HEADER

LONGEST_NOTIFICATION = 64 * 1024 * 1024

router = APIRouter()


@router.api_route("/notify/{subscription}", methods=["POST", "PUT"])
@router.api_route("/notify/{subscription}/{path:path}", methods=["POST", "PUT"])
async def notify(subscription: str, request: Request) -> Response:
    """Take a notification; 200 means that it is safe in the queue."""
    intake: Intake = request.app.state.intake
    given = request.headers.get(SECRET_HEADER, "")
    if not hmac.compare_digest(given.encode(), intake.secret.encode()):
        raise Unauthorized(f"the header {SECRET_HEADER} is missing or wrong")
    if subscription != NAME:
        raise NotFound(f"no subscription of this name; ours is {NAME}")
    await intake.take(parse(await read_body(request, LONGEST_NOTIFICATION)))
    return Response(status_code=200)
