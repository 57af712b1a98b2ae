"""The packed sources made into the index file. The same sources give the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from terminology.codesystem import code_systems, groups
from terminology.corpus import corpora
from terminology.correction import correct
from terminology.drug import take_apart
from terminology.errors import SourceMalformed
from terminology.gold import gold_concepts
from terminology.goldmerging import GoldMerging
from terminology.index import SHIPPED_INDEX
from terminology.indexfile import Built, write_index
from terminology.merging import MergedConcept, Merging, SourceName
from terminology.normalization import normalizer
from terminology.relation import ingredients
from terminology.source import NAME_KINDS, Name, Source, SourceConcept, read, sources
from terminology.supplement import SUPPLEMENT, SupplementName, read_supplements

Progress = Callable[[str, int, int], None]
"""Called with what is done now, the steps done and the steps in all."""

HERE = Path(__file__).parent
_ATC_OF_A_SUBSTANCE = 7
_RULES = ("corrections", "drugs", "languages", "sources", "systems")


@dataclass(slots=True)
class _Contents:
    """Everything that goes into the file."""

    merging: Merging = field(default_factory=Merging)
    known: set[tuple[str, str]] = field(default_factory=set)
    definitions: dict[tuple[str, str], str] = field(default_factory=dict)
    senses: list[SourceConcept] = field(default_factory=list)


def build(
    sources_dir: Path,
    out_path: Path = SHIPPED_INDEX,
    progress: Progress = lambda _step, _done, _all: None,
    supplement_dir: Path = HERE,
    corpora_dir: Path | None = None,
) -> Built:
    """Build the index from the packed sources and the project's supplements.

    With `corpora_dir` the words of the annotated corpora (corpus.py) are names too. The file
    appears under its name only when it is whole and on the disk.

    Raises:
        SourceMalformed: a source cannot be read; the message names file and line.
    """
    contents = _Contents()
    steps = len(sources()) + 2
    for done, source in enumerate(sources()):
        progress(f"reading {source.key}", done, steps)
        _take(contents, source, read(source, sources_dir))
    progress("merging", steps - 2, steps)
    if corpora_dir is not None:
        _add_gold(contents, corpora_dir, supplement_dir)
    _add_supplement(contents.merging, read_supplements(supplement_dir), contents.known)
    correct(contents.merging, contents.known)
    _add_atc(contents.merging, ingredients(sources_dir))
    concepts = [concept for concept in contents.merging.concepts if concept.names]
    for concept in concepts:
        concept.settle()
    progress("writing", steps - 1, steps)
    built = write_index(
        out_path, concepts, contents.definitions, contents.senses, fingerprint(supplement_dir)
    )
    progress("done", steps, steps)
    return built


def _take(contents: _Contents, source: Source, concepts: list[SourceConcept]) -> None:
    """Note which codes exist and what they are called; merge what ships."""
    kept = []
    for concept in concepts:
        contents.known.update((system, code) for system, (code, _) in concept.codes.items())
        contents.known.update(concept.further)
        if not source.ships:
            continue
        _define(contents, concept)
        if source.senses and not concept.codes:
            contents.senses.append(concept)
        elif _is_useful(concept):
            concept.codes = {s: c for s, c in concept.codes.items() if _is_exact(s, c[0])}
            kept.append(concept)
    contents.merging.add(kept)


def _add_gold(contents: _Contents, corpora_dir: Path, supplement_dir: Path) -> None:
    found = [concept for corpus in corpora() for concept in gold_concepts(corpus, corpora_dir)]
    GoldMerging(contents.merging).add(found)
    known = {(concept.system, concept.code) for concept in found}
    _add_supplement(contents.merging, read_supplements(supplement_dir, "gold"), known)


def _define(contents: _Contents, concept: SourceConcept) -> None:
    for system in code_systems().values():
        if system.defined_by == concept.source.key and system.key in concept.codes:
            code = concept.codes[system.key][0]
            contents.definitions.setdefault((system.key, code), concept.preferred().text)


def _is_useful(concept: SourceConcept) -> bool:
    """RxNorm's strengths without a form, and forms without a strength, are no drugs."""
    if concept.group != "clinical_drug":
        return True
    return take_apart(concept.preferred().text).is_clinical_drug


def _is_exact(system: str, code: str) -> bool:
    """An ATC code of fewer characters is a class of substances."""
    return system != "atc" or len(code) == _ATC_OF_A_SUBSTANCE


def _add_supplement(
    merging: Merging, names: Iterable[SupplementName], known: Collection[tuple[str, str]]
) -> None:
    """Add the project's names. A row also says which code belongs to a concept of that name."""
    named = _by_name(merging)
    for row in names:
        if (row.system, row.code) not in known:
            raise SourceMalformed(f"{row.place}: no packed source has {row.system} {row.code}")
        family = groups()[row.group].family
        home = merging.with_code(family, row.system, row.code)
        same = named.get((family, row.language, normalizer(row.language).key(row.name)))
        if same is not None and row.system not in same.codes:
            if home is None:
                merging.give_code(same, row.system, row.code)
                home = same
            elif home is not same:
                home.absorb(same)
        if home is None:
            home = merging.start(_supplement_concept(row))
        name = Name(row.language, row.name, "preferred")
        home.names.append(SourceName(name, SUPPLEMENT, 0))


def _by_name(merging: Merging) -> dict[tuple[str, str, str], MergedConcept]:
    """The concept that comes first for a preferred name."""
    found: dict[tuple[str, str, str], tuple[tuple[int, int], MergedConcept]] = {}
    for concept in merging.concepts:
        for name in concept.names:
            if name.name.kind != "preferred":
                continue
            language = name.name.language
            key = (concept.group.family, language, normalizer(language).key(name.name.text))
            order = (NAME_KINDS.index(name.name.kind), name.source.priority)
            if key not in found or order < found[key][0]:
                found[key] = (order, concept)
    return {key: concept for key, (_, concept) in found.items()}


def _supplement_concept(row: SupplementName) -> SourceConcept:
    concept = SourceConcept(SUPPLEMENT, f"{row.system}:{row.code}", row.group)
    concept.codes[row.system] = (row.code, "exact")
    concept.names.append(Name(row.language, row.name, "preferred"))
    return concept


def _add_atc(merging: Merging, ingredients_of: dict[str, list[str]]) -> None:
    """Brands and clinical drugs of one ingredient take over its ATC code."""
    for concept in merging.concepts:
        if concept.group.family not in {"drug", "clinical_drug"} or "atc" in concept.codes:
            continue
        found = concept.ingredients or ingredients_of.get(concept.codes.get("rxnorm", ""), [])
        if len(set(found)) == 1:
            ingredient = merging.with_code("drug", "rxnorm", found[0])
            if ingredient is not None and "atc" in ingredient.codes:
                concept.codes["atc"] = ingredient.codes["atc"]


def fingerprint(supplement_dir: Path = HERE) -> str:
    """A hash of the rules and supplements that an index is built by; it is in the index."""
    digest = hashlib.sha256()
    tables = [*supplement_dir.glob("supplement_*.tsv"), *supplement_dir.glob("gold_*.tsv")]
    for path in [*(HERE / f"{name}.toml" for name in _RULES), *sorted(tables)]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
