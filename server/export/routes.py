"""Bulk Data 3.0 over HTTP: kick-off, status, files, delete."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any, Final, cast

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from server.errors import DocumentGone, DocumentNotFound, NotFound, ParameterUnsupported
from server.export.caller import Client
from server.export.cohort import check_group, members_of
from server.export.desk import Status
from server.export.order import Level, Order, Wishes
from server.export.parameters import Reader, read_parameters
from server.export.preferences import Preferences, check_json, check_ndjson, takes_gzip
from server.export.service import Exports
from server.export.works import now
from server.outcome import operation_outcome
from server.settings import Settings
from server.store import FHIR_JSON

router = APIRouter()

NDJSON: Final = "application/fhir+ndjson"
FILE: Final = "/export/{key}/{kind}.{number}.ndjson"


@router.api_route("/$export", methods=["GET", "POST"])
async def export_system(request: Request) -> Response:
    """Kick off an export of everything."""
    return await _kick_off(request, "system")


@router.api_route("/Patient/$export", methods=["GET", "POST"])
async def export_patients(request: Request) -> Response:
    """Kick off an export of all patients, or of those that are named."""
    return await _kick_off(request, "patient")


@router.api_route("/Group/{identity}/$export", methods=["GET", "POST"])
async def export_group(identity: str, request: Request) -> Response:
    """Kick off an export of the patients in a Group."""
    return await _kick_off(request, "group", identity)


@router.get("/export/{key}")
async def status(key: str, request: Request) -> Response:
    """Say how an export stands; when it is done, with its manifest."""
    client = await Client.of(request)
    check_json(request)
    found = await _exports(request).desk.status(key, client.digest)
    headers = {"Cache-Control": "no-store"}
    if found.state == "done":
        return _finished(found, headers)
    if found.state == "failed":
        return _answer(found, found.code, headers, FHIR_JSON, found.failure)
    headers |= {"X-Progress": found.progress, "Retry-After": str(found.wait)}
    return _answer(found, 202, headers, FHIR_JSON, None)


@router.delete("/export/{key}")
async def delete(key: str, request: Request) -> Response:
    """Remove an export and its files; one that runs is stopped."""
    client, exports = await Client.of(request), _exports(request)
    await exports.desk.check(key, client.digest)
    await exports.audit(client, "delete", "D", exports.url(key))
    await exports.desk.delete(key, client.digest)
    outcome = operation_outcome("information", "informational", "the export is removed")
    return Response(orjson.dumps(outcome), 202, media_type=FHIR_JSON)


@router.get("/export/{key}/report.json")
async def report(key: str, request: Request) -> Response:
    """Say how an export was de-identified."""
    return await _result(key, request, "report")


@router.get("/export/{key}/dictionary.json")
async def dictionary(key: str, request: Request) -> Response:
    """Say what the elements of an export mean."""
    return await _result(key, request, "dictionary")


@router.api_route(FILE, methods=["GET", "HEAD"])
async def file(key: str, kind: str, number: str, request: Request) -> Response:
    """Send a file, not before the download has been audited; or, asked so, its headers alone."""
    client, exports = await Client.of(request), _exports(request)
    check_ndjson(request)
    if not (number.isascii() and number.isdecimal() and len(number) < 7):
        raise NotFound("no such file")
    size = await exports.desk.size(key, client.digest, kind, int(number))
    gzip = takes_gzip(request)
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    # With gzip the length is known at the end only.
    headers |= {"Content-Encoding": "gzip"} if gzip else {"Content-Length": str(size)}
    if request.method == "HEAD":
        return StreamingResponse((), headers=headers, media_type=NDJSON)
    url = f"{exports.url(key)}/{kind}.{int(number)}.ndjson"
    await exports.audit(client, "read", "R", url, type=kind)
    lines = exports.desk.read(key, kind, int(number), gzip=gzip)
    return StreamingResponse(lines, headers=headers, media_type=NDJSON)


async def _kick_off(request: Request, level: Level, group: str | None = None) -> Response:
    client, preferences = await Client.of(request), Preferences.of(request)
    exports = _exports(request)
    offered = exports.offered(level)
    client.require_any(level, offered)
    reader = Reader(level, offered, preferences.lenient)
    given = await read_parameters(request, patients=level != "system")
    wishes = client.narrowed(level, reader.read(given), explicit=reader.explicit)
    if group is not None:
        wishes = await _of_group(group, wishes, reader, exports)
    order = Order(
        id=secrets.token_urlsafe(24),
        client=client.digest,
        request=_url(request),
        level=level,
        group=group,
        wishes=wishes,
        instant=now(),
        separate=preferences.separate,
        secret=exports.key(),
    )
    url = exports.url(order.id)
    await exports.audit(client, "operation", "E", url, level=level, types=",".join(wishes.types))
    await exports.order(order)
    headers = {"Content-Location": url, "Preference-Applied": preferences.applied}
    return Response(orjson.dumps(_remarks(reader)), 202, headers, FHIR_JSON)


async def _of_group(group: str, wishes: Wishes, reader: Reader, exports: Exports) -> Wishes:
    """Look at the Group: it has to be there, and those of its patients that were named in it.

    Raises:
        NotFound: there is no such Group.
        ParameterUnsupported: its members cannot be told, or somebody is not one.
    """
    store = exports.tools.pipeline.store
    try:
        found = await store.read(f"Group/{group}")
    except (DocumentNotFound, DocumentGone):
        raise NotFound("no such Group on the FHIR store") from None
    check_group(found)
    if wishes.patients is None:
        return wishes
    members = set(await members_of(found, store))
    others = sum(one not in members for one in wishes.patients)
    if others:
        reader.excuse(ParameterUnsupported(f"patient: {others} are no members of the Group"))
    return replace(wishes, patients=tuple(one for one in wishes.patients if one in members))


def _remarks(reader: Reader) -> dict[str, Any]:
    outcome = operation_outcome("information", "informational", "the export is ordered")
    for warning in reader.warnings:
        outcome["issue"] += operation_outcome("warning", "not-supported", warning)["issue"]
    return outcome


def _finished(found: Status, headers: dict[str, str]) -> Response:
    if found.expires is not None:
        headers["Expires"] = format_datetime(found.expires.astimezone(UTC), usegmt=True)
    return _answer(found, 200, headers, "application/json", found.manifest)


def _answer(
    found: Status, code: int, headers: dict[str, str], media_type: str, content: Any
) -> Response:
    """Answer with the code of the export, or 200 and that code in a header of its own."""
    if found.separate:
        headers = headers | {"X-Export-Status": f"{code} {HTTPStatus(code).phrase}"}
        code = 200
    body = b"" if content is None else orjson.dumps(content)
    return Response(body, code, headers, media_type if body else None)


async def _result(key: str, request: Request, name: str) -> Response:
    client, exports = await Client.of(request), _exports(request)
    check_json(request)
    found = await exports.desk.result(key, client.digest, name)
    await exports.audit(client, "read", "R", f"{exports.url(key)}/{name}.json", type=name)
    return Response(orjson.dumps(found), media_type="application/json")


def _url(request: Request) -> str:
    """Write the URL of the kick-off as others see it, whatever the Host header says."""
    settings: Settings = request.app.state.settings
    path = str(request.scope["path"]).removeprefix(str(request.scope.get("root_path", "")))
    query = request.url.query
    return f"{settings.base_url}{path}{'?' if query else ''}{query}"


def _exports(request: Request) -> Exports:
    return cast("Exports", request.app.state.exports)
