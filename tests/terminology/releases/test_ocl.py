from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from terminology.errors import SourceMalformed

ROOT = "/orgs/TIN/sources/TIN/concepts"


def concept(code: str, kind: str, *names: tuple[str, str], retired: bool = False) -> dict[str, Any]:
    return {
        "id": code,
        "url": f"{ROOT}/{code}/",
        "concept_class": kind,
        "retired": retired,
        "names": [
            {"name": name, "locale": locale, "locale_preferred": place == 0, "name_type": None}
            for place, (locale, name) in enumerate(names)
        ],
    }


def mapping(code: str, how: str, system: str, target: str) -> dict[str, Any]:
    return {
        "map_type": how,
        "from_concept_url": f"{ROOT}/{code}/",
        "to_source_name": system,
        "to_source_url": f"/orgs/X/sources/{system}/",
        "to_concept_code": target,
    }


@pytest.fixture
def export(tmp_path: Path, zipped, rf2) -> Path:
    rf2.new = rf2.sctid(6101)
    document = {
        "type": "Source Version",
        "id": "TIN",
        "version": "v2",
        "concepts": [
            concept("1", "Diagnosis", ("en", "heart trouble of tin"), ("es", "mal de hojalata")),
            concept("2", "Procedure", ("en", "tin plating of tooth")),
            concept("3", "Diagnosis", ("en", "no code at all")),
            concept("4", "Question", ("en", "how are you")),
            concept("5", "Diagnosis", ("en", "retired trouble"), retired=True),
        ],
        "mappings": [
            mapping("1", "SAME-AS", "SNOMED-CT", "22298006"),
            mapping("1", "SAME-AS", "ICD-10-CM", "I21"),
            mapping("2", "SAME-AS", "SNOMED-CT", rf2.new),
            mapping("3", "NARROWER-THAN", "SNOMED-CT", "22298006"),
            mapping("5", "SAME-AS", "SNOMED-CT", "22298006"),
        ],
    }
    folder = tmp_path / "TIN_v2"
    folder.mkdir()
    (folder / "export.json").write_text(json.dumps(document))
    return zipped(folder)


def test_concepts_count_as_what_they_are_the_same_as(rf2, export, load_into, codes, index) -> None:
    loaded = load_into(export)
    assert codes("heart trouble of tin") == ["22298006", "I21"]
    assert codes("mal de hojalata", language="es") == ["22298006", "I21"]
    assert codes("tin plating of tooth") == [rf2.new]
    assert codes("no code at all") == codes("how are you") == codes("retired trouble") == []
    assert "TIN v2" in index().sources()[-1].version
    assert loaded.skipped["Open Concept Lab concepts of other classes"] == 1
    assert loaded.skipped["Open Concept Lab concepts without a code of ours"] == 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"22298006"', '"22298007"', r"export\.json: mappings 1: '22298007'"),
        ("]}", "", "cut off or not JSON"),
        ('"concepts": [', '"concepts": ["x", ', "concepts 1: not an object"),
    ],
)
def test_exports_that_are_not_right(export, load_into, old, new, said) -> None:
    path = export.with_suffix("") / "export.json"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(SourceMalformed, match=said):
        load_into(path)
