"""`$reidentify`: whom a pseudonym of a release stands for. Needs the site's key, and is audited.

No scope of a resource type lets a caller in, not even that of all types: only the operation's own
canonical does. While authorisation is off nobody could be named in the audit, so that it is
refused. Every call is audited before it is answered, also one that finds nothing; the AuditEvent
holds the pseudonym and never the original.
"""

from __future__ import annotations

from typing import Any, Final, cast

import orjson
from fastapi import APIRouter, Request, Response

from mappers.deidentification.pseudonym import WIDTH, Pseudonyms, split_reference
from server.audit import Access, record
from server.auth import Authority
from server.call import read_json
from server.errors import NotFound, ParameterMissing, RequestInvalid
from server.operation_definitions import REIDENTIFY
from server.settings import Settings
from server.store import FHIR_JSON, Store

router = APIRouter()

_LONGEST_BODY: Final = 64 * 1024
_NAMES: Final = frozenset({"pseudonym", "type", "id"})


@router.post("/$reidentify")
async def reidentify(request: Request) -> Response:
    """Turn one pseudonym back."""
    authority = cast("Authority", request.app.state.authority)
    settings = cast("Settings", request.app.state.settings)
    caller = await authority.require_scope(request, REIDENTIFY)
    kind, pseudonym = read_pseudonym(await read_json(request, _LONGEST_BODY))
    found = original(settings, kind, pseudonym)
    details = {"pseudonym": f"{kind}/{pseudonym}", "found": str(found is not None).lower()}
    access = Access(
        "operation",
        "E",
        f"{settings.fhir_base}/$reidentify",
        caller.client,
        request.client.host if request.client else None,
        details,
    )
    await record(cast("Store", request.app.state.store), access, settings.fhir_base)
    if found is None:
        raise NotFound("no pseudonym under the key of this site, or one with no way back")
    return _answer(found)


def original(settings: Settings, kind: str, pseudonym: str) -> str | None:
    """Return `Type/id` of what a pseudonym stands for; None when nothing maps back.

    Raises:
        NotFound: the site has no key.
        SettingsInvalid: its file cannot be read.
    """
    if settings.deid_key is None:
        raise NotFound("without CHARTLOOM_DEID_KEY_FILE no pseudonym maps back")
    found = Pseudonyms(settings.deid_key).original(kind, pseudonym)
    return None if found is None else f"{kind}/{found}"


def split_pseudonym(written: str) -> tuple[str, str]:
    """Read type and pseudonym of `Patient/<64 characters>`, also behind a base URL.

    Raises:
        RequestInvalid: it has another form.
    """
    parts = split_reference(written)
    if parts is None or len(parts[1]) != WIDTH:
        raise RequestInvalid(f"a pseudonym is Type/ and {WIDTH} characters")
    return parts


def read_pseudonym(body: Any) -> tuple[str, str]:
    """Read Parameters: `pseudonym` (a Reference or a string), or `type` and `id`.

    Raises:
        ParameterMissing, RequestInvalid
    """
    if not isinstance(body, dict) or body.get("resourceType") != "Parameters":
        raise RequestInvalid("send Parameters")
    given = dict(map(_named, body.get("parameter") or ()))
    if unknown := given.keys() - _NAMES:
        raise RequestInvalid(f"{len(unknown)} parameters are none of {', '.join(sorted(_NAMES))}")
    if "pseudonym" in given:
        return split_pseudonym(given["pseudonym"])
    if {"type", "id"} <= given.keys():
        return split_pseudonym(f"{given['type']}/{given['id']}")
    raise ParameterMissing("send pseudonym, or type and id")


def _named(parameter: Any) -> tuple[str, str]:
    """Read one parameter; a Reference counts as what it says."""
    values = []
    if isinstance(parameter, dict) and isinstance(parameter.get("name"), str):
        values = [value for key, value in parameter.items() if key.startswith("value")]
    match values:
        case [{"reference": str(value)}] | [str(value)]:
            return parameter["name"], value
    raise RequestInvalid("each parameter needs a name and one value, a string or a Reference")


def _answer(reference: str) -> Response:
    parameter = {"name": "original", "valueReference": {"reference": reference}}
    body = {"resourceType": "Parameters", "parameter": [parameter]}
    headers = {"Cache-Control": "no-store"}
    return Response(orjson.dumps(body), media_type=FHIR_JSON, headers=headers)
