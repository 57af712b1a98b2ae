"""The parameters of a kick-off, from the query of a GET or the Parameters of a POST."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import Request

from mappers.deidentification.pseudonym import split_reference
from mappers.types import Resource
from server.call import LONGEST_BODY, read_json
from server.errors import ParameterUnsupported, RequestInvalid
from server.export.elements import check_element
from server.export.order import Level, Wishes
from server.export.type_filter import check_filter, split_filters
from server.trial.dates import date_range
from server.trial.negotiation import query_pairs

Pair = tuple[str, str]

# In a query the + of the media type may have become a space.
FORMATS: Final = frozenset(
    {"application/fhir+ndjson", "application/fhir ndjson", "application/ndjson", "ndjson"}
)
ONCE: Final = ("_outputFormat", "_since", "_until")
LISTED: Final = ("_type", "_elements", "includeAssociatedData")
ASSOCIATED: Final[Mapping[str, Any]] = {
    "LatestProvenanceResources": "latest",
    "RelevantProvenanceResources": "relevant",
}
# Parameters of every FHIR request (R4 http, 3.1.0.1.11): NDJSON is what we answer anyway.
GENERAL: Final = frozenset({"_format", "_pretty"})
_INSTANT: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII
)
_VALUES: Final = ("valueString", "valueInstant", "valueDateTime", "valueCode", "valueUri")


@dataclass(slots=True)
class Reader:
    """Reads wishes; with `lenient` what is not supported is left out, with a warning.

    `explicit` tells afterwards whether the types were asked for by name.
    """

    level: Level
    offered: Sequence[str]
    lenient: bool
    warnings: list[str] = field(default_factory=list)
    explicit: bool = False

    def read(self, given: Sequence[Pair]) -> Wishes:
        """Check the parameters.

        Raises:
            RequestInvalid: a value that its parameter cannot have, or one that is repeated.
            ParameterUnsupported: the parameter or its value is not supported.
        """
        values: dict[str, list[str]] = {}
        for name, value in given:
            if name not in GENERAL and self._is_known(name):
                values.setdefault(name, []).extend(_split(name, value))
        for name in ONCE:
            if len(values.get(name, ())) > 1:
                raise RequestInvalid(f"the parameter {name} is repeated")
        self.explicit = "_type" in values
        self._supported(_check_format, values.get("_outputFormat", []))
        types = self._types(values.get("_type"))
        return Wishes(
            types=tuple(name for name in self.offered if name in types),
            since=_instant(values, "_since"),
            until=_instant(values, "_until"),
            elements=self._elements(values.get("_elements", []), types),
            filters=tuple(
                self._supported(lambda text: check_filter(text, types), _filters(values))
            ),
            patients=_patients(values.get("patient")),
            provenance=self._provenance(values),
        )

    def _is_known(self, name: str) -> bool:
        known = {*ONCE, *LISTED, "_typeFilter"}
        if self.level != "system":
            known.add("patient")
        if name in known:
            return True
        # Only names that look like one: the rest may be anything, also a patient's name.
        shown = name if re.fullmatch(r"[A-Za-z_]{1,40}", name) else "this"
        return self.excuse(
            ParameterUnsupported(
                f"{shown} is not supported at {self.level} level; there are"
                f" {', '.join(sorted(known))}"
            )
        )

    def excuse(self, error: ParameterUnsupported) -> bool:
        """Warn of what is left out; False, as it is not there any more."""
        if not self.lenient:
            raise error
        self.warnings.append(f"ignored: {error}")
        return False

    def _supported(self, check: Callable[[str], Any], texts: Sequence[str]) -> list[Any]:
        found = []
        for text in texts:
            try:
                found.append(check(text))
            except ParameterUnsupported as error:
                self.excuse(error)
        return found

    def _types(self, names: Sequence[str] | None) -> Sequence[str]:
        if names is None:
            # What Provenance comes along is what includeAssociatedData is about.
            return [name for name in self.offered if name != "Provenance"]
        types = self._supported(self._check_type, names)
        if not types:
            raise RequestInvalid("_type: none of the types can be exported")
        return types

    def _check_type(self, name: str) -> str:
        if name in self.offered:
            return name
        shown = name if re.fullmatch(r"[A-Za-z]{1,40}", name) else "one of them"
        raise ParameterUnsupported(
            f"_type: {shown} is not exported here; there are {', '.join(self.offered)}"
        )

    def _elements(self, names: Sequence[str], types: Sequence[str]) -> tuple[str, ...]:
        return tuple(self._supported(lambda name: check_element(name, types), names))

    def _provenance(self, values: Mapping[str, list[str]]) -> Any:
        wished = self._supported(_associated, values.get("includeAssociatedData", []))
        if "relevant" in wished or "Provenance" in values.get("_type", ()):
            return "relevant"
        return next(iter(wished), None)


async def read_parameters(request: Request, *, patients: bool) -> list[Pair]:
    """Read names and values; `patients` are taken from a body only, since URLs are logged.

    Raises:
        RequestInvalid, RequestTooLarge, UnsupportedMediaType: of the body.
        ParameterUnsupported: `patient` in a query.
    """
    given = query_pairs(request)
    if patients and any(name == "patient" for name, _ in given):
        raise ParameterUnsupported("patient: send it as a parameter of a POST")
    if request.method == "POST":
        given += _from_body(await read_json(request, LONGEST_BODY))
    return given


def _from_body(body: Any) -> list[Pair]:
    if body is None:
        return []
    parameters = body.get("parameter", []) if isinstance(body, dict) else None
    if not isinstance(parameters, list) or body.get("resourceType") != "Parameters":
        raise RequestInvalid("send Parameters")
    return [_pair(parameter) for parameter in parameters]


def _pair(parameter: Any) -> Pair:
    name = parameter.get("name") if isinstance(parameter, dict) else None
    if not isinstance(name, str):
        raise RequestInvalid("each parameter needs a name")
    values = [parameter[key] for key in _VALUES if key in parameter]
    values += [_reference(parameter["valueReference"])] if "valueReference" in parameter else []
    if name == "allowPartialManifests":
        values = ["true"]  # a boolean; it is not supported, whatever it says
    if len(values) != 1 or not isinstance(values[0], str):
        raise RequestInvalid("each parameter needs one value of its type")
    return name, values[0]


def _reference(value: Resource) -> Any:
    return value.get("reference") if isinstance(value, dict) else None


def _split(name: str, value: str) -> list[str]:
    if name in LISTED:
        return [part.strip() for part in value.split(",") if part.strip()]
    return [value]


def _filters(values: Mapping[str, list[str]]) -> list[str]:
    return [one for text in values.get("_typeFilter", ()) for one in split_filters(text)]


def _check_format(text: str) -> str:
    if text.strip().lower() not in FORMATS:
        raise ParameterUnsupported("_outputFormat: only application/fhir+ndjson is supported")
    return text


def _associated(name: str) -> Any:
    if name not in ASSOCIATED:
        raise ParameterUnsupported(f"includeAssociatedData: there are {', '.join(ASSOCIATED)}")
    return ASSOCIATED[name]


def _instant(values: Mapping[str, list[str]], name: str) -> str | None:
    if name not in values:
        return None
    # In a query the + of the time zone may have become a space.
    text = values[name][0].strip().replace(" ", "+")
    if not _INSTANT.fullmatch(text) or date_range(text) is None:
        raise RequestInvalid(f"{name} is not a FHIR instant, such as 2026-01-31T00:00:00Z")
    return text


def _patients(references: Sequence[str] | None) -> tuple[str, ...] | None:
    if references is None:
        return None
    found = [split_reference(reference) for reference in references]
    if any(one is None or one[0] != "Patient" for one in found):
        raise RequestInvalid("patient: each has to be a reference to a Patient")
    return tuple(dict.fromkeys(one[1] for one in found if one))
