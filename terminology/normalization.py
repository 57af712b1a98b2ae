"""One form for the many ways to write a name; languages.toml holds what is done per language."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

_TOKEN = re.compile(r"[a-z]+|\d+(?:\.\d+)?|[%+]")
_POSSESSIVE = re.compile(r"(?<=[a-z])['’`]s\b")
_ABBREVIATION = re.compile(r"[^a-z0-9+]")
_SHORT_FORM = re.compile(r"(?=(?:.*[A-Z]){2}|.*[A-Z].*\d)[A-Za-z0-9][A-Za-z0-9/.+&-]{1,7}")
_CACHED_WORDS = 50_000


def name_hash(language: str, key: str) -> int:
    """48 bits, which SQLite keeps in six bytes; two of a million keys meet once in 560 builds."""
    digest = blake2b(f"{language}\0{key}".encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big")


def abbreviation_key(text: str) -> str:
    """The key of a short form: "C.O.P.D." and "copd" are one, in every language."""
    return "abbr:" + _ABBREVIATION.sub("", fold(text))


def is_short_form(text: str) -> bool:
    """Two capitals, or a capital and a digit, in two to eight characters: "COPD", "HbA1c", "T3"."""
    return _SHORT_FORM.fullmatch(text) is not None


def fold(text: str) -> str:
    """Lower case without accents, with Greek letters spelled out."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_greek()))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@dataclass(slots=True)
class Normalizer:
    """The rules of one language. Words once seen are remembered, up to a limit."""

    language: str
    stop: frozenset[str]
    article: frozenset[str]
    spelling: tuple[tuple[str, str], ...]
    plural: tuple[tuple[str, str], ...]
    plural_min: int
    irregular: Mapping[str, str]
    numbered: frozenset[str]
    roman: Mapping[str, str]
    variants: Mapping[str, tuple[str, ...]]
    vague: frozenset[str]
    ordinary: frozenset[str]
    start_modifiers: frozenset[tuple[str, ...]]
    end_modifiers: frozenset[tuple[str, ...]]
    side_modifiers: frozenset[tuple[str, ...]]
    cause_before: re.Pattern[str]
    cause_after: re.Pattern[str]
    adjectives: tuple[tuple[str, str], ...]
    links: tuple[str, ...]
    backup: tuple[str, ...]
    known_words: frozenset[str] = frozenset()
    _words: dict[str, str] = field(default_factory=dict, repr=False)

    def tokens(self, text: str) -> list[str]:
        """The words in their order, each in its one form, stop words left out."""
        folded = fold(text)
        if "'" in folded or "’" in folded or "`" in folded:
            folded = _POSSESSIVE.sub("", folded)
        raw = _TOKEN.findall(folded)
        if len(raw) > 1 and raw[0] in self.article:
            del raw[0]
        found: list[str] = []
        previous = ""
        for token in raw:
            if previous in self.numbered and token in self.roman:
                found.append(self.roman[token])
            elif token not in self.stop:
                found.append(self._word(token))
            previous = token
        return found

    def key(self, text: str) -> str:
        """The words sorted, so that "cancer of the breast" is "breast cancer"; may be empty."""
        return self.key_of(self.tokens(text))

    def key_of(self, tokens: list[str]) -> str:
        """The key of words that `tokens` gave."""
        return " ".join(sorted(tokens)) if len(tokens) > 1 else "".join(tokens)

    def is_ordinary(self, mention: str) -> bool:
        """Whether a mention is a word of the language, and no short form that is spelled so.

        "Cold" at the start of a sentence is as ordinary as "cold"; "COLD" is not.
        """
        word = mention.lower()
        return (word in self.ordinary or word in self.stop) and not is_short_form(mention)

    def _word(self, token: str) -> str:
        known = self._words.get(token)
        if known is None:
            if len(self._words) >= _CACHED_WORDS:
                self._words.clear()
            known = self._words[token] = self._singular(self._spell(token))
        return known

    def _spell(self, token: str) -> str:
        for old, new in self.spelling:
            if old in token:
                token = token.replace(old, new)
        return token

    def _singular(self, token: str) -> str:
        if token in self.irregular:
            return self.irregular[token]
        if len(token) < self.plural_min:
            return token
        for ending, singular in self.plural:
            if token.endswith(ending):
                return token[: len(token) - len(ending)] + singular
        return token


@cache
def normalizer(language: str) -> Normalizer:
    """The rules of a language by its BCP 47 tag ("en-GB" is "en").

    Raises:
        KeyError: languages.toml has no such language; the message names those it has.
    """
    document = _document()
    known = [key for key in document if key not in {"greek", "roman"}]
    key = language.split("-", maxsplit=1)[0].lower()
    if key not in known:
        raise KeyError(f"no normalisation for language {language!r}; there is {', '.join(known)}")
    entry = document[key]
    rules = Normalizer(
        language=key,
        stop=frozenset(entry["stop"]),
        article=frozenset(entry["article"]),
        spelling=tuple((old, new) for old, new in entry["spelling"]),
        plural=tuple((old, new) for old, new in entry["plural"]),
        plural_min=entry["plural_min"],
        irregular=entry["irregular"],
        numbered=frozenset(entry["numbered"]),
        roman=document["roman"],
        variants={},
        vague=frozenset(),
        ordinary=frozenset(entry["ordinary"]),
        start_modifiers=frozenset(),
        end_modifiers=frozenset(),
        side_modifiers=frozenset(),
        cause_before=_cause(entry["cause"]["before"], r"^(?:\S+?[\s-]){{1,3}}(?:{})\s+"),
        cause_after=_cause(entry["cause"]["after"], r"(?<=\w),?\s+(?:{})\b.*$"),
        adjectives=tuple((old, new) for old, new in entry["adjective"]),
        links=tuple(entry["links"]),
        backup=tuple(entry.get("backup", ())),
    )
    rules.variants = _variants(rules, entry["variant"], entry["widened"])
    rules.vague = frozenset(rules.key(word) for word in entry["vague"])
    rules.start_modifiers = _phrases(rules, entry["modifier"]["start"])
    rules.end_modifiers = _phrases(rules, entry["modifier"]["end"])
    rules.side_modifiers = _phrases(rules, entry["modifier"]["side"])
    rules.known_words = _known_words(rules, entry["ordinary"])
    return rules


def languages() -> tuple[str, ...]:
    """The languages with rules."""
    return tuple(key for key in _document() if key not in {"greek", "roman"})


def _phrases(rules: Normalizer, phrases: list[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(tokens) for phrase in phrases if (tokens := rules.tokens(phrase)))


def _cause(words: list[str], pattern: str) -> re.Pattern[str]:
    """`pattern` with the words as alternatives; without words it matches nothing."""
    return re.compile(pattern.format("|".join(map(re.escape, words)) if words else r"(?!)"))


def _known_words(rules: Normalizer, ordinary: list[str]) -> frozenset[str]:
    """The words of the rules themselves, which are no misspellings."""
    phrases = rules.start_modifiers | rules.end_modifiers | rules.side_modifiers
    words = {word for phrase in phrases for word in phrase}
    return frozenset({*words, *rules.variants, *rules.vague, *ordinary})


def _variants(
    rules: Normalizer, both_ways: list[list[str]], one_way: list[list[str]]
) -> dict[str, tuple[str, ...]]:
    """What each word may be replaced by; one word is replaced at a time."""
    found: dict[str, list[str]] = {}
    directed = [pair for left, right in both_ways for pair in ((left, right), (right, left))]
    for old, new in [*directed, *((old, new) for old, new in one_way)]:
        word = rules.tokens(old)
        if len(word) == 1:
            found.setdefault(word[0], []).append(" ".join(rules.tokens(new)))
    return {old: tuple(new) for old, new in found.items()}


@cache
def _document() -> dict[str, dict[str, Any]]:
    return tomllib.loads((Path(__file__).parent / "languages.toml").read_text("utf-8"))


@cache
def _greek() -> dict[int, str]:
    return {ord(letter): str(name) for letter, name in _document()["greek"].items()}
