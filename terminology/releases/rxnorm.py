"""RxNorm in Rich Release Format: ingredients, brands and clinical drugs that NLM names itself.

Source of the formats: RxNorm Technical Documentation, sections 12 and 15.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from terminology.codesystem import CHECKS
from terminology.drug import take_apart
from terminology.errors import SourceMalformed
from terminology.releases.archive import Meter
from terminology.releases.facts import facts
from terminology.releases.release import Form, Release
from terminology.releases.rows import check, pipe_rows
from terminology.releases.rrf import dated, member_of, rrf_files
from terminology.releases.stage import FILLS, FINDS, PREFERRED, Stage

_CONSO_COLUMNS, _REL_COLUMNS, _SAT_COLUMNS = 18, 16, 13
_FLAGS = frozenset("NOYE")
_ATC_OF_A_SUBSTANCE = 7
_STEPS = {"consists_of", "has_ingredient", "has_precise_ingredient", "tradename_of", "isa"}
"""The second concept of a row in RXNREL has this relation to the first."""


def _read(releases: Sequence[Release], stage: Stage, meter: Meter) -> list[Release]:
    return [_read_one(release, stage, meter) for release in releases]


def _read_one(release: Release, stage: Stage, meter: Meter) -> Release:
    atc: dict[str, set[str]] = defaultdict(set)
    animal = _attributes(release, meter, atc)
    kinds = _names(release, stage, meter, atc, animal)
    _ingredient_codes(kinds, _relations(release, meter, kinds), atc, stage)
    version = dated(release, r"(?<!\d)\d{8}(?!\d)")
    return release.versioned(version, version)


def _attributes(release: Release, meter: Meter, atc: dict[str, set[str]]) -> set[str]:
    """Note the ATC codes of substances; the concepts that are for animals only."""
    people: set[str] = set()
    animals: set[str] = set()
    if not any(member.base.upper() == "RXNSAT.RRF" for member in release.members):
        return animals
    for line, row in pipe_rows(member_of(release, "RXNSAT.RRF"), meter, _SAT_COLUMNS):
        rxcui, _, _, _, _, code, _, _, name, source, value, suppress, _ = row
        if suppress not in _FLAGS:
            raise SourceMalformed(f"RXNSAT.RRF:{line}: suppress {suppress[:20]!r}")
        if source == "ATC" and name == "ATC_LEVEL" and value == "5":
            atc[rxcui].add(check(f"RXNSAT.RRF:{line}", "atc", code))
        elif name == "RXN_HUMAN_DRUG":
            people.add(rxcui)
        elif name == "RXN_VET_DRUG":
            animals.add(rxcui)
    return animals - people


def _names(
    release: Release, stage: Stage, meter: Meter, atc: dict[str, set[str]], animal: set[str]
) -> dict[str, str]:
    """Put concepts and names on the stage; the term types by RxCUI."""
    groups, synonyms = facts("rxnorm")["term_types"], facts("rxnorm")["synonyms"]["term_types"]
    kinds: dict[str, str] = {}
    suppressed: set[str] = set()
    for line, row in pipe_rows(member_of(release, "RXNCONSO.RRF"), meter, _CONSO_COLUMNS):
        rxcui, source, kind, code, text, suppress = row[0], *row[11:15], row[16]
        place = f"RXNCONSO.RRF:{line}"
        check(place, "rxnorm", rxcui)
        if suppress not in _FLAGS:
            raise SourceMalformed(f"{place}: suppress {suppress[:20]!r}")
        if source == "ATC" and suppress == "N" and len(code) == _ATC_OF_A_SUBSTANCE:
            atc[rxcui].add(check(place, "atc", code))
        if source != "RXNORM" or rxcui in animal:
            continue
        if suppress != "N":
            suppressed.add(rxcui)
        elif kind in groups:
            if groups[kind] == "clinical_drug" and not take_apart(text).is_clinical_drug:
                continue
            kinds[rxcui] = kind
            stage.add_concept(release.number, "rxnorm", rxcui, groups[kind])
            stage.add_name(release.number, ("rxnorm", rxcui), "en", text, (PREFERRED, 0))
        elif kind in synonyms:
            stage.add_name(release.number, ("rxnorm", rxcui), "en", text)
        else:
            kinds.setdefault(rxcui, kind)
    for rxcui in suppressed - kinds.keys():
        stage.retire("rxnorm", rxcui)
    return kinds


def _relations(release: Release, meter: Meter, kinds: dict[str, str]) -> dict[str, set[str]]:
    """What RxNorm's concepts are made of, one step; empty without RXNREL."""
    steps: dict[str, set[str]] = defaultdict(set)
    if not any(member.base.upper() == "RXNREL.RRF" for member in release.members):
        return steps
    for line, row in pipe_rows(member_of(release, "RXNREL.RRF"), meter, _REL_COLUMNS):
        target, subject, relation, source, suppress = row[0], row[4], row[7], row[10], row[14]
        if suppress not in _FLAGS | {""}:
            raise SourceMalformed(f"RXNREL.RRF:{line}: suppress {suppress[:20]!r}")
        if source == "RXNORM" and relation in _STEPS and target in kinds and subject in kinds:
            steps[subject].add(target)
    return steps


def _ingredient_codes(
    kinds: dict[str, str], steps: dict[str, set[str]], atc: dict[str, set[str]], stage: Stage
) -> None:
    """A drug of one ingredient has the ATC code of that, if the ingredient has only one."""
    for rxcui in sorted(kinds):
        if kinds[rxcui] not in facts("rxnorm")["term_types"]:
            continue
        ingredients = _ingredients(rxcui, kinds, steps)
        codes = atc.get(rxcui) or (
            atc.get(min(ingredients), set()) if len(ingredients) == 1 else ()
        )
        _add_atc(stage, rxcui, codes)


def _add_atc(stage: Stage, rxcui: str, codes: Iterable[str]) -> None:
    found = sorted(code for code in codes if CHECKS["atc"](code))
    strength = FILLS if len(found) == 1 else FINDS
    for code in found:
        stage.add_map(("rxnorm", rxcui), ("atc", code), same=False, strength=strength)


def _ingredients(rxcui: str, kinds: dict[str, str], steps: dict[str, set[str]]) -> set[str]:
    """The ingredients (IN) that the relations lead to."""
    seen, waiting = {rxcui}, [rxcui]
    while waiting:
        for following in steps.get(waiting.pop(), ()):
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return {found for found in seen if kinds.get(found) == "IN"}


_FILES = rrf_files("RXNCONSO.RRF", "RXNREL.RRF", "RXNSAT.RRF")
RXNORM = Form("rxnorm", _FILES, _read)
