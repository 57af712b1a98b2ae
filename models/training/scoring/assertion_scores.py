"""How well the assertion rules tell what a note claims of its entities, on gold entities.

    python -m models.training.scoring.assertion_scores ../shared/corpora maccrobat2020 en dev
    python -m models.training.scoring.assertion_scores ../shared/corpora nubes es dev
    python -m models.training.scoring.assertion_scores ../shared/corpora notes nl test
    python -m models.training.scoring.assertion_scores ../shared/corpora sentences en second

What is the gold, and which values are judged, hangs on the corpus:

* `notes` and `sentences` (assertion_sets), the project's own: every asserted entity, all six values
  that are no default.
* `maccrobat2020`: absent, where the polarity is NEG; hedged entities (MAYBE_NEG, UNCERTAIN) are not
  absent. It calls what resolved NEG too; the rules call it history.
* `nubes`, which annotates scopes only: what stands in the scope of a negation is absent, in that of
  an uncertainty possible (in the shorter scope where it stands in both). What is in no scope is
  affirmed: every whole-word occurrence, outside all scopes and cues, of a finding that is in one
  elsewhere in the same part must come out neither absent nor possible. It calls what was stopped or
  went away negated too; the rules call that history, and lose it here.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.assertion import assertions
from models.folding import lower
from models.training import notes
from models.training.corpora import LABELS, documents, gold, schemes
from models.training.markup import tables
from models.training.scoring.assertion_sets import sentences
from models.training.scoring.evaluate import Score, table
from models.types import Assertion, Entity, Experiencer, Presence, Span, Temporality

Document = Mapping[str, Any]
Asked = tuple[Entity | Span, Assertion]

_HEADS = ("DISEASE", "SYMPTOM", "DRUG", "PROCEDURE", "DIAGNOSTIC_PROCEDURE")
_AFFIRMED_FROM = 5
"""Shorter findings stand for other things too often to be looked for outside the scopes."""
_SCOPES = {"Scope", "DiscScope"}
_LABELS = {"DISO": "SYMPTOM", "PROC": "PROCEDURE", "SUBS": "DRUG"}
_MENTIONS = {*_LABELS, "OTHER", "BODY", "Phrase"}


@dataclass(frozen=True, slots=True)
class Case:
    """One text and the assertions that its entities should have."""

    text: str
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Gold:
    """How a corpus is read, and the values that it can judge."""

    read: Callable[[Sequence[Document]], Iterator[Case]]
    values: tuple[str, ...]


def score(cases: Iterable[Case], language: str, values: Sequence[str]) -> dict[str, Score]:
    """Score the rules value by value; a hit is an entity of which both claim the value.

    Raises:
        LanguageUnsupported: there are no assertion rules for `language`.
    """
    scores = dict.fromkeys(values, Score())
    for case in cases:
        found = assertions(case.text, [mention for mention, _ in case.asked], language)
        for said, (_, right) in zip(found, case.asked, strict=True):
            for value in values:
                scores[value] += _score(_claims(right, value), _claims(said, value))
    return scores


def _claims(assertion: Assertion, value: str) -> bool:
    return value in {assertion.presence, assertion.temporality, assertion.experiencer}


def _score(right: bool, found: bool) -> Score:
    return Score(int(right), int(found), int(right and found), int(right and found))


def own(corpus: Iterable[Document]) -> Iterator[Case]:
    """Read the project's own notes."""
    for document in corpus:
        text = document["text"]
        asked = [
            (
                _entity(text, (each["start"], each["end"]), each["label"]),
                _said(**each["attributes"]),
            )
            for each in document["entities"]
            if each["label"] in tables().asserted
        ]
        yield Case(text, tuple(asked))


def polarity(corpus: Iterable[Document]) -> Iterator[Case]:
    """Read MACCROBAT."""
    scheme = schemes(LABELS)["maccrobat2020"]
    for document in corpus:
        text = document["text"]
        denied = {
            (entity["start"], entity["end"])
            for entity in document["entities"]
            if entity.get("attributes", {}).get("polarity") == "NEG"
        }
        asked = [
            (_entity(text, span, head), _said("absent" if span in denied else "present"))
            for head in _HEADS
            for span in gold(document, scheme, head)
        ]
        yield Case(text, tuple(asked))


def scopes(corpus: Sequence[Document]) -> Iterator[Case]:
    """Read NUBes."""
    scoped = [_scoped(document) for document in corpus]
    known = {
        lower(document["text"][start:end]): label
        for document, found in zip(corpus, scoped, strict=True)
        for (start, end), (label, _) in found.items()
        if label and end - start >= _AFFIRMED_FROM
    }
    phrases = "|".join(map(re.escape, sorted(known, key=len, reverse=True))) or "(?!)"
    word = re.compile(rf"(?<!\w)(?:{phrases})(?!\w)")
    for document, found in zip(corpus, scoped, strict=True):
        text = document["text"]
        marked = [(each["start"], each["end"]) for each in document["entities"]]
        asked = [
            (_entity(text, span, label), _said(presence))
            for span, (label, presence) in found.items()
        ]
        asked += [
            (_entity(text, match.span(), known[match.group()]), Assertion())
            for match in word.finditer(lower(text))
            if not any(start < match.end() and match.start() < end for start, end in marked)
        ]
        yield Case(text, tuple(asked))


def _scoped(document: Document) -> dict[tuple[int, int], tuple[str, str]]:
    """The mentions inside the scopes of one document: label (empty: none) and presence."""
    by_id = {each["id"]: each for each in document["entities"]}
    cues = [
        (by_id[each["tail"]], by_id[each["head"]])
        for each in document.get("relations", ())
        if each["label"] in _SCOPES
    ]
    found: dict[tuple[int, int], tuple[str, str]] = {}
    for scope, cue in sorted(cues, key=lambda pair: pair[0]["end"] - pair[0]["start"]):
        presence = "possible" if cue["label"].startswith("Uncert") else "absent"
        for each in document["entities"]:
            if (
                each["label"] in _MENTIONS
                and scope["start"] <= each["start"]
                and each["end"] <= scope["end"]
            ):
                span = (each["start"], each["end"])
                found.setdefault(span, (_LABELS.get(each["label"], ""), presence))
    return found


def _entity(text: str, span: tuple[int, int], label: str) -> Entity | Span:
    place = Span.of(text, *span)
    return Entity(place, label, 1.0) if label else place


def _said(
    presence: str = "present", temporality: str = "current", experiencer: str = "patient"
) -> Assertion:
    return Assertion(Presence(presence), Temporality(temporality), Experiencer(experiencer))


_EVERY = ("absent", "possible", "hypothetical", "historical", "family", "other")
GOLD: Mapping[str, Gold] = {
    "notes": Gold(own, _EVERY),
    "maccrobat2020": Gold(polarity, ("absent",)),
    "nubes": Gold(scopes, ("absent", "possible")),
    "sentences": Gold(own, _EVERY),
}


def read(corpora: Path, corpus: str, language: str, part: str) -> list[Document]:
    """Read one part of a corpus; the project's own notes and sentences lie beside the code."""
    if corpus == "notes":
        return list(notes.documents(language, part))
    if corpus == "sentences":
        return list(sentences(language, part))
    return list(documents(corpora / language / corpus / f"{part}.jsonl.xz"))


def main() -> None:
    """Print one table."""
    match sys.argv[1:]:
        case [folder, corpus, language, part] if corpus in GOLD:
            found = read(Path(folder), corpus, language, part)
            asked = GOLD[corpus]
            sys.stdout.write(table(score(asked.read(found), language, asked.values)) + "\n")
        case _:
            sys.exit(f"assertion_scores CORPORA {'|'.join(GOLD)} LANGUAGE PART")


if __name__ == "__main__":
    main()
