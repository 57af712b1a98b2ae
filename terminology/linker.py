"""A mention in, candidates out.

The steps, the closest first; the first that finds any ends it:

    exact          1.00   a name, letter for letter but for case
    normalised     0.95   accents, hyphens, plural, word order, possessive, British spelling;
                          then everything again without a bracket at the end
    abbreviation   0.90   a short form with one meaning, or the one that the supplement settled;
                   0.80   one meaning within the group, or the one that the context spells out
    clinical_drug  0.95   ingredient, strength and form are those of one RxNorm drug
    ingredient     0.85   the drug without strength, form and frequency
    variant        0.80   one word replaced by another of the same meaning
    headword       0.70   without leading modifiers or the side ("poorly controlled", "left")

What the supplement settled counts 1.00 in the first two. A synonym counts 0.99 of the score, a
related one 0.9, a coder's wording 0.85, another group of the same family 0.995, a name of the
backup language 0.95. languages.toml and drugs.toml hold the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from terminology.codesystem import groups
from terminology.drug import take_apart
from terminology.index import Hit, Index
from terminology.normalization import Normalizer, abbreviation_key, normalizer
from terminology.posting import CODER, EXACT, RELATED
from terminology.types import Candidate

SCORES = {
    "exact": 1.0,
    "normalised": 0.95,
    "abbreviation": 0.9,
    "ambiguous_abbreviation": 0.8,
    "clinical_drug": 0.95,
    "ingredient": 0.85,
    "variant": 0.8,
    "headword": 0.7,
}
_SYNONYM = 0.99
_RELATED = 0.9
_CODER = 0.85
_OTHER_GROUP = 0.995
_BACKUP_LANGUAGE = 0.95
_LONGEST_ABBREVIATION = 10
_LONGEST_MENTION = 300
_CACHED_MENTIONS = 20_000
_CACHED_CONTEXTS = 4
_BRACKETS = re.compile(r"(?<=\w)\s*\([^()]*\)$")
_DRUG_GROUPS = (None, "drug")


class Linker:
    """Links mentions over an index; threads may share it."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._cached = lru_cache(_CACHED_MENTIONS)(self._link)

    def link(
        self,
        mention: str,
        *,
        language: str,
        group: str | None = None,
        context: str | None = None,
    ) -> list[Candidate]:
        """The candidates for a mention, the best first; none when nothing is good enough.

        `group` is one of systems.toml; a disorder may be found as a finding and the reverse.
        `context` is text around the mention; what a short form means there, if the name stands
        in it word by word, outweighs what it means elsewhere.

        Raises:
            KeyError: an unknown language or group; the message names those there are.
        """
        if group is not None and group not in groups():
            raise KeyError(f"no group {group!r}; there is {', '.join(groups())}")
        if context and len(mention) <= _LONGEST_ABBREVIATION:
            spelled_out = self._spelled_out(mention, language, group, context)
            if spelled_out is not None:
                return [spelled_out]
        return list(self._cached(mention, language, group))

    def _link(self, mention: str, language: str, group: str | None) -> tuple[Candidate, ...]:
        rules = normalizer(language)
        found = self._in_language(mention, rules, group)
        for backup in rules.backup:
            if not found:
                weaker = self._in_language(mention, normalizer(backup), group)
                found = [replace(c, score=round(c.score * _BACKUP_LANGUAGE, 4)) for c in weaker]
        return tuple(found)

    def _in_language(self, mention: str, rules: Normalizer, group: str | None) -> list[Candidate]:
        mention = mention.strip()
        if not mention or len(mention) > _LONGEST_MENTION:
            return []
        tokens = rules.tokens(mention)
        if rules.key_of(tokens) in rules.vague:
            return []
        found = self._by_name(mention, rules, tokens, group)
        if not found and (plain := _BRACKETS.sub("", mention)) != mention:
            return self._in_language(plain, rules, group)
        if not found and group in _DRUG_GROUPS:
            found = self._by_drug(mention, rules, tokens, group)
        if not found:
            found = self._by_variant(rules, tokens, group)
        if not found:
            found = self._by_headword(rules, tokens, group)
        return found

    def _by_name(
        self, mention: str, rules: Normalizer, tokens: list[str], group: str | None
    ) -> list[Candidate]:
        found = self._by_key(mention, rules.language, rules.key_of(tokens), group, "normalised")
        if len(mention) <= _LONGEST_ABBREVIATION:
            found = _best_first([*self._by_abbreviation(mention, rules, group), *found])
        return found

    def _by_key(
        self, mention: str, language: str, key: str, group: str | None, match: str
    ) -> list[Candidate]:
        if not key:
            return []
        folded = mention.lower()
        candidates = []
        for hit in self.index.hits(language, key):
            if _fits(hit, group):
                how = "exact" if match == "normalised" and hit.term.lower() == folded else match
                candidates.append(_candidate(hit, how, group))
        return _best_first(candidates)

    def _by_abbreviation(
        self, mention: str, rules: Normalizer, group: str | None
    ) -> list[Candidate]:
        hits = self._abbreviation_hits(mention, rules, group)
        coded = [hit for hit in hits if _fits(hit, group)]
        settled = [hit for hit in coded if hit.origin.decided]
        if len(settled) == 1:
            return [_candidate(settled[0], "abbreviation", group)]
        if len(coded) != 1 or (group is None and len(hits) > 1):
            return []
        match = "abbreviation" if len(hits) == 1 else "ambiguous_abbreviation"
        return [_candidate(coded[0], match, group)]

    def _spelled_out(
        self, mention: str, language: str, group: str | None, context: str
    ) -> Candidate | None:
        """The first meaning of a short form whose name stands in the context."""
        rules = normalizer(language)
        hits = [h for h in self._abbreviation_hits(mention, rules, group) if _fits(h, group)]
        if not hits:
            return None
        words = _words(language, context)
        for hit in hits:
            name = rules.tokens(hit.concept.name) if hit.concept is not None else []
            if name and words.issuperset(name):
                return _candidate(hit, "ambiguous_abbreviation", group)
        return None

    def _abbreviation_hits(self, mention: str, rules: Normalizer, group: str | None) -> list[Hit]:
        """Small letters are more often a word ("all"; "as", "pt" for patient)."""
        if mention in rules.ordinary:
            return []
        if group is None and len(mention) < 3 and mention.islower():
            return []
        return self.index.hits(rules.language, abbreviation_key(mention))

    def _by_drug(
        self, mention: str, rules: Normalizer, tokens: list[str], group: str | None
    ) -> list[Candidate]:
        parts = take_apart(mention, rules.language)
        if not parts.ingredient or len(parts.base) == len(tokens):
            return []
        found: list[Candidate] = []
        if parts.is_clinical_drug:
            key = parts.key()
            clinical = self._by_key(mention, rules.language, key, group, "clinical_drug")
            found = clinical if len(clinical) == 1 else []
        for words in (parts.ingredient, parts.base):
            key = rules.key_of(list(words))
            if ingredients := self._by_key(mention, rules.language, key, "drug", "ingredient"):
                return [*found, *ingredients]
        return found or self._short_ingredient(parts.base, rules)

    def _short_ingredient(self, words: Sequence[str], rules: Normalizer) -> list[Candidate]:
        if len(words) != 1:
            return []
        found = self._by_abbreviation(words[0], rules, "drug")
        return [replace(c, match="ingredient", score=SCORES["ingredient"]) for c in found]

    def _by_variant(
        self, rules: Normalizer, tokens: list[str], group: str | None
    ) -> list[Candidate]:
        for place, token in enumerate(tokens):
            for other in rules.variants.get(token, ()):
                key = rules.key_of([*tokens[:place], *other.split(), *tokens[place + 1 :]])
                if found := self._by_key("", rules.language, key, group, "variant"):
                    return found
        return []

    def _by_headword(
        self, rules: Normalizer, tokens: list[str], group: str | None
    ) -> list[Candidate]:
        for shorter in _without_modifiers(rules, tokens):
            key = rules.key_of(shorter)
            if key in rules.vague:
                return []
            found = self._by_key("", rules.language, key, group, "headword")
            if not found and len(shorter) == 1:
                short = self._by_abbreviation(shorter[0], rules, group)
                found = [replace(c, match="headword", score=SCORES["headword"]) for c in short]
            if not found:
                variants = self._by_variant(rules, shorter, group)
                found = [replace(c, match="headword", score=SCORES["headword"]) for c in variants]
            if found:
                return found
        return []


@lru_cache(_CACHED_CONTEXTS)
def _words(language: str, context: str) -> frozenset[str]:
    return frozenset(normalizer(language).tokens(context))


def _fits(hit: Hit, group: str | None) -> bool:
    if hit.group is None:
        return False
    if group is None:
        return True
    wanted = groups()[group]
    return wanted.family == hit.group.family or hit.group.shown_as == group


def _candidate(hit: Hit, match: str, group: str | None) -> Candidate:
    if hit.concept is None:
        raise ValueError("a meaning without a code is no candidate")
    if hit.origin.decided and match in {"exact", "normalised"}:
        return Candidate(hit.concept, SCORES["exact"], match, hit.term)
    score = SCORES[match]
    if hit.origin.kind == EXACT:
        score *= _SYNONYM
    elif hit.origin.kind == RELATED:
        score *= _RELATED
    elif hit.origin.kind == CODER:
        score *= _CODER
    if group is not None and hit.concept.group != group:
        score *= _OTHER_GROUP
    shown = "abbreviation" if match == "ambiguous_abbreviation" else match
    return Candidate(hit.concept, round(score, 4), shown, hit.term)


def _best_first(candidates: list[Candidate]) -> list[Candidate]:
    """By score; the order of the index decides between equals. One candidate a concept."""
    ordered = sorted(candidates, key=lambda candidate: -candidate.score)
    seen: dict[int, Candidate] = {}
    for candidate in ordered:
        seen.setdefault(id(candidate.concept), candidate)
    return list(seen.values())


def _without_modifiers(rules: Normalizer, tokens: list[str]) -> Iterator[list[str]]:
    """The words without the side, then without one leading modifier after the other."""
    sides = {words[0] for words in rules.side_modifiers if len(words) == 1}
    rest = [token for token in tokens if token not in sides]
    if rest and len(rest) < len(tokens):
        yield rest
    while shorter := _without_start(rules, rest):
        rest = shorter
        yield rest


def _without_start(rules: Normalizer, tokens: list[str]) -> list[str]:
    longest = max((len(words) for words in rules.start_modifiers), default=0)
    for length in range(min(longest, len(tokens) - 1), 0, -1):
        if tuple(tokens[:length]) in rules.start_modifiers:
            return tokens[length:]
    return []
