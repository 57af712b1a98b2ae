from __future__ import annotations

import pytest

from terminology.merging import MergedConcept, Merging
from terminology.source import Name, SourceConcept, sources

SOURCES = {source.key: source for source in sources()}


def concept(
    source: str, identifier: str, name: str, group: str = "disorder", **codes: str
) -> SourceConcept:
    made = SourceConcept(SOURCES[source], identifier, group)
    made.codes = {
        system: (code.split("/")[0], [*code.split("/"), "exact"][1])
        for system, code in codes.items()
    }
    made.names.append(Name("en", name, "preferred"))
    return made


def merge(*concepts: SourceConcept) -> list[MergedConcept]:
    merging = Merging()
    for one in concepts:
        merging.add([one])
    return merging.concepts


def names(merged: MergedConcept) -> list[str]:
    return [name.name.text for name in merged.names]


def test_a_shared_snomed_code_makes_one_concept_named_by_the_first_source() -> None:
    (merged,) = merge(
        concept("snomed_ips_freeset", "22298006", "Myocardial infarction", snomed="22298006"),
        concept(
            "doid", "DOID:5844", "heart attack", snomed="22298006", umls="C0027051", icd10cm="I21"
        ),
    )
    assert merged.name == "Myocardial infarction"
    assert merged.codes == {"snomed": "22298006", "umls": "C0027051", "icd10cm": "I21"}
    assert names(merged) == ["Myocardial infarction", "heart attack"]


def test_a_finding_and_a_disorder_may_be_one() -> None:
    (merged,) = merge(
        concept("mondo", "MONDO:1", "migraine", umls="C0149931"),
        concept("hpo", "HP:1", "Migraine", group="finding", umls="C0149931"),
    )
    assert merged.group.key == "disorder"


def test_a_shared_cui_does_not_outweigh_two_snomed_codes() -> None:
    merged = merge(
        concept("snomed_ips_freeset", "267036007", "Dyspnea", snomed="267036007"),
        concept("hpo", "HP:1", "Dyspnea", "finding", snomed="267036007", umls="C0013404"),
        concept("doid", "DOID:1", "Respiratory distress", snomed="271825005", umls="C0013404"),
    )
    assert len(merged) == 2


@pytest.mark.parametrize("match", ["broad", "narrow", "xref"])
def test_a_weaker_match_neither_merges_nor_codes(match: str) -> None:
    merged = merge(
        concept("snomed_ips_freeset", "37796009", "Migraine", snomed="37796009"),
        concept("doid", "DOID:1", "headache disorder", snomed=f"37796009/{match}", umls="C0393735"),
    )
    assert [one.codes for one in merged] == [{"snomed": "37796009"}, {"umls": "C0393735"}]


def test_an_equal_preferred_name_merges_within_a_family() -> None:
    merged = merge(
        concept("snomed_ips_freeset", "87522002", "Iron deficiency anemia", snomed="87522002"),
        concept("icd10cm", "D50", "Iron deficiency anaemia", icd10cm="D50"),
        concept("loinc", "1-8", "Iron deficiency anemia", group="lab", loinc="1-8"),
    )
    assert [one.codes for one in merged] == [
        {"snomed": "87522002", "icd10cm": "D50"},
        {"loinc": "1-8"},
    ]


def test_word_order_matters_between_concepts() -> None:
    merged = merge(
        concept("hpo", "HP:1", "Left arch with right artery", "finding", umls="C0000001"),
        concept("mondo", "MONDO:1", "right arch with left artery", umls="C0000002"),
    )
    assert len(merged) == 2


def test_two_concepts_of_one_ontology_stay_apart() -> None:
    merged = merge(
        concept("mondo", "MONDO:1", "gastritis", umls="C0017152"),
        concept("mondo", "MONDO:2", "stomach inflammation", umls="C0017152"),
    )
    assert [one.name for one in merged] == ["gastritis", "stomach inflammation"]


def test_the_code_systems_own_name_outweighs_a_mapping() -> None:
    (merged,) = merge(
        concept("snomed_ips_freeset", "26929004", "Alzheimer's disease", snomed="26929004"),
        concept("mondo", "MONDO:1", "Alzheimer disease", snomed="142811000119104", umls="C0002395"),
    )
    assert merged.codes == {"snomed": "26929004", "umls": "C0002395"}


def test_names_that_may_not_ship_leave_only_the_code() -> None:
    hidden = concept("synthea", "SCT:1", "Some outside name", "procedure", snomed="415070008")
    hidden.named = False
    merged = merge(hidden)
    assert merged == []
    (merged_with_other,) = merge(
        concept(
            "maxo", "MAXO:1", "percutaneous coronary intervention", "procedure", snomed="415070008"
        ),
        hidden,
    )
    assert names(merged_with_other) == ["percutaneous coronary intervention"]


def test_a_concept_without_a_code_is_left_out() -> None:
    assert merge(concept("mondo", "MONDO:1", "nameless disease")) == []


@pytest.mark.parametrize(
    ("code", "category", "settled"),
    [("K50.1", "K50", "K50"), ("J44.9", "J44", "J44.9"), ("E11", "E10", "E11")],
)
def test_a_part_gives_way_to_its_category_unless_unspecified(
    code: str, category: str, settled: str
) -> None:
    one = concept("doid", "DOID:1", "a disease", icd10cm=code)
    one.categories.append(category)
    (merged,) = merge(one)
    merged.settle()
    assert merged.codes["icd10cm"] == settled
