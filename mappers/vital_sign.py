"""The vital signs: their codes, how they are called, and in which units they count."""

from __future__ import annotations

import math
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from mappers.measurement import Measurement
from terminology.types import Coding

LOINC = "http://loinc.org"


@dataclass(frozen=True, slots=True)
class VitalSign:
    """A row of vital_signs.toml; `components` are the keys of the two parts of a pressure."""

    key: str
    coding: Coding
    components: tuple[str, ...]
    allowed: frozenset[str]
    unit: str | None
    ranges: Mapping[str, tuple[float, float]]
    plausible: tuple[float, float] | None
    spellings: Mapping[str, str]

    def accepted(self, measurement: Measurement) -> Measurement | None:
        """The measurement in a unit of this vital sign; None when it is none of it."""
        ucum = measurement.ucum or self._unit_of(measurement.value)
        if ucum not in self.allowed or not self._is_plausible(measurement.value, ucum):
            return None
        return replace(measurement, ucum=ucum, unit=measurement.unit or ucum)

    def _unit_of(self, value: float) -> str | None:
        for unit, (low, high) in self.ranges.items():
            if low <= value <= high:
                return unit
        return self.unit

    def _is_plausible(self, value: float, ucum: str) -> bool:
        low, high = self.ranges.get(ucum) or self.plausible or (-math.inf, math.inf)
        return low <= value <= high


def vital_sign(text: str, language: str) -> VitalSign | None:
    """The vital sign that a mention names; English names count in every language."""
    folded = _fold(text)
    own = _names().get((language.partition("-")[0].lower(), folded))
    key = own or _names().get(("en", folded))
    return VITAL_SIGNS[key] if key else None


def vital_sign_of(code: str) -> VitalSign | None:
    """The vital sign with this LOINC code."""
    return next((one for one in VITAL_SIGNS.values() if one.coding.code == code), None)


def _load() -> dict[str, dict[str, Any]]:
    return tomllib.loads(Path(__file__).with_name("vital_signs.toml").read_text(encoding="utf-8"))


_TABLE = _load()

VITAL_SIGNS: Mapping[str, VitalSign] = {
    key: VitalSign(
        key,
        Coding(LOINC, row["code"], row["display"]),
        tuple(row.get("components", ())),
        frozenset(row["allowed"]),
        row.get("unit"),
        {unit: (low, high) for unit, (low, high) in row.get("ranges", {}).items()},
        (row["plausible"][0], row["plausible"][1]) if "plausible" in row else None,
        row.get("units", {}),
    )
    for key, row in _TABLE.items()
}
"""The rows of vital_signs.toml by their keys."""


@cache
def _names() -> Mapping[tuple[str, str], str]:
    return {
        (language, name): key
        for key, row in _TABLE.items()
        for language in ("en", "es", "nl")
        for name in row[language]
    }


def _fold(text: str) -> str:
    # NFKC would make "Tª", the temperature, the same as "TA", the blood pressure.
    form: Literal["NFC", "NFKC"] = "NFC" if re.search("[ªº]", text) else "NFKC"
    folded = unicodedata.normalize(form, text).casefold()
    return re.sub(r"\s+", " ", folded).strip(" :=,;()")
