from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from terminology.errors import SourceMalformed

SNOMED = "http://snomed.info/sct"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"


@pytest.fixture
def write_json(tmp_path: Path) -> Callable[..., Path]:
    def write(name: str, content: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
        return path

    return write


@pytest.fixture
def code_system(rf2) -> dict[str, Any]:
    rf2.top, rf2.below, rf2.over = (rf2.sctid(number) for number in (6001, 6002, 6003))
    fsn = {"system": SNOMED, "code": rf2.FSN}
    return {
        "resourceType": "CodeSystem",
        "url": SNOMED,
        "version": "http://snomed.info/sct/11000146104/version/20250101",
        "content": "fragment",
        "concept": [
            {
                "code": rf2.top,
                "display": "Tin chest",
                "designation": [
                    {"value": "Tin chest (finding)", "language": "en", "use": fsn},
                    {"value": "tinnen borst", "language": "nl"},
                    {"value": "poitrine d'étain", "language": "fr"},
                ],
                "concept": [
                    {
                        "code": rf2.below,
                        "display": "Very tin chest",
                        "designation": [{"value": "Very tin chest (finding)", "use": fsn}],
                    }
                ],
            },
            {"code": "22298006", "display": "Heart infarct of the code system"},
            {
                "code": "233604007",
                "display": "Pneumonia",
                "property": [{"code": "inactive", "valueBoolean": True}],
            },
        ],
    }


def concept_map(source: str, target: str, *elements: tuple[str, str, str, str]) -> dict[str, Any]:
    return {
        "resourceType": "ConceptMap",
        "group": [
            {
                "source": source,
                "target": target,
                "element": [
                    {"code": code, "display": display, "target": [{"code": to, key: how}]}
                    for code, display, to, how in elements
                    for key in ("equivalence",)
                ],
            }
        ],
    }


def test_a_code_system_with_its_designations(
    code_system, write_json, load_into, codes, index
) -> None:
    top = code_system["concept"][0]["code"]
    below = code_system["concept"][0]["concept"][0]["code"]
    loaded = load_into(write_json("codes.json", code_system))
    assert codes("tin chest") == [top]
    assert codes("very tin chest") == [below]
    assert codes("tinnen borst", language="nl") == [top]
    assert codes("heart infarct of the code system") == ["22298006", "I21"]
    assert index().lookup("snomed", "233604007") == []
    (concept,) = index().lookup("snomed", below)
    assert (concept.group, concept.codings[0].version) == ("finding", code_system["version"])
    assert loaded.skipped["names in fr"] == 1


def test_a_value_set(write_json, load_into, codes) -> None:
    resource = {
        "resourceType": "ValueSet",
        "language": "nl",
        "compose": {
            "include": [
                {"system": SNOMED, "concept": [{"code": "22298006", "display": "hartkramp"}]}
            ]
        },
        "expansion": {
            "contains": [
                {
                    "system": f"{ICD10CM}",
                    "abstract": True,
                    "contains": [{"system": ICD10CM, "code": "J99.1", "display": "tinlong"}],
                }
            ]
        },
    }
    load_into(write_json("set.json", resource))
    assert codes("hartkramp", language="nl") == ["22298006", "I21"]
    assert codes("tinlong", language="nl") == ["J99.1"]


def test_a_concept_map_gives_equivalent_codes_only(write_json, load_into, index) -> None:
    resource = concept_map(
        SNOMED,
        f"{ICD10CM}|2025",
        ("233604007", "Pneumonia", "J18.9", "equivalent"),
        ("22298006", "Heart attack", "I25.2", "wider"),
    )
    load_into(write_json("map.json", resource))
    (pneumonia,) = index().lookup("snomed", "233604007")
    assert [coding.code for coding in pneumonia.codings] == ["233604007", "J18.9"]
    (heart,) = index().lookup("snomed", "22298006")
    assert [coding.code for coding in heart.codings] == ["22298006", "I21"]


def test_a_list_where_a_code_belongs_says_nothing(write_json, load_into, codes) -> None:
    properties = [{"code": "status", "valueCode": ["retired"]}]
    entry = {"code": "22298006", "display": "heart stop", "property": properties}
    resource = {"resourceType": "CodeSystem", "url": SNOMED, "concept": [entry]}
    mapping = concept_map(SNOMED, ICD10CM, ("233604007", "Pneumonia", "J18.9", ["equal"]))
    bundle = {"resourceType": "Bundle", "entry": [{"resource": resource}, {"resource": mapping}]}
    load_into(write_json("bundle.json", bundle))
    assert codes("heart stop") == ["22298006", "I21"]
    assert codes("pneumonia") == ["233604007"]


def test_names_of_local_codes_become_names_of_what_they_equal(write_json, load_into, codes) -> None:
    local = ("L1", "heart stop (ward list)", "22298006", "equal")
    load_into(write_json("map.json", concept_map("http://example.org/ward", SNOMED, local)))
    assert codes("heart stop (ward list)") == ["22298006", "I21"]


def test_a_bundle_and_a_folder(rf2, code_system, write_json, load_into, codes) -> None:
    local = concept_map(
        "http://example.org/ward", SNOMED, ("L1", "ward heart", "22298006", "equal")
    )
    bundle = {"resourceType": "Bundle", "entry": [{"resource": code_system}, {"resource": local}]}
    path = write_json("folder/bundle.json", bundle)
    write_json("folder/other.json", {"no": "resource"})
    load_into(path.parent)
    assert codes("tin chest") == [rf2.top]
    assert codes("ward heart") == ["22298006", "I21"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text[:-30], r"codes\.json: cut off or not JSON"),
        (lambda text: text.replace("22298006", "22298007"), r"codes\.json: concept 2: '22298007'"),
        (lambda text: text.replace(SNOMED, "http://example.org/x"), "no code of a system"),
        (lambda text: text.replace('"concept": [', '"concept": [1, ', 1), "concept 1: not an ob"),
        (lambda text: text.replace("Tin", "T\\ud800\udcff"), "not JSON|UTF-8"),
    ],
)
def test_resources_that_are_not_right(code_system, write_json, load_into, change, said) -> None:
    path = write_json("codes.json", code_system)
    path.write_bytes(change(path.read_text()).encode("utf-8", "surrogateescape"))
    with pytest.raises(SourceMalformed, match=said):
        load_into(path)
