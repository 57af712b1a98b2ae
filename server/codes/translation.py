"""`ConceptMap/$translate`: the codings of the same concept in other code systems."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from mappers.types import Resource
from server.codes.inputs import Code, Inputs
from server.codes.outputs import coding, parameters, parts, value
from server.codes.service import CONCEPT_MAP, Terminology, each_known, known_system
from server.errors import CodeUnknown, ParameterMissing
from terminology.catalogue import Translation

MOST_MATCHES = 100
# The value set of a whole code system, as R4 and the systems' own pages name it.
_WHOLE = ("?fhir_vs", "/vs")


def translate(inputs: Inputs, terminology: Terminology) -> Resource:
    """Answer the matches, the exact ones first, and whether there is one.

    A match is `equivalent` when each code stands for this concept alone; otherwise it is
    `relatedto`: they overlap, and the sources do not say how.

    Raises:
        ParameterMissing: no code, or no system.
        CodeUnknown: no such map, system or source code.
    """
    if (inputs.one("url") or CONCEPT_MAP) != CONCEPT_MAP:
        raise CodeUnknown(f"no such concept map; there is {CONCEPT_MAP}")
    target = _target(inputs)
    found = _found(inputs, terminology)
    matches = [one for one in found if target in (None, one.coding.system)][:MOST_MATCHES]
    message = None if matches else "the index knows no coding of this concept there"
    return parameters(
        [
            *value("result", "Boolean", bool(matches)),
            *value("message", "String", message),
            *(_match(one) for one in matches),
        ]
    )


def _target(inputs: Inputs) -> str | None:
    """Return the system to translate to; None means any."""
    system = inputs.one("targetsystem")
    if system is None and (value_set := inputs.one("target")) is not None:
        endings = [each for each in _WHOLE if value_set.endswith(each)]
        if not endings:
            raise CodeUnknown("target is not the value set of a whole code system")
        system = value_set.removesuffix(endings[0])
    return known_system(system) if system is not None else None


def _found(inputs: Inputs, terminology: Terminology) -> Sequence[Translation]:
    codes = inputs.codes("system", "version")
    found = each_known(codes, lambda code: _translations(code, terminology))
    return _distinct(chain.from_iterable(found))


def _translations(code: Code, terminology: Terminology) -> Sequence[Translation]:
    if code.system is None:
        raise ParameterMissing("send the system of the code")
    entry = terminology.entry(code.system, code.code, code.version)
    return terminology.catalogue.translations(entry.coding.system, entry.coding.code)


def _distinct(found: Iterable[Translation]) -> list[Translation]:
    """Keep each coding once, the exact ones first; a concept may have brought several codings."""
    best: dict[tuple[str, str], Translation] = {}
    for one in sorted(found, key=lambda each: not each.exact):
        best.setdefault((one.coding.system, one.coding.code), one)
    return list(best.values())


def _match(one: Translation) -> Resource:
    return parts(
        "match",
        value("equivalence", "Code", "equivalent" if one.exact else "relatedto"),
        value("concept", "Coding", coding(one.coding)),
        value("source", "Uri", CONCEPT_MAP),
    )
