"""What the trial store can do, as CapabilityStatement.rest."""

from __future__ import annotations

from typing import Any, Final

from server.trial.search_parameters import SearchParameter, parameters_of, resource_types
from server.trial.subscription import PROFILE
from server.trial.topics import topics

_BACKPORT: Final = PROFILE.rpartition("/StructureDefinition/")[0]
_TOPIC_EXTENSION: Final = (
    f"{_BACKPORT}/StructureDefinition/capabilitystatement-subscriptiontopic-canonical"
)
_INTERACTIONS: Final = (
    "read", "vread", "update", "delete", "history-instance", "history-type", "create",
    "search-type",
)  # fmt: skip
_COLUMNS: Final = (
    {"name": "_id", "type": "token"},
    {"name": "_lastUpdated", "type": "date"},
)


def rest() -> dict[str, Any]:
    """Return CapabilityStatement.rest[0]. Security is the server's to say."""
    return {
        "mode": "server",
        "documentation": "The trial store of Chartloom, for demonstrations and tests.",
        "resource": [_resource(name) for name in sorted(resource_types())],
        "interaction": [{"code": "transaction"}, {"code": "batch"}],
    }


def _resource(name: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": name,
        "interaction": [{"code": code} for code in _INTERACTIONS],
        "versioning": "versioned-update",
        "readHistory": True,
        "updateCreate": True,
        "conditionalCreate": True,
        "conditionalRead": "not-match",
        "conditionalUpdate": True,
        "conditionalDelete": "not-supported",
        "searchParam": [
            *(dict(column) for column in _COLUMNS),
            *(_search_parameter(parameter) for parameter in parameters_of(name).values()),
        ],
    }
    return found | _subscription() if name == "Subscription" else found


def _search_parameter(parameter: SearchParameter) -> dict[str, str]:
    return {"name": parameter.name, "type": parameter.kind}


def _subscription() -> dict[str, Any]:
    return {
        "extension": [{"url": _TOPIC_EXTENSION, "valueCanonical": url} for url in sorted(topics())],
        "supportedProfile": [PROFILE],
        "operation": [
            {"name": "status", "definition": _definition("status")},
            {"name": "events", "definition": _definition("events")},
        ],
    }


def _definition(name: str) -> str:
    return f"{_BACKPORT}/OperationDefinition/backport-subscription-{name}"
