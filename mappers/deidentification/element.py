"""An element with its rule, compiled: what stays of a value, at any depth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from mappers.canonical import DATA_ABSENT
from mappers.deidentification.handling import Handling
from mappers.deidentification.operations import Operation

MASKED: Final = {"extension": [{"url": DATA_ABSENT, "valueCode": "masked"}]}
"""What stands where R4 requires an element that had to go."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """What to do without a required element: put `value` as `put`, or give up what holds it.

    `given` begins the names that fulfil the requirement (`value` for value[x]).
    """

    given: str
    choice: bool
    put: str = ""
    value: Any = None
    omit: bool = False

    def fulfilled(self, kept: Mapping[str, Any]) -> bool:
        """Tell whether the element, in any of its types, or its absence is there."""
        if self.choice:
            return any(name.lstrip("_").startswith(self.given) for name in kept)
        return self.given in kept or f"_{self.given}" in kept


@dataclass(frozen=True, slots=True)
class Element:
    """A rule: an operation for a value, or rules for its parts.

    `extensions` are those that may stand at any depth, by their url.
    """

    path: str
    name: str
    operation: Operation | None = None
    parts: Mapping[str, Element] = field(default_factory=lambda: MappingProxyType({}))
    required: tuple[StandIn, ...] = ()
    extensions: Mapping[str, Element] = field(default_factory=lambda: MappingProxyType({}))
    has_text: bool = False

    def texts(self, value: Any) -> Iterator[str]:
        """Yield the free texts that the text path has to read."""
        if isinstance(value, list):
            for one in value:
                yield from self.texts(one)
        elif self.name == "text":
            if isinstance(value, str):
                yield value
        elif isinstance(value, dict):
            for name, part in self.parts.items():
                if part.has_text and name in value:
                    yield from part.texts(value[name])

    def released(self, value: Any, handling: Handling) -> Any:
        """Return what may stay of a value; None when that is nothing."""
        if isinstance(value, list):
            entries = [self._one(one, handling) for one in value if not isinstance(one, list)]
            return [one for one in entries if one is not None] or None
        return self._one(value, handling)

    def _one(self, value: Any, handling: Handling) -> Any:
        if self.operation is None:
            return self.branch(value, handling) if isinstance(value, dict) else None
        kept = self.operation(value, handling)
        handling.done[self.path, self.name if kept is not None else "redact"] += 1
        if self.extensions and isinstance(value, dict) and "extension" in value:
            return self._extended(value["extension"], kept, handling)
        return kept

    def _extended(self, extension: Any, kept: Any, handling: Handling) -> Any:
        """Keep the extensions of a value; of one that goes only that it was absent before."""
        extensions = self.extend(extension, handling)
        if kept is None:
            extensions = [one for one in extensions if one["url"] == DATA_ABSENT]
        return {"extension": extensions, **(kept or {})} if extensions else kept

    def branch(self, value: dict[str, Any], handling: Handling) -> dict[str, Any] | None:
        """Apply the rules of the parts; None when nothing is left or something needed is not."""
        kept: dict[str, Any] = {}
        for name, part in value.items():
            rule = self.parts.get(name)
            if rule is not None:
                if (one := rule.released(part, handling)) is not None:
                    kept[name] = one
            elif name == "extension":
                if extensions := self.extend(part, handling):
                    kept[name] = extensions
            elif name[:1] == "_":
                self._primitive(name, part, kept, handling)
            elif name != "resourceType":
                # A name that no rule has may be anything, so that it is not repeated.
                handling.count(f"{self.path}.other", "redact", part)
        return self._completed(kept, handling)

    def _primitive(self, name: str, part: Any, kept: dict[str, Any], handling: Handling) -> None:
        """Keep the extensions of a primitive value, as they say why there is none."""
        if name[1:] in self.parts and isinstance(part, dict):
            if extensions := self.extend(part.get("extension"), handling):
                kept[name] = {"extension": extensions}
        else:
            handling.count(f"{self.path}.other", "redact", part)

    def _completed(self, kept: dict[str, Any], handling: Handling) -> dict[str, Any] | None:
        for one in self.required:
            if one.fulfilled(kept):
                continue
            if one.omit:
                handling.done[self.path, "redact"] += 1
                return None
            handling.done[f"{self.path}.{one.given}", "substitute"] += 1
            kept[one.put] = deepcopy(one.value)
        return kept or None

    def extend(self, value: Any, handling: Handling) -> list[dict[str, Any]]:
        """Keep the extensions that the rules name."""
        kept = []
        for one in value if isinstance(value, list) else ():
            url = one.get("url") if isinstance(one, dict) else None
            rule = self.extensions.get(url) if isinstance(url, str) else None
            part = None
            if rule is not None:
                part = rule.released({k: v for k, v in one.items() if k != "url"}, handling)
            if part is None:
                handling.done[f"{self.path}.extension", "redact"] += 1
            else:
                kept.append({"url": url, **part})
        return kept
