"""The code systems and the groups of the index: systems.toml, read once, and the code checks."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_VERHOEFF_PRODUCT = (
    "0123456789",
    "1234067895",
    "2340178956",
    "3401289567",
    "4012395678",
    "5987604321",
    "6598710432",
    "7659821043",
    "8765932104",
    "9876543210",
)
_VERHOEFF_PERMUTATION = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)


def verhoeff(code: str) -> bool:
    """SNOMED CT identifiers (RF2 specification 6): 6 to 18 digits, Verhoeff check digit."""
    if not re.fullmatch(r"[1-9][0-9]{5,17}", code):
        return False
    check = 0
    for place, digit in enumerate(reversed(code)):
        permuted = int(_VERHOEFF_PERMUTATION[place % 8][int(digit)])
        check = int(_VERHOEFF_PRODUCT[check][permuted])
    return check == 0


def mod10(code: str) -> bool:
    """LOINC codes: a Luhn check digit after the hyphen (LOINC Users' Guide, appendix C)."""
    if not re.fullmatch(r"[0-9]{1,7}-[0-9]", code):
        return False
    body, check = code.split("-")
    total = 0
    for place, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return (10 - total % 10) % 10 == int(check)


def _shape(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda code: compiled.fullmatch(code) is not None


EXACT = frozenset({"exact", ""})
"""How a source matched a code that means the same; blank is a match by equal name."""

CHECKS: Mapping[str, Callable[[str], bool]] = {
    "verhoeff": verhoeff,
    "mod10": mod10,
    "icd10cm": _shape(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?"),
    "digits": _shape(r"[1-9][0-9]{0,7}"),
    "cui": _shape(r"C[0-9]{7}"),
    "mesh": _shape(r"[CD][0-9]{6,9}"),
    "atc": _shape(r"[A-Z]([0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?)?"),
}


@dataclass(frozen=True, slots=True)
class CodeSystem:
    """A code system; `number` stands for it in the index file."""

    key: str
    number: int
    uri: str
    title: str
    check: Callable[[str], bool]
    defined_by: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A semantic group; concepts of one `family` may be merged and answer to each other's group."""

    key: str
    number: int
    family: str
    shown_as: str
    systems: tuple[str, ...]
    merged_by_name: bool
    cross_references: bool

    def accepts(self, match: str) -> bool:
        """Whether a code that a source matched in this way means the same, or near enough."""
        return match in EXACT or (match == "xref" and self.cross_references)


def _document() -> dict[str, dict[str, dict[str, object]]]:
    return tomllib.loads((Path(__file__).parent / "systems.toml").read_text("utf-8"))


@cache
def code_systems() -> Mapping[str, CodeSystem]:
    """Every code system by its key, in the order of systems.toml."""
    return {
        key: CodeSystem(
            key=key,
            number=number,
            uri=str(entry["uri"]),
            title=str(entry["title"]),
            check=CHECKS[str(entry["check"])],
            defined_by=str(entry["defined_by"]) if "defined_by" in entry else None,
            version=str(entry["version"]) if "version" in entry else None,
        )
        for number, (key, entry) in enumerate(_document()["system"].items())
    }


@cache
def groups() -> Mapping[str, Group]:
    """Every group by its key, in the order of systems.toml."""
    return {
        key: Group(
            key=key,
            number=number,
            family=str(entry["family"]),
            shown_as=str(entry.get("shown_as", key)),
            systems=tuple(str(system) for system in _list(entry["systems"])),
            merged_by_name=bool(entry.get("merged_by_name", True)),
            cross_references=bool(entry.get("cross_references", False)),
        )
        for number, (key, entry) in enumerate(_document()["group"].items())
    }


def system_key(system: str) -> str | None:
    """The key of a system given by its key or its URI; None when the index does not know it."""
    known = code_systems()
    if system in known:
        return system
    return next((key for key, entry in known.items() if entry.uri == system), None)


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("systems.toml: `systems` is a list")
    return value
