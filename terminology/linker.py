"""A mention in, candidates out: the languages, the context and the cache around matching.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from terminology.codesystem import groups
from terminology.cognate import Cognates
from terminology.definition import definitions
from terminology.index import Index
from terminology.matching import LONGEST_SHORT_FORM, Matching
from terminology.names import Names
from terminology.normalization import normalizer
from terminology.rewriting import heads
from terminology.scoring import SCORES, candidate, fits, is_led, once, weighed
from terminology.spelling import Reach, Speller
from terminology.types import Candidate

_BACKUP_LANGUAGE = 0.95
_WHOLE = frozenset({"exact", "normalised"})
_CACHED_MENTIONS = 20_000
_CACHED_CONTEXTS = 4


class Linker:
    """Links mentions over an index; threads may share it."""

    def __init__(self, index: Index, reach: Reach | None = None) -> None:
        self.index = index
        self._speller = Speller(index, reach or Reach())
        self._cognates: dict[str, Cognates] = {}
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
        `context` is the text around the mention. What it says that a short form means, "chronic
        obstructive pulmonary disease (COPD)", counts alone; else a meaning whose name stands in
        it word by word outweighs what the short form means elsewhere.

        Raises:
            KeyError: an unknown language or group; the message names those there are.
        """
        if group is not None and group not in groups():
            raise KeyError(f"no group {group!r}; there is {', '.join(groups())}")
        found = self._in_context(mention, language, group, context) if context else None
        return list(self._cached(mention, language, group)) if found is None else found

    def link_in_any(
        self, mention: str, *, languages: Sequence[str] = (), group: str | None = None
    ) -> list[Candidate]:
        """The candidates in the language, of those given or all, that has the best one.

        Raises:
            KeyError: an unknown language or group; the message names those there are.
        """
        found = [
            self.link(mention, language=language, group=group)
            for language in languages or self.index.languages
        ]
        return max(found, key=lambda candidates: candidates[0].score if candidates else 0.0)

    def _in_context(
        self, mention: str, language: str, group: str | None, context: str
    ) -> list[Candidate] | None:
        """What the note itself says that a short form means, and then no dictionary counts.

        None when the note says nothing of it.
        """
        defined = definitions(context)
        words = mention.split()
        if mention.strip() in defined:
            return self._defined(defined[mention.strip()], language, group)
        if not defined.keys().isdisjoint(words) and not self._cached(mention, language, group):
            expanded = " ".join(defined.get(word, word) for word in words)
            return self._defined(expanded, language, group)
        if len(mention) <= LONGEST_SHORT_FORM:
            return self._spelled_out(mention, language, group, context) or None
        return None

    def _defined(self, long: str, language: str, group: str | None) -> list[Candidate]:
        found = weighed(self._cached(long, language, group), SCORES["abbreviation"])
        return [replace(one, match="abbreviation") for one in found]

    def _spelled_out(
        self, mention: str, language: str, group: str | None, context: str
    ) -> list[Candidate]:
        """The first meaning of a short form whose name stands in the context."""
        rules = normalizer(language)
        names = Names(self.index, rules, group)
        hits = [hit for hit in names.short_form_hits(mention) if fits(hit, group)]
        if not hits:
            return []
        words = _words(language, context)
        for hit in hits:
            name = rules.tokens(hit.concept.name) if hit.concept is not None else []
            if name and words.issuperset(name):
                return [candidate(hit, "ambiguous_abbreviation", group)]
        return []

    def _link(self, mention: str, language: str, group: str | None) -> tuple[Candidate, ...]:
        """Look in a backup language too where no code of the leading system was found."""
        rules = normalizer(language)
        found = self._matching(language, group).find(mention)
        for backup in rules.backup:
            if not found:
                found = self._in_backup(mention, language, backup, group)
            elif not is_led(found) and not rules.is_ordinary(mention):
                further = self._cognate(mention, language, backup, group)
                found = once([*further, *found]) if is_led(further) else found
        return tuple(found)

    def _in_backup(
        self, mention: str, language: str, backup: str, group: str | None
    ) -> list[Candidate]:
        """As if the mention were in the backup language; then its words one for one.

        An ordinary word of its own language counts as a whole name only: Dutch "als" is no ALS,
        Spanish "con" no obstructive nephropathy.
        """
        rules = normalizer(language)
        found = self._matching(backup, group).find(mention)
        if rules.is_ordinary(mention):
            found = [one for one in found if one.match in _WHOLE]
            return weighed(found, _BACKUP_LANGUAGE)
        if found:
            return weighed(found, _BACKUP_LANGUAGE)
        for words in heads(rules, rules.tokens(mention)):
            found = found or self._matching(backup, group).by_cognates(words)
        return self._cognate(mention, language, backup, group) or weighed(found, _BACKUP_LANGUAGE)

    def _cognate(
        self, mention: str, language: str, backup: str, group: str | None
    ) -> list[Candidate]:
        tokens = normalizer(language).tokens(mention)
        return weighed(self._matching(backup, group).by_cognates(tokens), _BACKUP_LANGUAGE)

    def _matching(self, language: str, group: str | None) -> Matching:
        names = Names(self.index, normalizer(language), group)
        return Matching(names, self._speller, self._cognates_of)

    def _cognates_of(self, language: str) -> Cognates:
        return self._cognates.setdefault(language, Cognates(self.index, language))


@lru_cache(_CACHED_CONTEXTS)
def _words(language: str, context: str) -> frozenset[str]:
    return frozenset(normalizer(language).tokens(context))
