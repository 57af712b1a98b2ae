"""Annotations as JSON, for the command line and for users of other tools (docs/contract).

Offsets are half-open Unicode code points of the input text.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, cast

import orjson

from mappers.coding import code
from mappers.types import CodedEntity
from models.language import detect
from models.types import Annotations, Assertion, Note, PhiSpan, Relation
from server.errors import RequestInvalid, describe
from server.parts import Parts

# The codes that `extract --format json` names, by code system.
FLAT = {
    "snomed": "http://snomed.info/sct",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "loinc": "http://loinc.org",
    "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "umls_cui": "http://www.nlm.nih.gov/research/umls",
}


def annotate(text: str, language: str | None, parts: Parts) -> tuple[str, Annotations, Any]:
    """Annotate and code one text; returns its language, the annotations and coded entities."""
    note = Note(text, language or detect(text))
    annotations = parts.annotator.annotate(note)
    linker = parts.note_linker(annotations.phi)
    coded = code(annotations.entities, note.language, linker, note.text)
    return note.language, annotations, coded


def to_extract_json(text: str, language: str | None, parts: Parts) -> dict[str, Any]:
    """Entities, relations and triples as `extract --format json` prints them."""
    _, annotations, coded = annotate(text, language, parts)
    names = _names(coded)
    return {
        "entities": [_flat(one, names[one.entity]) for one in coded],
        "relations": [
            {
                "subject": names[relation.head],
                "predicate": relation.label,
                "object": names[relation.tail],
                "confidence": round(relation.score, 4),
            }
            for relation in annotations.relations
        ],
        "triples": [
            [relation.head.span.text, relation.label, relation.tail.span.text]
            for relation in annotations.relations
        ],
    }


def annotate_file(source: Path, target: Path, parts: Parts) -> int:
    """Annotate JSON lines in order; returns how many could not be read.

    Raises:
        RequestInvalid: a file cannot be opened.
    """
    failed = 0
    try:
        if target.exists() and target.samefile(source):
            raise RequestInvalid(f"{target}: the output would overwrite the input")
        with _open(source) as lines, target.open("wb") as out:
            for number, line in enumerate(lines, 1):
                answer = _annotate_line(line, number, parts)
                failed += "error" in answer
                out.write(orjson.dumps(answer) + b"\n")
    except OSError as error:
        raise RequestInvalid(f"{error.filename or source}: {error.strerror or error}") from None
    except (lzma.LZMAError, EOFError):
        raise RequestInvalid(f"{source}: not a complete xz file") from None
    return failed


def _open(source: Path) -> IO[bytes]:
    return cast("IO[bytes]", lzma.open(source) if source.suffix == ".xz" else source.open("rb"))


def _annotate_line(line: bytes, number: int, parts: Parts) -> dict[str, Any]:
    identity: Any = None
    try:
        given = orjson.loads(line)
        if not isinstance(given, dict):
            return _failure(number, "structure", "the line is not a JSON object")
        identity = given.get("id")
        text, language = given.get("text"), given.get("lang")
        if not isinstance(text, str):
            return _failure(identity or number, "required", "`text` is missing or not a string")
        if not isinstance(language, str | None):
            return _failure(identity or number, "invalid", "`lang` is not a string")
        return {"id": identity} | to_json(*annotate(text, language, parts))
    except orjson.JSONDecodeError:
        return _failure(number, "structure", "the line is not JSON")
    except Exception as error:
        return _failure(identity or number, "processing", describe(error))


def _failure(identity: Any, kind: str, message: str) -> dict[str, Any]:
    return {"id": identity, "error": {"code": kind, "message": message}}


def to_json(
    language: str, annotations: Annotations, coded: Sequence[CodedEntity]
) -> dict[str, Any]:
    """The annotations of one text as `annotate` writes them, without the id."""
    names = _names(coded)
    return {
        "lang": language,
        "entities": [_entity(one, names[one.entity]) for one in coded],
        "relations": [_relation(one, names) for one in annotations.relations],
        "phi": [_phi(one) for one in annotations.phi],
    }


def _names(coded: Sequence[CodedEntity]) -> dict[Any, str]:
    return {one.entity: f"E{number}" for number, one in enumerate(coded, 1)}


def _entity(one: CodedEntity, name: str) -> dict[str, Any]:
    span = one.entity.span
    return {
        "id": name,
        "start": span.start,
        "end": span.end,
        "text": span.text,
        "label": one.entity.label,
        "score": round(one.entity.score, 4),
        "assertion": _assertion(one.entity.assertion),
        "codings": [
            {"system": coding.system, "code": coding.code, "display": coding.display}
            for coding in one.codings
        ],
    }


def _assertion(assertion: Assertion) -> dict[str, str]:
    return {
        "presence": assertion.presence,
        "temporality": assertion.temporality,
        "experiencer": assertion.experiencer,
    }


def _flat(one: CodedEntity, name: str) -> dict[str, Any]:
    span = one.entity.span
    return {
        "id": name,
        "text": span.text,
        "type": one.entity.label,
        "start": span.start,
        "end": span.end,
        "confidence": round(one.entity.score, 4),
        "assertion": _assertion(one.entity.assertion),
        **dict(_flat_codes(one)),
    }


def _flat_codes(one: CodedEntity) -> Iterator[tuple[str, str]]:
    for key, system in FLAT.items():
        found = next((coding.code for coding in one.codings if coding.system == system), None)
        if found is not None:
            yield key, found


def _relation(relation: Relation, names: dict[Any, str]) -> dict[str, Any]:
    return {
        "label": relation.label,
        "head": names[relation.head],
        "tail": names[relation.tail],
        "score": round(relation.score, 4),
    }


def _phi(one: PhiSpan) -> dict[str, Any]:
    return {
        "start": one.span.start,
        "end": one.span.end,
        "text": one.span.text,
        "label": one.category,
        "score": round(one.score, 4),
    }
