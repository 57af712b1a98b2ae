"""What a caller of a terminology operation asked for, from the query or from Parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from server.call import read_json
from server.codes.definition import Operation
from server.errors import ParameterMissing, ParameterUnsupported, RequestInvalid

LONGEST_BODY = 1024 * 1024
# Parameters of every FHIR request (R4 http, 3.1.0.1.11): JSON is what we answer anyway.
_GENERAL = frozenset({"_format", "_pretty"})
_KINDS: Mapping[str, type] = {
    "boolean": bool,
    "integer": int,
    "Coding": dict,
    "CodeableConcept": dict,
}
_FROM_TEXT: Mapping[str, Mapping[str, bool]] = {"boolean": {"true": True, "false": False}}


@dataclass(frozen=True, slots=True)
class Code:
    """A code that somebody asks about; only the code is sure to be there."""

    code: str
    system: str | None = None
    version: str | None = None
    display: str | None = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """The parameters by name, of the right types, each once but for `property`."""

    values: Mapping[str, list[Any]]

    def one(self, name: str) -> Any:
        """The value of a parameter, or None."""
        return next(iter(self.values.get(name, ())), None)

    def codes(self, system: str, version: str) -> list[Code]:
        """The codes asked about; the parameters that hold system and version are named.

        Raises:
            ParameterMissing: there is none, or a coding without a code.
            RequestInvalid: they are given in more than one way.
        """
        ways = [name for name in ("code", "coding", "codeableConcept") if name in self.values]
        if not ways:
            raise ParameterMissing(f"send code and {system}, or a coding")
        if len(ways) > 1:
            raise RequestInvalid(f"send one of {', '.join(ways)}")
        if ways == ["code"]:
            own = self.one(version), self.one("display")
            return [Code(self.one("code"), self.one(system), *own)]
        codings = [self.one("coding")] if ways == ["coding"] else _codings(self.one(ways[0]))
        return [_code(coding) for coding in codings]


async def read_inputs(request: Request, operation: Operation) -> Inputs:
    """Read the parameters of GET from the query and those of POST from the body.

    Raises:
        RequestInvalid: unknown, repeated or of the wrong type.
        ParameterUnsupported: the standard knows it, but we cannot do what it says.
        UnsupportedMediaType, RequestTooLarge: of the body.
    """
    values: dict[str, list[Any]] = {}
    given = _from_query(request, operation)
    if request.method == "POST":
        given += _from_body(await read_json(request, LONGEST_BODY))
    for name, value in given:
        if name in operation.ignored or name in _GENERAL:
            continue
        if name not in operation.parameters:
            raise ParameterUnsupported(
                f"not one of the parameters {', '.join(sorted(operation.parameters))}"
            )
        if name in values and name != "property":
            raise RequestInvalid(f"the parameter {name} is repeated")
        values.setdefault(name, []).append(_checked(name, value, operation.parameters[name]))
    return Inputs(values)


def _from_query(request: Request, operation: Operation) -> list[tuple[str, Any]]:
    pairs = request.query_params.multi_items()
    return [(name, _parsed(value, operation.parameters.get(name, ""))) for name, value in pairs]


def _parsed(text: str, kind: str) -> Any:
    if kind == "integer":
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text
    return _FROM_TEXT.get(kind, {}).get(text, text)


def _from_body(body: Any) -> list[tuple[str, Any]]:
    if body is None:
        return []
    if not isinstance(body, dict) or body.get("resourceType") != "Parameters":
        raise RequestInvalid("send Parameters")
    parameters = body.get("parameter", [])
    if not isinstance(parameters, list):
        raise RequestInvalid("Parameters.parameter is not a list")
    return [_named(parameter) for parameter in parameters]


def _named(parameter: Any) -> tuple[str, Any]:
    if not isinstance(parameter, dict) or not isinstance(parameter.get("name"), str):
        raise RequestInvalid("each parameter needs a name")
    keys = [key for key in parameter if key in ("resource", "part") or key.startswith("value")]
    if len(keys) != 1:
        raise RequestInvalid("each parameter needs one value")
    return parameter["name"], parameter[keys[0]]


def _checked(name: str, value: Any, kind: str) -> Any:
    # Python's bool is an int; FHIR's is not.
    if not isinstance(value, _KINDS.get(kind, str)) or (
        kind == "integer" and isinstance(value, bool)
    ):
        raise RequestInvalid(f"the parameter {name} is not a {kind}")
    if value in ("", {}) or (isinstance(value, int) and value < 0):
        raise RequestInvalid(f"the parameter {name} is empty or below zero")
    return value


def _codings(concept: Mapping[str, Any]) -> list[Any]:
    codings = concept.get("coding")
    if not isinstance(codings, list) or not codings:
        raise ParameterMissing("the codeableConcept has no coding")
    return codings


def _code(coding: Any) -> Code:
    if not isinstance(coding, dict):
        raise RequestInvalid("a coding is not an object")
    fields = [coding.get(name) for name in ("code", "system", "version", "display")]
    if not all(isinstance(field, str | None) for field in fields):
        raise RequestInvalid("a coding holds what is no text")
    code, *others = fields
    if not code:
        raise ParameterMissing("a coding has no code")
    return Code(code, *others)
