"""`CodeSystem/$lookup`: what is a code?"""

from __future__ import annotations

from mappers.types import Resource
from server.codes.inputs import Inputs
from server.codes.outputs import parameters, parts, value
from server.codes.service import Terminology
from server.errors import ParameterMissing, RequestInvalid
from terminology.catalogue import Entry
from terminology.codesystem import code_systems, system_key

PROPERTIES = ("group", "source")
_GENERAL = ("name", "version", "display")


def look_up(inputs: Inputs, terminology: Terminology) -> Resource:
    """Answer name and version of the system, display, designations and properties of the code.

    Raises:
        ParameterMissing: no code, or no system.
        CodeUnknown: the index does not have it.
    """
    codes = inputs.codes("system", "version")
    if codes[0].system is None:
        raise ParameterMissing("send the system of the code")
    entry = terminology.entry(codes[0].system, codes[0].code, codes[0].version)
    wanted = _wanted(inputs)
    return parameters(
        [
            *value("name", "String", _title(entry)),
            *value("version", "String", entry.coding.version),
            *value("display", "String", entry.display(inputs.one("displayLanguage"))),
            *(_designations(entry) if "designation" in wanted else []),
            *(each for name, each in _properties(entry) if name in wanted),
        ]
    )


def _wanted(inputs: Inputs) -> tuple[str, ...]:
    """Without a choice the server's own: everything."""
    asked = tuple(inputs.values.get("property", ()))
    known = ("designation", *PROPERTIES)
    if unknown := [name for name in asked if name not in (*known, *_GENERAL)]:
        raise RequestInvalid(f"{len(unknown)} unknown property; there are {', '.join(known)}")
    return asked or known


def _title(entry: Entry) -> str:
    key = system_key(entry.coding.system)
    return code_systems()[key].title if key else entry.coding.system


def _designations(entry: Entry) -> list[Resource]:
    return [
        parts(
            "designation",
            value("language", "Code", name.language),
            value("value", "String", name.text),
        )
        for name in entry.names
    ]


def _properties(entry: Entry) -> list[tuple[str, Resource]]:
    if entry.concept is None:
        return []
    said = {"group": ("Code", entry.concept.group), "source": ("String", entry.concept.source)}
    return [
        (name, parts("property", value("code", "Code", name), value("value", kind, content)))
        for name, (kind, content) in said.items()
    ]
