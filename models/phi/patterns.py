"""Protected health information by its shape: dates, numbers, contacts, addresses, titled names.

The patterns are resources/<language>/phi.toml. Each is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import chain, repeat
from typing import Any

from models import lexicon
from models.folding import fold
from models.phi import tables
from models.phi.checks import CHECKS
from models.phi.lists import Listed, lists_of
from models.phi.openings import LONGEST, Opening, one, opening, opens
from models.phi.starts import After, Begins, Keys, Starts
from models.types import PhiSpan, Span

_parser: Any = import_module("re._parser")
_compiler: Any = import_module("re._compiler")

_PART = re.compile(r"<([A-Za-z_]+)>")
_FIRST = re.compile(r"\\b<([a-z_]+)>")
_RUN = re.compile(r"(?<!\w)[^\W\d_]+")
_TOKEN = re.compile(r"\w+")
_NOUGHT = {ord(digit): "0" for digit in "123456789"} | {ord("ı"): "i"}
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
    listed: tuple[Listed, ...]
    cut: frozenset[str]
    keep: frozenset[str]
    begins: Begins | None
    needs: re.Pattern[str] | None
    longest: int
    score: float

    @classmethod
    def of(cls, entry: dict[str, Any], data: dict[str, Any], language: str) -> Pattern:
        """Compile an entry, with the parts and lists of its file."""
        flags = re.IGNORECASE if entry.get("any_case") else 0
        tree = _parser.parse(_expand(entry["regex"], data["parts"]), flags)
        regex = _compiler.compile(tree)
        begins = _begins(entry, data, language)
        if begins is None and entry.get("begins") != "anywhere":
            begins = _opening(tree, entry, language)
        needs = re.compile(_expand(entry["needs"], data["parts"])) if "needs" in entry else None
        check = CHECKS[entry["check"]] if "check" in entry else None
        trim = frozenset(data["trim"][entry["trim"]]) if "trim" in entry else frozenset()
        trim_end = entry.get("trim_from") != "start"
        words = entry.get("words", 1)
        listed = tuple(lists_of(entry, language))
        cut, keep = (_union(_names(entry.get(key, [])), language) for key in ("cut", "keep"))
        return cls(
            entry["name"],
            entry["category"],
            regex,
            check,
            trim,
            trim_end,
            words,
            listed,
            cut,
            keep,
            begins,
            needs,
            tree.getwidth()[1],
            entry.get("score", 1.0),
        )

    def spans(self, text: str, starts: Starts | None = None) -> Iterator[Span]:
        """Yield what the pattern finds in `text`; `starts` are shared by the patterns of a text."""
        if starts is None:
            starts = Starts(text, Keys([] if self.begins is None else [self.begins]))
        if self.begins is not None and not starts.of(self.begins):
            return
        named = "phi" in self.regex.groupindex
        for match in self._matches(text, starts):
            group = "phi" if named and match["phi"] is not None else 0
            start, end = self._trimmed(text, *match.span(group))
            if start < end and (self.check is None or self.check(text[start:end])):
                yield Span.of(text, start, end)

    def _matches(self, text: str, starts: Starts) -> Iterator[re.Match[str]]:
        """Yield the matches that the lists allow; after one that they refuse, the next may overlap.

        A match is bounded in length, so the time stays linear.
        """
        end = 0
        for match in self._candidates(text, starts):
            if match.start() >= end and all(each.allows(match) for each in self.listed):
                end = match.end()
                yield match

    def _candidates(self, text: str, starts: Starts) -> Iterator[re.Match[str]]:
        places: Iterable[int] | None
        places = found = None if self.begins is None else starts.of(self.begins)
        if self.needs is not None:
            places = starts.near(self.needs, self.longest, found)
        if places is None:
            return self._searched(text)
        return filter(None, map(self.regex.match, repeat(text), places))

    def _searched(self, text: str) -> Iterator[re.Match[str]]:
        at = 0
        while match := self.regex.search(text, at):
            at = match.start() + 1 if self.listed else max(match.end(), match.start() + 1)
            yield match

    def _trimmed(self, text: str, start: int, end: int) -> tuple[int, int]:
        """Cut generic words off; an empty range when too little is left."""
        if not self.trim and not self.cut:
            return start, end
        words = list(_WORD.finditer(text, start, end))
        generic = [self._generic(word.group().lower().rstrip(".")) for word in words]
        first = generic.index(False) if False in generic else len(words)
        last = first
        while last < len(words) and not (self.trim_end and generic[last]):
            last += 1
        if last - first < self.words:
            return start, start
        return words[first].start(), words[last - 1].end()

    def _generic(self, word: str) -> bool:
        if word in self.trim:
            return True
        plain = fold(word).text
        return plain in self.cut and plain not in self.keep


def _names(names: str | list[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


@cache
def _union(names: tuple[str, ...], language: str) -> frozenset[str]:
    return frozenset[str]().union(*(lexicon.words(language, name) for name in names))


def with_words(data: dict[str, Any]) -> dict[str, Any]:
    """Make a part of each list of [words]."""
    listed = {name: alternation(words) for name, words in data.get("words", {}).items()}
    return {**data, "parts": {**data["parts"], **listed}}


def alternation(words: Iterable[str]) -> str:
    """A regex for any of the words in any case, the longest first.

    Words that begin alike share a branch, and a branch begins with a class of characters: `re` then
    passes over the text without entering it.
    """
    tree: dict[str, Any] = {}
    for word in words:
        node = tree
        for mark in word:
            node = node.setdefault(mark, {})
        node[""] = {}
    return _branches(tree)


def _branches(tree: dict[str, Any]) -> str:
    branches = [_mark(mark) + _branches(rest) for mark, rest in tree.items() if mark]
    if not branches:
        return ""
    return f"(?:{'|'.join(branches)}){'?' if '' in tree else ''}"


def _mark(mark: str) -> str:
    if mark == " ":
        return r"\s{1,3}"
    return f"[{mark.lower()}{mark.upper()}]" if mark.isalpha() else re.escape(mark)


def _expand(regex: str, parts: dict[str, str]) -> str:
    """Put the parts, which may hold parts, in place of their names; `?P<phi>` is none."""
    while (wider := _PART.sub(lambda part: parts.get(part.group(1), part.group()), regex)) != regex:
        regex = wider
    return regex


def _begins(entry: dict[str, Any], data: dict[str, Any], language: str) -> Begins | None:
    """Read `begins`: a part, [words] or lists; one that begins with <words> need not say so."""
    part = _FIRST.match(entry["regex"])
    cues = data.get("words", {})
    if "after" in entry:
        return After(re.compile(_expand(entry["after"], data["parts"])))
    names = _names(entry.get("begins", [part.group(1)] if part and part.group(1) in cues else []))
    if names == ("anywhere",):
        return None
    if names and names[0] in data["parts"] and names[0] not in cues:
        return re.compile(_expand(data["parts"][names[0]], data["parts"]))
    words = (frozenset(cues.get(name) or lexicon.words(language, name)) for name in names)
    return _one(frozenset[str]().union(*map(_runs, words))) or None


@cache
def _runs(words: frozenset[str]) -> frozenset[str]:
    """The letters that words begin with, folded; a word that is these takes no memory again."""
    runs = ((word, fold(run.group()).text) for word in words if (run := _RUN.match(word)))
    return frozenset(word if word == run else run for word, run in runs)


def _opening(tree: Any, entry: dict[str, Any], language: str) -> Opening | None:
    """Read how matches open; where a listed group does, no other word can."""
    found = opening(tree)
    lists = next(
        (entry["known"][name] for name in opens(tree) if name in entry.get("known", {})), None
    )
    if found is None or lists is None or found.signs or found.kind == "digits":
        return found
    return _listed_opening(language, _names(lists), found.cases)


@cache
def _listed_opening(language: str, names: tuple[str, ...], cases: frozenset[str]) -> Opening:
    """Open with the words of lists."""
    listed = chain.from_iterable(lexicon.words(language, name) for name in names)
    runs = {_run(word)[: LONGEST - 1] for word in listed} - {""}
    return one("letters", frozenset(case + run for case in cases for run in runs))


def _run(word: str) -> str:
    if word.isascii() and word.isalpha():
        return word
    run = _TOKEN.match(word)
    return run.group().translate(_NOUGHT) if run else ""


@cache
def _one(words: frozenset[str]) -> frozenset[str]:
    """Give equal sets as one object, which `Starts` then finds without comparing them."""
    return words


@cache
def patterns(language: str) -> tuple[Pattern, ...]:
    """Read and compile phi.toml of a language.

    Raises:
        LanguageUnsupported: there is none.
    """
    data = with_words(lexicon.read(language, "phi"))
    return tuple(Pattern.of(entry, data, language) for entry in data["pattern"])


@cache
def _keys(language: str) -> Keys:
    return Keys(each.begins for each in patterns(language) if each.begins is not None)


def find(text: str, language: str) -> list[PhiSpan]:
    """Find PHI by pattern, in text order; spans may overlap.

    The score is 1.0, or what a pattern that only guesses says of itself.

    Raises:
        LanguageUnsupported: no phi.toml for `language`.
    """
    starts = Starts(text, _keys(language))
    found: dict[tuple[Span, str], float] = {}
    for pattern in patterns(language):
        for span in pattern.spans(text, starts):
            each = span, pattern.category
            found[each] = max(pattern.score, found.get(each, 0.0))
    shaped = [PhiSpan(*each, score, "pattern") for each, score in found.items()]
    read = {(one.span, one.category): one for one in tables.find(text, language, shaped)}
    return [read[each] for each in sorted(read)]
