"""What the shipped index says of codes, by the questions that a terminology service asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from terminology.catalogue import Catalogue, has_form, held_systems
from terminology.index import Index


@pytest.fixture(scope="module")
def catalogue() -> Iterator[Catalogue]:
    with Index() as index:
        yield Catalogue(index)


def test_a_code_has_a_display_and_names_by_language(catalogue: Catalogue) -> None:
    entry = catalogue.entry("snomed", "195967001")
    assert entry is not None
    assert entry.display(None) == entry.display("en") == "Asthma"
    assert entry.display("nl-NL").lower() == "astma"
    assert entry.display("fr") == "Asthma"
    assert entry.is_called("  ASTHMA ")
    assert not entry.is_called("Bronchitis")


def test_the_system_goes_by_its_key_or_its_uri(catalogue: Catalogue) -> None:
    by_key = catalogue.entry("loinc", "718-7")
    assert by_key is not None
    assert catalogue.entry("http://loinc.org", "718-7") == by_key
    assert catalogue.entry("http://example.org/none", "718-7") is None
    assert catalogue.entry("loinc", "718-8") is None


def test_one_name_of_a_language_is_preferred(catalogue: Catalogue) -> None:
    entry = catalogue.entry("snomed", "22298006")
    assert entry is not None
    languages = [name.language for name in entry.names if name.preferred]
    assert len(languages) == len(set(languages))
    assert entry.display("en") == "Myocardial infarction"


def test_a_translation_is_exact_only_where_each_code_is_one_concept(catalogue: Catalogue) -> None:
    found = catalogue.translations("snomed", "195967001")
    for one in found:
        concepts = catalogue.index.lookup(one.coding.system, one.coding.code)
        assert not one.exact or len(concepts) == 1
    assert found == tuple(sorted(found, key=lambda one: not one.exact))
    assert catalogue.translations("snomed", "0") == ()


def test_the_form_of_a_code_is_known() -> None:
    assert has_form("loinc", "718-7")
    assert not has_form("loinc", "718-8")
    assert not has_form("http://example.org/none", "718-7")
    assert "http://snomed.info/sct" in held_systems()
