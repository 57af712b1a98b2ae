"""Protected health information by its shape: dates, numbers, contacts, addresses, titled names.

The patterns are resources/<language>/phi.toml. Each is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from models import lexicon
from models.phi_checks import CHECKS
from models.types import PhiSpan, Span

_PART = re.compile(r"<([a-z_]+)>")
_WORD = re.compile(r"[^\s,:]+")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One `[[pattern]]` of phi.toml."""

    name: str
    category: str
    regex: re.Pattern[str]
    check: Callable[[str], bool] | None
    trim: frozenset[str]
    trim_end: bool
    words: int

    @classmethod
    def of(cls, entry: dict[str, Any], data: dict[str, Any]) -> Pattern:
        """Compile an entry, with the parts and lists of its file."""
        flags = re.IGNORECASE if entry.get("any_case") else 0
        regex = re.compile(_expand(entry["regex"], data["parts"]), flags)
        check = CHECKS[entry["check"]] if "check" in entry else None
        trim = frozenset(data["trim"][entry["trim"]]) if "trim" in entry else frozenset()
        trim_end = entry.get("trim_from") != "start"
        words = entry.get("words", 1)
        return cls(entry["name"], entry["category"], regex, check, trim, trim_end, words)

    def spans(self, text: str) -> Iterator[Span]:
        """Yield what the pattern finds in `text`."""
        group = "phi" if "phi" in self.regex.groupindex else 0
        for match in self.regex.finditer(text):
            start, end = self._trimmed(text, *match.span(group))
            if start < end and (self.check is None or self.check(text[start:end])):
                yield Span.of(text, start, end)

    def _trimmed(self, text: str, start: int, end: int) -> tuple[int, int]:
        """Cut generic words off; an empty range when too little is left."""
        if not self.trim:
            return start, end
        words = list(_WORD.finditer(text, start, end))
        generic = [word.group().lower().rstrip(".") in self.trim for word in words]
        first = generic.index(False) if False in generic else len(words)
        last = first
        while last < len(words) and not (self.trim_end and generic[last]):
            last += 1
        if last - first < self.words:
            return start, start
        return words[first].start(), words[last - 1].end()


def _expand(regex: str, parts: dict[str, str]) -> str:
    """Put the parts, which may hold parts, in place of their names; `?P<phi>` is none."""
    while (wider := _PART.sub(lambda part: parts.get(part.group(1), part.group()), regex)) != regex:
        regex = wider
    return regex


@cache
def _patterns(language: str) -> tuple[Pattern, ...]:
    data = lexicon.read(language, "phi")
    return tuple(Pattern.of(entry, data) for entry in data["pattern"])


def find(text: str, language: str) -> list[PhiSpan]:
    """Find PHI by pattern, in text order; spans may overlap. The score is 1.0.

    Raises:
        LanguageUnsupported: no phi.toml for `language`.
    """
    found = {
        (span, pattern.category) for pattern in _patterns(language) for span in pattern.spans(text)
    }
    return [PhiSpan(span, category, 1.0, "pattern") for span, category in sorted(found)]
