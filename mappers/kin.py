"""Which relative a note speaks of, from the words around a mention (kin.toml)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mappers.wording import alternatives, plain
from models.types import Note, Span

# A single line break may be a wrapped line as well as the end of an item of a list.
_SENTENCE = re.compile(r"[.!?;]|\n\s*\n")


@dataclass(frozen=True, slots=True)
class Relative:
    """A code of v3-RoleCode; `span` is the word that said so, None when nothing did."""

    code: str
    display: str
    span: Span | None = None


def relative(note: Note, mention: Span) -> Relative:
    """Name the relative whom `mention` is about.

    The nearest word for a relative in the same clause decides; then the last one before it in
    the sentence, then the first one after it. Without any it is a family member.
    """
    found = _find(note, _around(_SENTENCE, note.text, mention))
    start, end = _around(_clause(_language(note)), note.text, mention)
    near = [each for each in found if start <= each[0].start and each[0].end <= end]
    if near:
        return _named(min(near, key=lambda each: _gap(each[0], mention)))
    before = [each for each in found if each[0].end <= mention.start]
    after = [each for each in found if each[0].start >= mention.end]
    if chosen := before[-1:] or after[:1]:
        return _named(chosen[0])
    return Relative("FAMMEMB", _table()["displays"]["FAMMEMB"])


def _named(found: tuple[Span, str]) -> Relative:
    span, code = found
    return Relative(code, _table()["displays"][code], span)


def _gap(word: Span, mention: Span) -> int:
    return max(word.start - mention.end, mention.start - word.end, 0)


def _around(separator: re.Pattern[str], text: str, mention: Span) -> tuple[int, int]:
    """Bounds of the stretch between separators that holds the mention."""
    # A window, since a note without any full stop would be searched again for every mention.
    window = 400
    floor, ceiling = max(0, mention.start - window), min(len(text), mention.end + window)
    starts = [match.end() for match in separator.finditer(text, floor, mention.start)]
    end = separator.search(text, mention.end, ceiling)
    return (starts[-1] if starts else floor), (end.start() if end else ceiling)


def _find(note: Note, bounds: tuple[int, int]) -> list[tuple[Span, str]]:
    pattern, codes = _words(_language(note))
    # A letter may match case-insensitively and yet fold to something else (U+0130): no word then.
    return [
        (Span.of(note.text, match.start(), match.end()), codes[word])
        for match in pattern.finditer(note.text, *bounds)
        if (word := _fold(match.group())) in codes
    ]


def _fold(word: str) -> str:
    return plain(re.sub(r"\s+", " ", word.casefold().replace("\u2019", "'")))


def _language(note: Note) -> str:
    return note.language.partition("-")[0].lower()


@cache
def _clause(language: str) -> re.Pattern[str]:
    conjunctions = "|".join(map(re.escape, _table()["conjunctions"].get(language, ())))
    joined = rf"|\b(?:{conjunctions})\b" if conjunctions else ""
    return re.compile(rf"[.!?;,\n\r]{joined}", re.IGNORECASE)


@cache
def _words(language: str) -> tuple[re.Pattern[str], dict[str, str]]:
    rows = _table()["words"].get(language, {})
    codes = {_fold(word): code for code, words in rows.items() for word in words}
    if not codes:
        return re.compile(r"(?!)"), {}
    names = alternatives(word for words in rows.values() for word in words)
    names = names.replace("'", "['\u2019]").replace(r"\ ", r"\s+")
    return re.compile(rf"(?<!\w)(?:{names})(?!\w)", re.IGNORECASE), codes


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("kin.toml").read_text(encoding="utf-8"))
