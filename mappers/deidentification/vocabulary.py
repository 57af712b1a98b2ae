"""Which codes, places, units and references may stay: rules/vocabulary.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from mappers.measurement import ucum_unit

_CODE = r"[A-Za-z0-9][A-Za-z0-9.:/-]{0,63}"
_VERSION = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9.:/_-]{0,99}", re.ASCII)
_POSTCODE = re.compile(r"(\d{3})\d{2}(?:-?\d{4})?", re.ASCII)
_UCUM_UNIT = re.compile(r"[!-~]{1,40}")
_KEYS = frozenset(
    [
        "systems",
        "untrusted",
        "profiles",
        "targets",
        "units",
        "words",
        "states",
        "countries",
        "small_zip3",
    ]
)
_COUNTRY = re.compile(r"[A-Z]{2,3}")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The lists. A system that ends in / stands for all below it that no longer entry names."""

    systems: Mapping[str, re.Pattern[str]]
    below: tuple[tuple[str, re.Pattern[str] | None], ...]
    profiles: frozenset[str]
    targets: frozenset[str]
    units: frozenset[str]
    words: frozenset[str]
    states: Mapping[str, str]
    countries: Mapping[str, str]
    small: frozenset[str]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Build them from vocabulary.toml.

        Raises:
            ValueError: a key that does not exist, or one that is missing.
        """
        if odd := sorted(set(data) ^ _KEYS):
            raise ValueError(f"vocabulary.toml has an unknown key, or lacks one: {odd[0]!r}")
        patterns = {
            name: re.compile(pattern or _CODE, re.ASCII) if pattern is not None else None
            for name, pattern in [*data["systems"].items(), *((u, None) for u in data["untrusted"])]
        }
        below = [(name, patterns[name]) for name in patterns if name.endswith("/")]
        states = {name.casefold(): code for code, name in data["states"].items()}
        states |= {code.casefold(): code for code in data["states"]}
        countries = {name: code for code, names in data["countries"].items() for name in names}
        return cls(
            systems={name: one for name, one in patterns.items() if one and name[-1] != "/"},
            below=tuple(sorted(below, key=lambda one: -len(one[0]))),
            profiles=frozenset(data["profiles"]),
            targets=frozenset(data["targets"]),
            units=frozenset(data["units"]),
            words=frozenset(data["words"]),
            states=states,
            countries=countries,
            small=frozenset(data["small_zip3"]),
        )

    def codes_of(self, system: str) -> re.Pattern[str] | None:
        """Return how the codes of a system look; none when the system is not trusted."""
        exact = self.systems.get(system)
        if exact is not None:
            return exact
        return next((pattern for root, pattern in self.below if system.startswith(root)), None)

    def coding(self, value: Any) -> dict[str, str] | None:
        """Keep system, version and code of a Coding; a display is words, and words may name."""
        if not isinstance(value, dict):
            return None
        system, code = value.get("system"), value.get("code")
        if not isinstance(system, str) or not isinstance(code, str):
            return None
        pattern = self.codes_of(system)
        if pattern is None or not pattern.fullmatch(code):
            return None
        version = value.get("version")
        if isinstance(version, str) and _VERSION.fullmatch(version):
            return {"system": system, "version": version, "code": code}
        return {"system": system, "code": code}

    def knows_unit(self, unit: str, code: str | None) -> bool:
        """Tell whether a unit is one that is written so, and no words of somebody's."""
        return unit == code or unit.casefold() in self.units or _known_unit(unit)

    def state(self, value: Any) -> str | None:
        """Return the code of a state of the USA, the smallest place that Safe Harbor lets stay."""
        return self.states.get(value.strip().casefold()) if isinstance(value, str) else None

    def country(self, value: Any) -> str | None:
        """Return the ISO 3166 code of a country."""
        if not isinstance(value, str):
            return None
        code = value.strip()
        return code if _COUNTRY.fullmatch(code) else self.countries.get(code.casefold())

    def zip3(self, value: Any) -> str | None:
        """Return the first three digits of a ZIP code; 000 where few people live (164.514(b))."""
        found = _POSTCODE.fullmatch(value.strip()) if isinstance(value, str) else None
        if found is None:
            return None
        return "000" if found[1] in self.small else found[1]


def is_ucum(code: Any) -> bool:
    """Tell whether a value can be a unit of UCUM: printable ASCII without spaces."""
    return isinstance(code, str) and bool(_UCUM_UNIT.fullmatch(code))


@lru_cache(4096)
def _known_unit(unit: str) -> bool:
    return len(unit) <= 40 and ucum_unit(unit) is not None
