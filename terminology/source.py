"""The packed sources: sources.toml, and one xz-compressed table per source, read row by row.

A table has a header line and the columns source_id, lang, name, name_type, group, snomed,
snomed_match, rxnorm, umls, loinc, icd10cm, atc, mesh, rank and perhaps one more; beside it a
`<key>.codes.tsv.xz` may hold further codes (source_id, system, code, match).
"""

from __future__ import annotations

import lzma
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from terminology.codesystem import EXACT, code_systems
from terminology.errors import SourceMalformed

NAME_KINDS = (
    "preferred",
    "synonym_exact",
    "synonym_related",
    "abbreviation",
    "coder",
    "mention",
    "broad",
)
"""What a name is to its concept, the closest first; the place is the number in the index."""

COLUMNS = (
    "source_id",
    "lang",
    "name",
    "name_type",
    "group",
    "snomed",
    "snomed_match",
    "rxnorm",
    "umls",
    "loinc",
    "icd10cm",
    "atc",
    "mesh",
    "rank",
)
_CODE_COLUMNS = ("source_id", "system", "code", "match")


@dataclass(frozen=True, slots=True)
class Source:
    """One source of the index, as sources.toml describes it."""

    key: str
    priority: int
    licence_class: str
    licence: str
    version: str
    notice: str
    ships: bool = True
    only: Mapping[str, str] = field(default_factory=dict)
    coder_wording: bool = False
    senses: bool = False
    keeps_apart: bool = False
    first: tuple[str, ...] = ()
    code_length: int = 999


@dataclass(frozen=True, slots=True)
class Name:
    """A name of a concept in one language; `kind` is one of NAME_KINDS."""

    language: str
    text: str
    kind: str


@dataclass(slots=True)
class SourceConcept:
    """What one source says about one concept.

    `codes` are the best code of each system with how it was matched, `further` other codes that
    mean exactly the XX is higher for
    what is used more.
    """

    source: Source
    identifier: str
    group: str
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)
    names: list[Name] = field(default_factory=list)
    further: list[tuple[str, str]] = field(default_factory=list)
    ingredients: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    rank: int = 0
    named: bool = True

    def preferred(self) -> Name:
        """The name that the source prefers, English before others; else its first name."""
        ranked = sorted(
            self.names, key=lambda name: (NAME_KINDS.index(name.kind), name.language != "en")
        )
        return ranked[0]


@cache
def sources() -> tuple[Source, ...]:
    """Every source, in the order of precedence."""
    document = tomllib.loads((Path(__file__).parent / "sources.toml").read_text("utf-8"))
    found = [_source(entry) for entry in document["source"]]
    return tuple(sorted(found, key=lambda source: source.priority))


def read(source: Source, folder: Path) -> list[SourceConcept]:
    """Read the table of a source and the codes beside it, in the order of the file.

    Raises:
        SourceMalformed: a table is missing or is not xz or UTF-8, or a row has the wrong
            columns, an unknown kind of name, or a code that breaks the rule of its system.
    """
    concepts: dict[str, SourceConcept] = {}
    path = folder / f"{source.key}.tsv.xz"
    for line, row in rows(path, COLUMNS):
        if len(row["source_id"]) > source.code_length:
            continue
        concept = concepts.get(row["source_id"])
        if concept is None:
            concept = concepts[row["source_id"]] = _concept(source, path, line, row)
        _add_name(concept, path, line, row)
    further = folder / f"{source.key}.codes.tsv.xz"
    if further.exists():
        _add_codes(concepts, further)
    return sorted(concepts.values(), key=_precedence)


def _source(entry: dict[str, Any]) -> Source:
    return Source(
        key=entry["key"],
        priority=entry["priority"],
        licence_class=entry["class"],
        licence=entry["licence"],
        version=entry["version"],
        notice=entry["notice"],
        ships=entry.get("ships", True),
        only=entry.get("only", {}),
        coder_wording=entry.get("coder_wording", False),
        senses=entry.get("senses", False),
        keeps_apart=entry.get("keeps_apart", False),
        first=tuple(entry.get("first", ())),
        code_length=entry.get("code_length", 999),
    )


def _concept(source: Source, path: Path, line: int, row: dict[str, str]) -> SourceConcept:
    rank = row["rank"]
    if rank and not rank.isdigit():
        raise SourceMalformed(f"{path.name}:{line}: rank {rank!r} is not a number")
    concept = SourceConcept(
        source, row["source_id"], row["group"], rank=int(rank or 0), named=_is_named(source, row)
    )
    for system in code_systems():
        if code := row.get(system):
            check_code(path, line, system, code)
            match = row["snomed_match"] if system == "snomed" else ""
            concept.codes[system] = (code, match)
    return concept


def _is_named(source: Source, row: dict[str, str]) -> bool:
    """Whether the names may ship; `only` speaks of SNOMED CT names, so others stay."""
    if not row["snomed"]:
        return True
    return all(row.get(column) == value for column, value in source.only.items())


def _add_name(concept: SourceConcept, path: Path, line: int, row: dict[str, str]) -> None:
    kind = row["name_type"]
    if kind not in NAME_KINDS[:4]:
        raise SourceMalformed(f"{path.name}:{line}: unknown name_type {kind!r}")
    if not row["name"] or not row["lang"]:
        raise SourceMalformed(f"{path.name}:{line}: a row without a name or a language")
    kind = "coder" if concept.source.coder_wording else kind
    concept.names.append(Name(row["lang"], row["name"], kind))


def _add_codes(concepts: dict[str, SourceConcept], path: Path) -> None:
    for line, row in rows(path, _CODE_COLUMNS):
        system, code = row["system"], row["code"]
        if system not in code_systems():
            raise SourceMalformed(f"{path.name}:{line}: unknown system {system!r}")
        check_code(path, line, system, code)
        concept = concepts.get(row["source_id"])
        if concept is None:
            raise SourceMalformed(f"{path.name}:{line}: a code of a concept that has no name")
        if row["match"] in EXACT:
            concept.further.append((system, code))
        elif system == "rxnorm":
            concept.ingredients.append(code)
        elif system == "icd10cm":
            concept.categories.append(code)


def check_code(path: Path, line: int, system: str, code: str) -> None:
    """Raise SourceMalformed, naming file and line, for a code that cannot be one."""
    if not code_systems()[system].check(code):
        raise SourceMalformed(f"{path.name}:{line}: {code!r} is no {system} code")


def _precedence(concept: SourceConcept) -> tuple[int, str]:
    first = concept.source.first
    place = next((n for n, p in enumerate(first) if concept.identifier.startswith(p)), len(first))
    return place, concept.identifier


def rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Every row of an xz-compressed table, with its line number (the header is line 1).

    Raises:
        SourceMalformed: the file is missing, cut off or not UTF-8, or a row has other columns.
    """
    line = 0
    try:
        with lzma.open(path, "rt", encoding="utf-8", newline="\n") as lines:
            header: list[str] = []
            for line, text in enumerate(lines, start=1):
                cells = text.rstrip("\n").split("\t")
                if line == 1:
                    header = cells
                    if tuple(header[: len(columns)]) != columns:
                        raise SourceMalformed(f"{path.name}:1: the header is not {columns}")
                elif len(cells) != len(header):
                    raise SourceMalformed(
                        f"{path.name}:{line}: {len(cells)} cells instead of {len(header)}"
                    )
                else:
                    yield line, dict(zip(header, cells, strict=True))
    except FileNotFoundError as error:
        raise SourceMalformed(f"{path.name}: there is no such file in {path.parent}") from error
    except (lzma.LZMAError, EOFError, OSError) as error:
        raise SourceMalformed(f"{path.name}:{line + 1}: not a whole xz file ({error})") from error
    except UnicodeDecodeError as error:
        raise SourceMalformed(f"{path.name}:{line + 1}: not UTF-8") from error
    if line == 0:
        raise SourceMalformed(f"{path.name}: empty")
