"""Whether a resource is valid R4 and its evidence reads back. No answer holds a value."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, Final

from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

from mappers.canonical import CONDITION_CATEGORY, CONDITION_CLINICAL, CONDITION_VERIFICATION
from mappers.evidence import Evidence, evidences, printable
from mappers.types import Resource

# Required bindings of CodeableConcepts; the models only know those of codes.
_BOUND: Final = {
    ("Condition", "clinicalStatus"): (
        CONDITION_CLINICAL,
        frozenset({"active", "recurrence", "relapse", "inactive", "remission", "resolved"}),
    ),
    ("Condition", "verificationStatus"): (
        CONDITION_VERIFICATION,
        frozenset(
            {
                "unconfirmed",
                "provisional",
                "differential",
                "confirmed",
                "refuted",
                "entered-in-error",
            }
        ),
    ),
}

# observation-status (R4): the models shorten a long list of codes to its beginning and a "+".
_LONG: Final = {
    ("Observation", "status"): frozenset(
        {
            "registered",
            "preliminary",
            "final",
            "amended",
            "corrected",
            "cancelled",
            "entered-in-error",
            "unknown",
        }
    )
}


def validate(resource: Resource) -> tuple[str, ...]:
    """Name the rules that `resource` breaks; none means that it is valid.

    Checked are the R4B models of fhir.resources (the nearest to R4), required codes, con-3,
    con-4 and con-5 of Condition, obs-6 and obs-7 of Observation and der-1 of the evidence. A
    rule is named by its path and kind only.
    """
    broken = list(_model(resource))
    # The rules below read the resource as what the model says that it is.
    rules = (_codes, _condition, _observation, _evidence)
    return tuple(broken or [found for rule in rules for found in rule(resource)])


def check_evidence(resource: Resource, text: str) -> tuple[str, ...]:
    """Name the evidence that does not read back from the note's text; none means that all does.

    The first evidence of the resource must read as the text of its concept, that of a dosage
    as a part of its text, and all must lie inside the note.
    """
    kind = resource["resourceType"]
    found = list(evidences(resource))
    broken = [
        f"{kind}.{each.element}: evidence outside the text".replace(".:", ":")
        for each in found
        if each.read(text) is None
    ]
    if not broken and (whole := [each for each in found if not each.element]):
        if _read(whole[0], text) != _concept_text(resource):
            broken.append(f"{kind}: evidence reads differently")
        broken += [
            f"{kind}.{path}: evidence reads differently" for path in _dosages(resource, text)
        ]
    return tuple(broken)


def _dosages(resource: Resource, text: str) -> Iterator[str]:
    for index, dosage in enumerate(resource.get("dosage", [])):
        # A dosage's text is its parts, with commas between them.
        said = f", {_folded(dosage.get('text', ''))}, "
        if any(f", {_folded(_read(each, text))}, " not in said for each in evidences(dosage)):
            yield f"dosage[{index}]"


def _read(evidence: Evidence, text: str) -> str:
    return printable(evidence.read(text) or "")


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


@lru_cache(maxsize=256)
def _model_class(kind: str) -> Any:
    return get_fhir_model_class(kind)


def _model(resource: Resource) -> Iterator[str]:
    kind = resource.get("resourceType")
    try:
        model = _model_class(str(kind))
    except ValueError:
        yield "resourceType: unknown"
        return
    try:
        model.model_validate(resource)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_context=False, include_input=False):
            # The name of an element that does not exist comes from outside.
            known = each["loc"][:-1] if each["type"] == "extra_forbidden" else each["loc"]
            yield f"{'.'.join(map(str, (kind, *known)))}: {each['type']}"


def _codes(resource: Resource) -> Iterator[str]:
    kind = resource["resourceType"]
    for name, codes in _enumerations(kind):
        value = resource.get(name, [])
        if not codes.issuperset(value if isinstance(value, list) else [value]):
            yield f"{kind}.{name}: code"
    for (bound, name), (system, known) in _BOUND.items():
        coded = _coded(resource, name, system)
        if bound == kind and name in resource and not (coded and coded <= known):
            yield f"{kind}.{name}: code"


@cache
def _enumerations(kind: str) -> tuple[tuple[str, frozenset[str]], ...]:
    # fhir.resources knows the codes of required bindings, but does not check them.
    fields = _model_class(kind).model_fields.items()
    known = {
        field.alias or name: frozenset(field.json_schema_extra["enum_values"])
        for name, field in fields
        if "enum_values" in (field.json_schema_extra or {})
    }
    found = {name: _LONG.get((kind, name), codes) for name, codes in known.items()}
    return tuple((name, codes) for name, codes in found.items() if "+" not in codes)


def _condition(resource: Resource) -> Iterator[str]:
    """con-3, con-4 and con-5 (R4 4.0.1)."""
    if resource["resourceType"] != "Condition":
        return
    clinical = _coded(resource, "clinicalStatus", CONDITION_CLINICAL)
    error = "entered-in-error" in _coded(resource, "verificationStatus", CONDITION_VERIFICATION)
    on_list = "problem-list-item" in _coded(resource, "category", CONDITION_CATEGORY)
    if on_list and not error and "clinicalStatus" not in resource:
        yield "Condition: con-3"
    abated = any(name.lstrip("_").startswith("abatement") for name in resource)
    if abated and not clinical & {"inactive", "resolved", "remission"}:
        yield "Condition: con-4"
    if error and "clinicalStatus" in resource:
        yield "Condition: con-5"


def _observation(resource: Resource) -> Iterator[str]:
    """obs-6 and obs-7 (R4 4.0.1)."""
    if resource["resourceType"] != "Observation":
        return
    has_value = any(name.startswith("value") for name in resource)
    if has_value and "dataAbsentReason" in resource:
        yield "Observation: obs-6"
    whole = _all_codes(resource.get("code"))
    parts = [_all_codes(part.get("code")) for part in resource.get("component", [])]
    if has_value and any(whole & part for part in parts):
        yield "Observation: obs-7"


def _all_codes(concept: Any) -> set[tuple[Any, Any]]:
    codings = (concept or {}).get("coding", [])
    return {(coding.get("system"), coding.get("code")) for coding in codings}


def _evidence(resource: Resource) -> Iterator[str]:
    for evidence in evidences(resource):
        if evidence.length is not None and evidence.offset is None:
            yield f"{resource['resourceType']}.{evidence.element}: der-1".replace(".:", ":")


def _coded(resource: Resource, name: str, system: str) -> set[str]:
    concepts = resource.get(name, [])
    return {
        coding["code"]
        for concept in (concepts if isinstance(concepts, list) else [concepts])
        for coding in concept.get("coding", [])
        if coding.get("system") == system and "code" in coding
    }


def _concept_text(resource: Resource) -> str | None:
    holder = resource["condition"][0] if "condition" in resource else resource
    concept = holder.get("code") or holder.get("medicationCodeableConcept") or {}
    text = concept.get("text")
    return text if isinstance(text, str) else None
