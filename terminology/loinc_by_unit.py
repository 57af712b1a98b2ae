"""The LOINC code of a laboratory test by the unit of its result (loinc_by_unit.toml).

The index knows one code per name of a test, the default; LOINC codes the kind of quantity too, so
"glucose 6.1 mmol/L" has another code than "glucose 110 mg/dL".
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from terminology.codesystem import code_systems
from terminology.errors import SourceMalformed

_ANNOTATION = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class LoincByUnit:
    """`kinds`: unit -> kind of quantity; `tests`: any code of a test -> kind -> code."""

    kinds: Mapping[str, str]
    tests: Mapping[str, Mapping[str, str]]

    def code(self, default: str, unit: str | None) -> str | None:
        """The code of the test that `default` stands for, for a result in this UCUM unit.

        The default itself when the test or the unit is not in the table, or when there is no
        unit; none when the test is never measured in such a unit (glucose in %).
        """
        test = self.tests.get(default)
        kind = self._kind(unit) if unit else None
        if test is None or kind is None:
            return default
        return test.get(kind)

    def _kind(self, unit: str) -> str | None:
        """Small and capital letters are one: no two units here differ in them alone."""
        folded = unit.casefold()
        return self.kinds.get(folded) or self.kinds.get(_ANNOTATION.sub("", folded))


@cache
def loinc_by_unit() -> LoincByUnit:
    """The project's own table, read once."""
    return read_loinc_by_unit(Path(__file__).parent / "loinc_by_unit.toml")


def read_loinc_by_unit(path: Path) -> LoincByUnit:
    """The table of a TOML file with the tables `units` and `tests`.

    Raises:
        SourceMalformed: it is no TOML, a unit is of two kinds, a code stands in it twice or is no
            LOINC code, or a test has a kind of quantity without units.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
        kinds = _kinds(document["units"])
        return LoincByUnit(kinds, _tests(document["tests"], frozenset(kinds.values())))
    except (KeyError, ValueError) as problem:
        raise SourceMalformed(f"{path.name}: {problem}") from problem


def _kinds(units: Mapping[str, list[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for kind, spelled in units.items():
        for unit in spelled:
            if found.setdefault(unit.casefold(), kind) != kind:
                raise ValueError(f"{unit} is of two kinds")
    return found


def _tests(
    tests: Mapping[str, dict[str, str]], kinds: frozenset[str]
) -> dict[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {}
    for name, codes in tests.items():
        for kind, code in codes.items():
            if kind not in kinds:
                raise ValueError(f"{name}: no units of the kind {kind}")
            if code in found or not code_systems()["loinc"].check(code):
                raise ValueError(f"{name}: {code} is no LOINC code or stands twice")
            found[code] = codes
    return found
