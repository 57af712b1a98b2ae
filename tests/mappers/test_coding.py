from dataclasses import dataclass, field

from mappers.coding import code
from mappers.groups import LABELS, rank
from models.types import Entity, Span
from terminology.types import Candidate, Coding, Concept

SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


@dataclass
class Table:
    """A linker that knows what it is given, and remembers what it was asked."""

    known: dict[tuple[str, str | None], list[Candidate]]
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    contexts: list[str | None] = field(default_factory=list)

    def link(self, mention, *, language, group=None, context=None):
        self.contexts.append(context)
        self.asked.append((mention, language, group))
        return self.known.get((mention, group), [])


def _candidate(group, score, *systems):
    codings = tuple(Coding(system, f"{group}-{score}", group) for system in systems)
    return Candidate(Concept(codings, group, group, "test"), score, "exact", group)


def _entity(label, text="word"):
    return Entity(Span(0, len(text), text), label, 0.5)


def test_the_better_of_two_groups_wins():
    linker = Table(
        {
            ("word", "disorder"): [_candidate("disorder", 0.6, SNOMED)],
            ("word", "finding"): [
                _candidate("finding", 0.9, SNOMED),
                _candidate("finding", 0.8, SNOMED),
            ],
        }
    )
    (coded,) = code([_entity("DISEASE")], "en", linker)
    assert [coding.code for coding in coded.codings] == ["finding-0.9"]
    assert linker.asked == [("word", "en", "disorder"), ("word", "en", "finding")]


def test_on_a_tie_the_first_group_of_the_label_wins():
    linker = Table(
        {("word", group): [_candidate(group, 0.9, SNOMED)] for group in ("disorder", "finding")}
    )
    disease, symptom = code([_entity("DISEASE"), _entity("SYMPTOM")], "nl", linker)
    assert disease.codings[0].code == "disorder-0.9"
    assert symptom.codings[0].code == "finding-0.9"


def test_the_codings_of_a_drug_begin_with_rxnorm_and_others_with_snomed():
    systems = ("urn:other", "http://hl7.org/fhir/sid/icd-10-cm", SNOMED, RXNORM)
    linker = Table(
        {
            ("word", "drug"): [_candidate("drug", 0.9, *systems)],
            ("word", "procedure"): [_candidate("procedure", 0.9, *systems)],
        }
    )
    drug, procedure = code([_entity("DRUG"), _entity("PROCEDURE")], "en", linker)
    assert drug.codings[0].system == RXNORM
    assert procedure.codings[0].system == SNOMED
    assert procedure.codings[-1].system == "urn:other"


def test_labels_without_a_row_are_not_looked_up():
    linker = Table({})
    (dosage,) = code([_entity("DOSAGE")], "en", linker)
    assert dosage.codings == ()
    assert linker.asked == []


def test_a_mention_that_nothing_matches_is_text_only():
    (coded,) = code([_entity("DRUG")], "en", Table({}))
    assert coded.codings == ()
    assert coded.entity == _entity("DRUG")


def test_every_row_names_groups_that_the_terminology_has():
    known = {"disorder", "finding", "procedure", "drug", "lab", "anatomy"}
    for label in LABELS.values():
        assert label.groups
        assert set(label.groups) <= known


def test_unknown_systems_rank_last_and_alike():
    assert rank("urn:a", "drug") == rank("urn:b", "drug") > rank(SNOMED, "drug")


def test_the_note_goes_along():
    linker = Table({})
    code([_entity("DRUG")], "en", linker, "the whole note")
    assert set(linker.contexts) == {"the whole note"}


def test_the_source_of_the_concept_is_kept():
    linker = Table({("word", "drug"): [_candidate("drug", 0.9, RXNORM)]})
    coded, text_only = code([_entity("DRUG"), _entity("DOSAGE")], "en", linker)
    assert coded.origin == "test"
    assert text_only.origin is None


def test_what_an_annotator_marked_is_no_display():
    codings = (Coding(SNOMED, "1", "right eyelid lifted"), Coding("urn:other", "2", "Other name"))
    found = {}
    for source in ("medprocner", "supplement"):
        concept = Concept(codings, "procedure", "right eyelid lifted", source)
        linker = Table({("word", "procedure"): [Candidate(concept, 0.9, "exact", "word")]})
        (coded,) = code([_entity("PROCEDURE")], "es", linker)
        found[source] = [coding.display for coding in coded.codings]
    assert found == {
        "medprocner": ["", "Other name"],
        "supplement": ["right eyelid lifted", "Other name"],
    }
