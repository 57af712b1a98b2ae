"""The steps from a mention to candidates within one language (scoring.py lists them)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import chain

from terminology.cognate import Cognates
from terminology.drug import DrugParts, take_apart
from terminology.names import Names
from terminology.normalization import fold, normalizer
from terminology.rewriting import heads, joined, parted, variants, without_cause
from terminology.scoring import best_first, lowered
from terminology.spelling import Speller
from terminology.types import Candidate

LONGEST_SHORT_FORM = 10
"""Characters of a mention that may be a short form."""

_LONGEST_MENTION = 300
_BRACKETS = re.compile(r"(?<=\w)\s*\((?:[^()]*\)$|[A-Z][\w-]{1,9}\))")
_DRUG_GROUPS = (None, "drug")


@dataclass(frozen=True, slots=True)
class Matching:
    """Finds the candidates of mentions in one language and group."""

    names: Names
    speller: Speller
    cognates: Callable[[str], Cognates]

    def find(self, mention: str) -> list[Candidate]:
        """The candidates of the closest step that has any, the best first."""
        mention = mention.strip()
        if not mention or len(mention) > _LONGEST_MENTION:
            return []
        rules = self.names.rules
        tokens = rules.tokens(mention)
        if rules.key_of(tokens) in rules.vague:
            return []
        found = self._by_name(mention, tokens)
        if not found and (plain := _BRACKETS.sub("", mention)) != mention:
            return self.find(plain)
        return (
            found
            or self._by_words(mention, tokens)
            or self._without_cause(mention)
            or self._by_spelling(tokens)
            or self._by_broad(tokens)
        )

    def by_cognates(self, tokens: list[str]) -> list[Candidate]:
        """The candidates of tokens of another language, each by its cognate in this one."""
        rules = self.names.rules
        for words in self.cognates(rules.language).translations(tokens):
            if (key := rules.key_of(words)) not in rules.vague:
                found = self.names.of_key(key, "cognate") or self._by_variant(words)
                if found:
                    return lowered(found, "cognate")
        return []

    def _by_name(self, mention: str, tokens: list[str]) -> list[Candidate]:
        found = self.names.of_key(self.names.rules.key_of(tokens), "normalised", mention)
        if len(mention) <= LONGEST_SHORT_FORM:
            found = best_first([*self.names.of_short_form(mention), *found])
        return found

    def _by_words(self, mention: str, tokens: list[str]) -> list[Candidate]:
        found: list[Candidate] = []
        if self.names.group in _DRUG_GROUPS:
            found = self._by_drug(mention, tokens)
        return (
            found
            or self._by_variant(tokens)
            or self._by_compound(tokens)
            or self._by_headword(tokens)
        )

    def _by_variant(self, tokens: list[str]) -> list[Candidate]:
        return self.names.of_first(variants(self.names.rules, tokens), "variant")

    def _by_compound(self, tokens: list[str]) -> list[Candidate]:
        rules = self.names.rules
        found = self.names.of_first(joined(tokens), "variant")
        if found or not rules.links:
            return found
        knows = partial(self.speller.knows, rules.language)
        return self.names.of_first(parted(rules, tokens, knows), "variant")

    def _by_headword(self, tokens: list[str]) -> list[Candidate]:
        rules = self.names.rules
        for shorter in heads(rules, tokens):
            key = rules.key_of(shorter)
            if key in rules.vague:
                return []
            found = self.names.of_key(key, "headword")
            if not found and len(shorter) == 1:
                found = self.names.of_short_form(shorter[0])
            if found := found or self._by_variant(shorter):
                return lowered(found, "headword")
        return []

    def _without_cause(self, mention: str) -> list[Candidate]:
        folded = fold(mention)
        plain = without_cause(self.names.rules, folded)
        return [] if plain in ("", folded) else lowered(self.find(plain), "headword")

    def _by_spelling(self, tokens: list[str]) -> list[Candidate]:
        """The one meaning that the fewest edits lead to; none when two are as near.

        Between drugs, one more edit is as near.
        """
        margin = self.speller.reach.drug_margin if self.names.group in _DRUG_GROUPS else 0
        best: list[Candidate] = []
        fewest = 0
        for corrected, edits in self.speller.corrections(self.names.rules, tokens):
            if best and edits > fewest + margin:
                break
            key = self.names.rules.key_of(corrected)
            found = self.names.of_key(key, "fuzzy") or lowered(
                self._by_words(key, corrected), "fuzzy"
            )
            if best and found and found[0].concept != best[0].concept:
                return []
            if found and not best:
                best, fewest = found, edits
        return best

    def _by_broad(self, tokens: list[str]) -> list[Candidate]:
        """What annotators chose a code for that may be wider than the words."""
        rules = self.names.rules
        ways = chain([tokens], variants(rules, tokens), heads(rules, tokens))
        return self.names.of_first(ways, "broad")

    def _by_drug(self, mention: str, tokens: list[str]) -> list[Candidate]:
        parts = take_apart(mention, self.names.rules.language)
        if not parts.ingredient or len(parts.base) == len(tokens):
            return []
        ingredients = self._ingredients(parts)
        if not parts.is_clinical_drug:
            return ingredients
        english = Names(self.names.index, normalizer("en"), self.names.group)
        called = [*(one.concept.name for one in ingredients[:1]), " ".join(parts.base)]
        found = (english.of_key(parts.called(name).key(), "clinical_drug") for name in called)
        return [*next((one for one in found if len(one) == 1), []), *ingredients]

    def _ingredients(self, parts: DrugParts) -> list[Candidate]:
        drugs = Names(self.names.index, self.names.rules, "drug")
        named = [word for word in parts.base if not word.isdigit()]
        found = drugs.of_first(([*parts.ingredient], [*parts.base], named), "ingredient")
        for backup in self.names.rules.backup:
            other = Names(self.names.index, normalizer(backup), "drug")
            ways = self.cognates(backup).translations(named)
            found = found or other.of_first(ways, "ingredient")
        if not found and len(named) == 1:
            found = drugs.of_short_form(named[0])
        return lowered(found, "ingredient")
