"""The structured fields that a de-identified copy keeps; all others are dropped and counted."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mappers.types import Resource
from models.dates import shifted

RULES = Path(__file__).with_name("deidentification_rules.toml")
_YEAR = re.compile(r"\d{4}(?=-|$)")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:/-]{0,63}")
Operation = Callable[[str, Any], Any]


@dataclass(frozen=True, slots=True)
class AllowList:
    """The operation for each path, from deidentification_rules.toml."""

    operations: Mapping[str, str]
    whole: frozenset[str]
    systems: tuple[str, ...]

    @classmethod
    def read(cls, path: Path, resource_type: str) -> AllowList:
        """Read the rules for a resource type.

        Raises:
            ValueError: an operation that does not exist.
        """
        data = tomllib.loads(path.read_text("utf-8"))
        operations = data[resource_type]
        if unknown := set(operations.values()) - _OPERATIONS:
            raise ValueError(f"{path.name} names unknown operations: {sorted(unknown)}")
        whole = frozenset(data["whole"].get(resource_type, ()))
        return cls(operations, whole, tuple(data["systems"]))

    def apply(self, resource: Resource, days: int | None) -> tuple[Resource, Counter[str]]:
        """Return what may stay, and how often each other path was dropped.

        `days` moves the dates; none generalises them.
        """
        dropped: Counter[str] = Counter()
        kept = self._branch(
            "", {k: v for k, v in resource.items() if k != "resourceType"}, days, dropped
        )
        return kept or {}, dropped

    def _branch(self, path: str, value: Any, days: int | None, dropped: Counter[str]) -> Any:
        """Keep of one value what the rules allow; None when nothing is left."""
        operation = self.operations.get(path)
        if operation is None and isinstance(value, dict) and self._leads_on(path):
            parts = {
                key: self._branch(f"{path}.{key}" if path else key, part, days, dropped)
                for key, part in value.items()
            }
            return {key: part for key, part in parts.items() if part is not None} or None
        if isinstance(value, list):
            items = [self._branch(path, item, days, dropped) for item in value]
            return [item for item in items if item is not None] or None
        kept = self._keep(path, operation, value, days)
        if kept is None:
            dropped[path] += 1
        return kept

    def _leads_on(self, path: str) -> bool:
        return not path or any(known.startswith(f"{path}.") for known in self.operations)

    def _keep(self, path: str, operation: str | None, value: Any, days: int | None) -> Any:
        if operation == "keep":
            return value if isinstance(value, str) and _CODE.fullmatch(value) else None
        if operation == "coding":
            return self._coding(value)
        if operation == "dateShift" and days is not None:
            return _moved(value, days)
        if operation in {"dateShift", "generalize"} and path not in self.whole:
            year = _YEAR.match(value) if isinstance(value, str) else None
            return year.group() if year else None
        return None

    def _coding(self, value: Any) -> Any:
        """Keep the codes of a Coding or CodeableConcept."""
        if not isinstance(value, dict):
            return None
        if "coding" in value:
            codings = value["coding"] if isinstance(value["coding"], list) else []
            kept = [one for one in map(self._coding, codings) if one]
            return {"coding": kept} if kept else None
        system, code = value.get("system"), value.get("code")
        if not self._trusted(system) or not isinstance(code, str) or not _CODE.fullmatch(code):
            return None
        return {key: value[key] for key in ("system", "version", "code") if _plain(value.get(key))}

    def _trusted(self, system: Any) -> bool:
        """Tell whether a code system is on the list: exactly, or below an entry that ends in /."""
        return isinstance(system, str) and any(
            system == known or (known.endswith("/") and system.startswith(known))
            for known in self.systems
        )


_OPERATIONS = {"keep", "coding", "dateShift", "generalize", "redact"}


def _plain(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and not re.search(r"\s", value)


def _moved(value: Any, days: int) -> str | None:
    """Move a FHIR date; a bare year or month is moved as one of its middle, and cut again."""
    if not isinstance(value, str) or not _YEAR.match(value):
        return None
    if _DATE.match(value):
        return shifted(value, days, "en")
    return shifted(f"{value}-07-01"[:10] if len(value) == 4 else f"{value}-15", days, "en")


@cache
def allow_list(path: Path = RULES, resource_type: str = "DocumentReference") -> AllowList:
    """Read the rules once."""
    return AllowList.read(path, resource_type)
