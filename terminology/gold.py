"""What the annotators of a corpus call a code: names compiled from its training split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from terminology.codesystem import code_systems
from terminology.corpus import Corpus, GoldMention, gold_mentions, held_out
from terminology.normalization import abbreviation_key, is_short_form, normalizer
from terminology.source import Name, Source

_LONGEST = 6
"""Words; a longer mention is a sentence, which nobody writes twice."""

_AGREED = 0.6
"""The share of a name's mentions that must have its commonest code; measured on dev."""


@dataclass(slots=True)
class _Uses:
    """How often a name had which code, and how it was written."""

    codes: Counter[str] = field(default_factory=Counter)
    texts: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class GoldConcept:
    """A code with the names that annotators gave it, the commonest first, and their mentions."""

    source: Source
    group: str
    system: str
    code: str
    broad: bool
    names: list[tuple[Name, int]] = field(default_factory=list)


def gold_concepts(corpus: Corpus, folder: Path) -> list[GoldConcept]:
    """One concept a code and group, in the order of the codes.

    Composite mentions ("liver and kidney failure") and codes that cannot be are left out.

    Raises:
        SourceMalformed: a file of the corpus cannot be read.
    """
    concepts: dict[tuple[str, str], GoldConcept] = {}
    for (group, _), uses in sorted(_uses(corpus, folder).items(), key=_commonest_first):
        code, count = min(uses.codes.items(), key=lambda found: (-found[1], found[0]))
        if count < _AGREED * uses.codes.total():
            continue
        concept = concepts.setdefault(
            (group, code),
            GoldConcept(corpus.source, group, corpus.system, code, group in corpus.broad),
        )
        text = min(uses.texts.items(), key=lambda found: (-found[1], found[0]))[0]
        concept.names.append(
            (Name(corpus.language, text, "broad" if group in corpus.broad else "mention"), count)
        )
    return [concept for _, concept in sorted(concepts.items())]


def _uses(corpus: Corpus, folder: Path) -> dict[tuple[str, str], _Uses]:
    found: dict[tuple[str, str], _Uses] = {}
    for mention in _training(corpus, folder):
        if key := _key(corpus, mention.text):
            uses = found.setdefault((mention.group, key), _Uses())
            uses.codes.update(mention.codes)
            uses.texts[" ".join(mention.text.split())] += 1
    return found


def _training(corpus: Corpus, folder: Path) -> Iterator[GoldMention]:
    apart = held_out(folder, corpus.series)
    is_code = code_systems()[corpus.system].check
    for mention in gold_mentions(corpus, folder, "train"):
        if mention.document in apart or mention.composite:
            continue
        if all(is_code(code) for code in mention.codes):
            yield mention


def _key(corpus: Corpus, text: str) -> str:
    """The key of a name that is worth keeping; empty else."""
    if is_short_form(text):
        return abbreviation_key(text) if corpus.short_forms else ""
    rules = normalizer(corpus.language)
    tokens = rules.tokens(text)
    key = rules.key_of(tokens)
    return "" if len(tokens) > _LONGEST or key in rules.vague else key


def _commonest_first(found: tuple[tuple[str, str], _Uses]) -> tuple[int, str, str]:
    (group, key), uses = found
    return -uses.codes.total(), group, key
