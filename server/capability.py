"""What this server can do, told truthfully: CapabilityStatement, OperationDefinitions, SMART."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from mappers.types import Resource
from server.codes.capability import terminology_capabilities
from server.codes.definition import OPERATIONS
from server.errors import NotFound
from server.export.definition import CANONICALS, CODE, INSTANTIATES, TYPES
from server.operation_definitions import OPERATION_DEFINITIONS, REIDENTIFY
from server.settings import Settings
from server.store import FHIR_JSON
from server.trial import capability as trial

router = APIRouter()

BACKPORT_SERVER = "http://hl7.org/fhir/uv/subscriptions-backport/CapabilityStatement/backport-subscription-server-r4"

# The day on which this description last changed (CapabilityStatement.date is required).
CHANGED = "2026-11-21"


@router.get("/metadata")
async def metadata(request: Request) -> Response:
    """Answer the CapabilityStatement, or the TerminologyCapabilities when `mode` asks for them."""
    settings: Settings = request.app.state.settings
    if request.query_params.get("mode") == "terminology":
        return _answer(terminology_capabilities(settings.fhir_base))
    return _answer(capability_statement(settings))


@router.get("/OperationDefinition/{identity}")
async def operation_definition(identity: str) -> Response:
    """Answer one of our OperationDefinitions."""
    if identity not in OPERATION_DEFINITIONS:
        raise NotFound(f"no such OperationDefinition; there are {', '.join(OPERATION_DEFINITIONS)}")
    return _answer(OPERATION_DEFINITIONS[identity])


@router.get("/.well-known/smart-configuration")
async def smart_configuration(request: Request) -> Response:
    """Answer how callers get a token: from the site's own authorisation server."""
    settings: Settings = request.app.state.settings
    if settings.auth == "off":
        raise NotFound("authorisation is off on this server")
    configuration = {
        "issuer": settings.auth_issuer,
        "token_endpoint": settings.auth_token_endpoint or f"{settings.auth_issuer}/token",
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS384", "ES384"],
        "scopes_supported": [
            "system/*.cruds",
            *(definition for _, _, definition in _operations()),
            CANONICALS["system"],
            REIDENTIFY,
        ],
        "capabilities": ["client-confidential-asymmetric", "permission-v2"],
    }
    return Response(orjson.dumps(configuration), media_type="application/json")


def capability_statement(settings: Settings) -> Resource:
    """Describe this server: our operations, and the trial store where that is served too."""
    is_trial = settings.fhir_store is None
    rest: dict[str, Any] = trial.rest() if is_trial else {"mode": "server"}
    if settings.auth == "on":
        rest["security"] = {
            "service": [
                {
                    "coding": [
                        {
                            "system": "http://terminology.hl7.org/CodeSystem/"
                            "restful-security-service",
                            "code": "SMART-on-FHIR",
                        }
                    ]
                }
            ]
        }
    # Ours are served instead of those that the trial store would hold.
    resources = [one for one in rest.get("resource", []) if one["type"] != "OperationDefinition"]
    rest["resource"] = resources
    for kind, code, definition in _operations():
        ours = next((one for one in resources if one["type"] == kind), None)
        if ours is None:
            ours = {"type": kind}
            resources.append(ours)
        ours["operation"] = [
            *ours.get("operation", []),
            {"name": code, "definition": definition},
        ]
    rest["operation"] = [{"name": CODE, "definition": CANONICALS["system"]}]
    if settings.auth == "on" and settings.deid_key_file:
        rest["operation"].append({"name": "reidentify", "definition": REIDENTIFY})
    resources.append({"type": "OperationDefinition", "interaction": [{"code": "read"}]})
    statement: Resource = {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": CHANGED,
        "kind": "instance",
        "software": {"name": "Chartloom", "version": version("chartloom")},
        "implementation": {
            "description": "Chartloom with its trial FHIR store: not for patient care"
            if is_trial
            else "Chartloom, operations on the notes of another FHIR store",
            "url": settings.fhir_base,
        },
        "fhirVersion": "4.0.1",
        "format": [FHIR_JSON, "json"],
        "rest": [rest],
    }
    return statement | {"instantiates": [INSTANTIATES, *([BACKPORT_SERVER] if is_trial else [])]}


def _operations() -> Iterator[tuple[str, str, str]]:
    """Name type, code and canonical of each operation: ours, and the standard's terminology."""
    for one in OPERATION_DEFINITIONS.values():
        for kind in one.get("resource", ()):
            yield kind, one["code"], one["url"]
    for operation in OPERATIONS.values():
        yield operation.type, operation.code, operation.definition
    for level, kind in TYPES.items():
        if kind is not None:
            yield kind, CODE, CANONICALS[level]


def _answer(resource: Resource) -> Response:
    return Response(orjson.dumps(resource), media_type=FHIR_JSON)
