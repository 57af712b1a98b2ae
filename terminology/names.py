"""The names of an index in one language, as the steps of the linker ask for them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from terminology.index import Hit, Index
from terminology.normalization import Normalizer, abbreviation_key
from terminology.posting import BROAD
from terminology.scoring import best_first, candidate, fits
from terminology.types import Candidate

_PLURAL = re.compile(r"[A-Z0-9]{2,}s")


@dataclass(frozen=True, slots=True)
class Names:
    """The names that concepts of one group have; without a group, those of all."""

    index: Index
    rules: Normalizer
    group: str | None

    def of_key(self, key: str, match: str, mention: str = "") -> list[Candidate]:
        """The candidates of a key; as `normalised`, a name like the mention is `exact`."""
        folded = mention.lower()
        found = []
        for hit in self.index.hits(self.rules.language, key) if key else ():
            if fits(hit, self.group) and (hit.origin.kind == BROAD) == (match == "broad"):
                is_exact = match == "normalised" and hit.term.lower() == folded
                found.append(candidate(hit, "exact" if is_exact else match, self.group))
        return best_first(found)

    def of_first(self, ways: Iterable[list[str]], match: str) -> list[Candidate]:
        """The candidates of the first of several lists of tokens that has any."""
        found = (self.of_key(self.rules.key_of(tokens), match) for tokens in ways)
        return next(filter(None, found), [])

    def of_short_form(self, mention: str) -> list[Candidate]:
        """The one meaning of a short form, if there is one or one is settled."""
        hits = self.short_form_hits(mention)
        if not hits and _PLURAL.fullmatch(mention):
            hits = self.short_form_hits(mention[:-1])
        coded = [hit for hit in hits if fits(hit, self.group)]
        settled = [hit for hit in coded if hit.origin.decided]
        if len(settled) == 1:
            return [candidate(settled[0], "abbreviation", self.group)]
        if len(coded) != 1 or (self.group is None and len(hits) > 1):
            return []
        match = "abbreviation" if len(hits) == 1 else "ambiguous_abbreviation"
        return [candidate(coded[0], match, self.group)]

    def short_form_hits(self, mention: str) -> list[Hit]:
        """Small letters are more often a word ("all"; "as", "pt" for patient)."""
        if self.rules.is_ordinary(mention):
            return []
        if self.group is None and len(mention) < 3 and mention.islower():
            return []
        return self.index.hits(self.rules.language, abbreviation_key(mention))
