"""Other words for the same, or for the same but less precise: what the linker tries next.

All take and give the tokens of normalization.py; languages.toml holds the words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from terminology.normalization import Normalizer

_SHORTEST_PART = 3
_LONGEST_COMPOUND = 40
_MOST_PARTS = 3


def variants(rules: Normalizer, tokens: list[str]) -> Iterator[list[str]]:
    """One word replaced by another of the same meaning, or an adjective by its noun."""
    for place, token in enumerate(tokens):
        for other in rules.variants.get(token, ()):
            yield [*tokens[:place], *other.split(), *tokens[place + 1 :]]
        for old, new in rules.adjectives:
            if token.endswith(old):
                yield [*tokens[:place], token.removesuffix(old) + new, *tokens[place + 1 :]]


def joined(tokens: list[str]) -> Iterator[list[str]]:
    """Two neighbours written as one: "thrombo-embolism", "long ontsteking"."""
    for place, (one, other) in enumerate(pairwise(tokens)):
        if one.isalpha() and other.isalpha():
            yield [*tokens[:place], one + other, *tokens[place + 2 :]]


def parted(
    rules: Normalizer, tokens: list[str], knows: Callable[[str], bool]
) -> Iterator[list[str]]:
    """One compound taken apart into known words: "nierfunctiestoornis"."""
    for place, token in enumerate(tokens):
        if len(token) <= _LONGEST_COMPOUND:
            for parts in _parts(rules, token, knows, _MOST_PARTS):
                if len(parts) > 1:
                    yield [*tokens[:place], *parts, *tokens[place + 1 :]]


def heads(rules: Normalizer, tokens: list[str]) -> Iterator[list[str]]:
    """The words without the side, then without one modifier after the other."""
    sides = {words[0] for words in rules.side_modifiers if len(words) == 1}
    rest = [token for token in tokens if token not in sides]
    if rest and len(rest) < len(tokens):
        yield rest
    while shorter := _without_start(rules, rest) or _without_end(rules, rest):
        rest = shorter
        yield rest


def without_cause(rules: Normalizer, mention: str) -> str:
    """The folded mention without what brought it about: "drug-induced", "secondary to gout"."""
    return rules.cause_after.sub("", rules.cause_before.sub("", mention)).strip()


def _parts(
    rules: Normalizer, word: str, knows: Callable[[str], bool], most: int
) -> Iterator[list[str]]:
    if knows(word):
        yield [word]
    if most == 1:
        return
    for end in range(len(word) - _SHORTEST_PART, _SHORTEST_PART - 1, -1):
        first = word[:end]
        for link in ("", *rules.links):
            if first.endswith(link) and knows(stem := first[: len(first) - len(link)]):
                for rest in _parts(rules, word[end:], knows, most - 1):
                    yield [stem, *rest]


def _without_start(rules: Normalizer, tokens: list[str]) -> list[str]:
    longest = max((len(words) for words in rules.start_modifiers), default=0)
    for length in range(min(longest, len(tokens) - 1), 0, -1):
        if tuple(tokens[:length]) in rules.start_modifiers:
            return tokens[length:]
    return []


def _without_end(rules: Normalizer, tokens: list[str]) -> list[str]:
    longest = max((len(words) for words in rules.end_modifiers), default=0)
    for length in range(min(longest, len(tokens) - 1), 0, -1):
        if tuple(tokens[-length:]) in rules.end_modifiers:
            return tokens[:-length]
    return []
