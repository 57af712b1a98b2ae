"""A stated result of a test or a vital sign -> Observation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mappers.canonical import INTERPRETATION, OBSERVATION_CATEGORY, UCUM
from mappers.evidence import derivation
from mappers.extracted import codeable_concept, extracted, present
from mappers.measurement import (
    Measurement,
    interpret,
    interpretation_display,
    measure,
    measure_pair,
    measure_range,
)
from mappers.number import shortest
from mappers.result import Result
from mappers.source import Source, unknown
from mappers.statement import Statement
from mappers.types import Resource
from mappers.vital_sign import LOINC, VITAL_SIGNS, VitalSign
from terminology.loinc_by_unit import loinc_by_unit
from terminology.types import Coding


def to_observation(statement: Statement, source: Source) -> Resource:
    """Map to Observation: one result of one test.

    A number in a unit of UCUM is a Quantity, two are a Range; a blood pressure is a panel of two
    (R4 vital signs); anything else stays text. Vital signs have an effective time (R4), and the
    date of the note is not that of the test: it is marked as unknown.

    Raises:
        ValueError: the statement has no result.
    """
    if statement.result is None:
        raise ValueError("an observation without a result")
    found = _read(statement.vital, statement.result, source.note.language)
    return extracted(statement, source) | present(
        status=statement.meaning.status,
        category=_category(statement),
        code=_code(statement, found),
        subject=source.subject,
        encounter=source.encounter,
        _effectiveDateTime=unknown(),
        interpretation=_interpretation(statement.result, found),
        derivedFrom=[source.reference],
        **_value(statement, found, source),
    )


def _read(vital: VitalSign | None, result: Result, language: str) -> tuple[Measurement, ...]:
    """What is measured: nothing, one number, or two of a range or of a pressure."""
    if vital is None:
        one = measure(result.text, language)
        return (one,) if one else measure_range(result.text, language) or ()
    if vital.components:
        return _pair(vital, result) or ()
    one = measure(result.text, language, vital.spellings)
    accepted = vital.accepted(one) if one else None
    return (accepted,) if accepted else ()


def _value(statement: Statement, found: tuple[Measurement, ...], source: Source) -> Resource:
    result = statement.result
    assert result is not None
    evidence = [derivation(source, result.value.span)]
    match found:
        case (one,):
            return {"valueQuantity": {"extension": evidence} | _quantity(one)}
        case (one, other) if statement.vital:
            parts = zip(statement.vital.components, (one, other), strict=True)
            return {"component": [_component(key, each, evidence) for key, each in parts]}
        case (low, high):
            bounds = {"low": _quantity(low), "high": _quantity(high)}
            return {"valueRange": {"extension": evidence} | bounds}
    return {"valueString": result.text, "_valueString": {"extension": evidence}}


def _pair(vital: VitalSign, result: Result) -> tuple[Measurement, Measurement] | None:
    read = measure_pair(result.text)
    if read is None:
        return None
    parts = [VITAL_SIGNS[key] for key in vital.components]
    high, low = (part.accepted(one) for part, one in zip(parts, read, strict=True))
    return (high, low) if high and low and high.value > low.value else None


def _category(statement: Statement) -> list[Resource]:
    """The category, as far as the test tells it."""
    if statement.vital:
        code = "vital-signs"
    elif statement.of_laboratory:
        code = "laboratory"
    else:
        return []
    return [{"coding": [{"system": OBSERVATION_CATEGORY, "code": code}]}]


def _code(statement: Statement, found: tuple[Measurement, ...]) -> Resource:
    if statement.vital:
        return codeable_concept(statement, [statement.vital.coding])
    unit = found[0].ucum if found else None
    return codeable_concept(statement, list(_by_unit(statement.codings, unit)))


def _by_unit(codings: tuple[Coding, ...], unit: str | None) -> Iterator[Coding]:
    """The codings with the LOINC code for a result in that unit; none if it has no such result."""
    for coding in codings:
        code = loinc_by_unit().code(coding.code, unit) if coding.system == LOINC else coding.code
        if code == coding.code:
            yield coding
        elif code is not None:
            yield replace(coding, code=code, display="")


def _quantity(one: Measurement) -> Resource:
    quantity = present(
        comparator=one.comparator,
        unit=one.unit,
        system=UCUM if one.ucum else None,
        code=one.ucum,
    )
    return quantity | {"value": shortest(one.value)}


def _component(key: str, one: Measurement, evidence: list[Resource]) -> Resource:
    coding = VITAL_SIGNS[key].coding
    code = {"system": coding.system, "code": coding.code, "display": coding.display}
    quantity = {"extension": evidence} | _quantity(one)
    return {"code": {"coding": [code]}, "valueQuantity": quantity}


def _interpretation(result: Result, found: tuple[Measurement, ...]) -> list[Resource]:
    """What is said of the value, beside it, in a remark or as the value; nothing is concluded."""
    beside = next((one.interpretation for one in found if one.interpretation), None)
    remark = interpret(result.remark.span.text) if result.remark else None
    code = beside or remark or interpret(result.text)
    if code is None:
        return []
    display = interpretation_display(code)
    return [{"coding": [{"system": INTERPRETATION, "code": code, "display": display}]}]
