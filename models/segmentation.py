"""Sentences and sections of a note, as half-open ranges of code points, in linear time.

Clinical text breaks the rules of prose: headings and list entries end without a full stop,
paragraphs are wrapped by hand, and `q.d.` ends nothing. The words that decide are data:
resources/<language>/segmentation.toml.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from models import lexicon
from models.folding import lower

_WRAPPED_AT = 45
"""A line at least this long may have been wrapped by hand; a shorter one ends where it ends."""
_CARRIED_AT = 30
"""The same for a line whose follower begins in lower case."""
_HEADING_MAX = 60

_LINE = re.compile(r"[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_BULLET = re.compile(r"[-*\u2022\u00b7>\u25aa\u25cf]\s|\(?\d{1,2}[.)]\s|[a-zA-Z][.)]\s|#")
_UPPER, _LOWER = "A-Z\u00c0-\u00d6\u00d8-\u00de", "a-z\u00df-\u00f6\u00f8-\u00ff"
_LABEL = re.compile(rf"[{_UPPER}][{_UPPER}{_LOWER} /&,()'-]{{0,58}}:")
_STOP = re.compile(
    rf"(?<![.!?\s])(?<=.)[.!?]++[\"')\]\u201d\u2019]{{0,3}}(?=\s|[{_UPPER}][{_LOWER}])"
)
_LIST_NUMBER = re.compile(r"\(?\d{1,2}$")
_NEXT_NUMBER = re.compile(rf"(?<=\s)(\d{{1,2}})[.)]\s+(?=[{_UPPER}])")
_WORD_BEFORE = 24


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the note under one heading; `body` is where the text after the heading starts.

    `kind` is a key of `[sections]` in segmentation.toml, `other` for a heading not in it.
    """

    kind: str
    start: int
    body: int
    end: int


@dataclass(frozen=True, slots=True)
class Words:
    """Words before a full stop that end no sentence, or only before a capital letter."""

    abbreviations: frozenset[str]
    units: frozenset[str]


@cache
def _words(language: str | None) -> Words:
    """Read the words of a language, of all of them where it is not known."""
    languages = lexicon.languages("segmentation") if language is None else (language,)
    tables = [lexicon.read(each, "segmentation") for each in languages]
    return Words(
        frozenset(word for table in tables for word in table["abbreviations"]),
        frozenset(word for table in tables for word in table["units"]),
    )


def sentences(text: str, language: str | None = None) -> list[tuple[int, int]]:
    """Cut `text` into sentences, in order; together they hold every character that is no space.

    Raises:
        LanguageUnsupported: no segmentation.toml for `language`.
    """
    words = _words(language)
    return [
        (start, end)
        for block_start, block_end in _blocks(text)
        for start, end in _cut(text, block_start, block_end, words)
    ]


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Join lines that a hand-wrapped paragraph tore apart."""
    opened, last = -1, (0, 0)
    for match in _LINE.finditer(text):
        line = _strip(text, *match.span())
        if line[0] >= line[1]:
            continue
        if opened >= 0 and not _continues(text, last, line):
            yield opened, last[1]
            opened = -1
        opened = line[0] if opened < 0 else opened
        last = line
    if opened >= 0:
        yield opened, last[1]


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _continues(text: str, above: tuple[int, int], below: tuple[int, int]) -> bool:
    """Tell whether a line goes on with the one above it."""
    if text.count("\n", above[1], below[0]) + text.count("\r", above[1], below[0]) > 2:
        return False
    if text[above[1] : below[0]].replace("\r\n", "\n").strip(" \t") not in {"\n", "\r"}:
        return False
    last, first = text[above[1] - 1], text[below[0]]
    if last in ".!?:;" or _BULLET.match(text, below[0]) or _LABEL.match(text, below[0]):
        return False
    if last in ",-/(":
        return True
    length = above[1] - above[0]
    if first.islower() or first in "(),":
        return length >= _CARRIED_AT
    return length >= _WRAPPED_AT and not _upper_heading(text, *below)


def _upper_heading(text: str, start: int, end: int) -> bool:
    return end - start <= _HEADING_MAX and text[start:end].isupper()


def _cut(text: str, start: int, end: int, words: Words) -> Iterator[tuple[int, int]]:
    """Cut one block at its full stops and before the numbers of a list written in one line."""
    listed = set(_list_cuts(text, start, end))
    cuts = {
        match.end()
        for match in _STOP.finditer(text, start, end)
        if not _numbers(text, match, listed) and _ends(text, match, start, words)
    }
    cuts |= listed
    opened = start
    for cut in [*sorted(cuts), end]:
        left, right = _strip(text, opened, cut)
        if left < right:
            yield left, right
        opened = cut


def _numbers(text: str, stop: re.Match[str], listed: set[int]) -> bool:
    """Tell whether the stop belongs to the number of a list entry."""
    return any(
        stop.start() - width in listed and text[stop.start() - width : stop.start()].isdigit()
        for width in (1, 2)
    )


def _ends(text: str, stop: re.Match[str], start: int, words: Words) -> bool:
    """Tell whether a full stop ends a sentence."""
    if text[stop.start()] != ".":
        return True
    chunk = text[max(start, stop.start() - _WORD_BEFORE) : stop.start()]
    word = chunk.split()[-1].lstrip("([\"'") if chunk.strip() else ""
    following = text[stop.end() : stop.end() + 8]
    first = following.lstrip()[:1]
    if not following[:1].isspace():
        return len(word) >= 3 and word[-3:].isalpha() and word[-3:].islower()
    if _LIST_NUMBER.match(word) and _opens_list(text, start, stop.start() - len(word)):
        return False
    folded = word.lower()
    if folded in words.abbreviations or (len(word) == 1 and word.isupper()):
        return False
    if folded in words.units or not word.isalpha() or len(word) < 4:
        return not first.islower()
    return True


def _opens_list(text: str, start: int, at: int) -> bool:
    """Tell whether a number at `at` stands where a sentence begins: it numbers what follows."""
    before = text[max(start, at - 4) : at].rstrip("( \t")
    return not before or before[-1] in ".!?:;"


def _list_cuts(text: str, start: int, end: int) -> Iterator[int]:
    """Find `2.`, `3.` ... of a list that starts with `1.`, each the successor of the one before."""
    expected = 1 if text[start].isdigit() or text[start] == "(" else 0
    for match in _NEXT_NUMBER.finditer(text, start, end):
        number = int(match.group(1))
        if number == 1:
            expected = 1
            yield match.start()
        elif expected and number == expected + 1:
            expected = number
            yield match.start()


_HEADING = re.compile(
    r"(?:^|(?<=[\n\r.;])|(?<=\. )|(?<=\.  ))[ \t]{0,8}(?:#{1,4} |\*{1,2})?"
    rf"([{_UPPER}][{_UPPER}{_LOWER}/&(),' -]{{0,58}}?)(?:\*{{1,2}})?[ \t]{{0,3}}"
    r"(?::\**|\.-|,(?=[A-Z0-9])|[ \t]-[ \t]|(?=[\r\n]|$))",
    re.MULTILINE,
)
_REST_OF_LINE = re.compile(r"[^\S\r\n]*\S")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n|\r\n[^\S\n]*\r\n")
_SHOUTED = re.compile(rf"(?<=\s)([{_UPPER}][{_UPPER}/&() -]{{2,58}}):")


def sections(text: str, language: str) -> list[Section]:
    """Find the headed parts of `text`, in order; text before the first heading is in none.

    A heading is a name from the language's list, or capital letters with a colon. One that stands
    alone heads all until the next; one with text on its own line heads its paragraph.

    Raises:
        LanguageUnsupported: no segmentation.toml for `language`.
    """
    found = _headings(text, language)
    starts = [*(start for start, _, _ in found), len(text)]
    return [
        Section(kind, start, body, _section_end(text, body, end))
        for (start, body, kind), end in zip(found, starts[1:], strict=True)
    ]


def _section_end(text: str, body: int, end: int) -> int:
    """Find where the paragraph of a heading ends: its line, what is wrapped, and its list."""
    if _REST_OF_LINE.match(text, body, end) is None:
        return end
    lines = _LINE.finditer(text, body, end)
    last = _strip(text, *next(lines).span())
    for match in lines:
        line = _strip(text, *match.span())
        if line[0] >= line[1] or not _belongs(text, last, line):
            return last[1]
        last = line
    return end


def _belongs(text: str, above: tuple[int, int], below: tuple[int, int]) -> bool:
    """Tell whether a line is of the paragraph above it: its list, or torn off by hand."""
    if _BLANK_LINE.search(text, above[1], below[0]):
        return False
    return bool(_BULLET.match(text, below[0])) or _continues(text, above, below)


def _headings(text: str, language: str) -> list[tuple[int, int, str]]:
    """Find (start, body, kind) in text order; of two that overlap the first stays."""
    kinds = _kinds(language)
    matches = [match for pattern in (_HEADING, _SHOUTED) for match in pattern.finditer(text)]
    found: list[tuple[int, int, str]] = []
    for match in sorted(matches, key=lambda match: match.start(1)):
        kind = _kind(match, kinds, found[-1][2] if found else "")
        if kind and (not found or match.start(1) >= found[-1][1]):
            found.append((match.start(1), match.end(), kind))
    return found


def _kind(match: re.Match[str], kinds: dict[str, dict[str, str]], above: str) -> str | None:
    """Name the kind of a heading; some mean something else under another one."""
    title = lower(match.group(1)).strip()
    shouted = match.group(1).isupper() and match.group().rstrip("*").endswith(":")
    known = kinds.get(above, {}).get(title) or kinds[""].get(title)
    if len(title) == 1 and not (known and match.group().endswith(":") and _opens_line(match)):
        return None
    return known or ("other" if shouted else None)


def _opens_line(match: re.Match[str]) -> bool:
    return match.start(1) == 0 or match.string[match.start(1) - 1] in "\r\n"


@cache
def _kinds(language: str) -> dict[str, dict[str, str]]:
    """Read the kinds of headings, by the kind of the heading above; an empty one is any."""
    table = lexicon.read(language, "segmentation")
    return {
        above: {name: kind for kind, titles in names.items() for name in titles}
        for above, names in {"": table["sections"], **table.get("under", {})}.items()
    }


def section_at(offset: int, found: list[Section]) -> Section | None:
    """Return the section that holds `offset`."""
    at = bisect_right(found, offset, key=lambda section: section.start) - 1
    return found[at] if at >= 0 and offset < found[at].end else None
