"""What the server says of its terminology: TerminologyCapabilities."""

from __future__ import annotations

from importlib.metadata import version

from mappers.extracted import present
from mappers.types import Resource
from server.codes.definition import OPERATIONS
from terminology.codesystem import CodeSystem, code_systems

# The day on which this description last changed (TerminologyCapabilities.date is required).
CHANGED = "2026-11-21"


def terminology_capabilities(base: str) -> Resource:
    """Describe the code systems of the index and what can be asked of them."""
    expansion = OPERATIONS["expand"]
    return {
        "resourceType": "TerminologyCapabilities",
        "status": "active",
        "date": CHANGED,
        "kind": "instance",
        "software": {"name": "Chartloom", "version": version("chartloom")},
        "implementation": {"description": "Chartloom's terminology index", "url": base},
        "codeSystem": [_code_system(one) for one in code_systems().values()],
        "expansion": {
            "hierarchical": False,
            "paging": True,
            "parameter": [{"name": name} for name in expansion.parameters],
        },
        "codeSearch": "explicit",
        "validateCode": {"translations": False},
        "translation": {"needsMap": False},
    }


def _code_system(one: CodeSystem) -> Resource:
    return present(uri=one.uri, version=[{"code": one.version}] if one.version else None)
