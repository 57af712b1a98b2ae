from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from terminology.build import build
from terminology.errors import SourceMalformed
from terminology.index import Index
from terminology.linker import Linker


@pytest.fixture
def folder(pack, make_row) -> Path:
    sct = {"snomed_match": "exact"}
    return pack(
        snomed_ips_freeset=[
            make_row("22298006", "Myocardial infarction", "disorder", snomed="22298006", **sct),
            make_row("233604007", "Pneumonia", "disorder", snomed="233604007", **sct),
        ],
        rxnorm=[
            make_row("IN:6809", "metformin", "drug", rxnorm="6809", umls="C0025598", atc="A10BA02"),
            make_row("IN:6809", "Glucophage", "drug", rxnorm="6809", name_type="synonym_related"),
            make_row("BN:151827", "Glucophage", "drug", rxnorm="151827"),
            make_row(
                "RX:861007",
                "metformin hydrochloride 500 MG Oral Tablet",
                "clinical_drug",
                rxnorm="861007",
            ),
            make_row("RX:316256", "Metformin 500 MG", "clinical_drug", rxnorm="316256"),
            make_row("IN:1", "glitazones", "drug", rxnorm="1001", atc="A10BG"),
        ],
        loinc=[
            make_row(
                "2823-3",
                "Potassium [Moles/volume] in Serum or Plasma",
                "lab",
                loinc="2823-3",
                rank="900",
            ),
            make_row(
                "2823-3",
                "Potassium",
                "lab",
                name_type="synonym_related",
                loinc="2823-3",
                rank="900",
            ),
            make_row("2828-2", "Potassium [Moles/volume] in Urine", "lab", loinc="2828-2"),
            make_row("2828-2", "Potassium", "lab", name_type="synonym_related", loinc="2828-2"),
            make_row("1-8", "Acyclovir [Susceptibility]", "lab", loinc="1-8"),
        ],
        synthea=[
            make_row(
                "SCT:399208008",
                "A name outside the grant",
                "procedure",
                snomed="399208008",
                in_ips="0",
                **sct,
            ),
        ],
        doid=[
            make_row(
                "DOID:5844", "heart attack", "disorder", snomed="22298006", icd10cm="I21", **sct
            ),
            make_row(
                "DOID:5844", "MI", "disorder", name_type="abbreviation", snomed="22298006", **sct
            ),
        ],
        drugs_nl_cbs=[make_row("A1", "Geheimmiddel", "drug", lang="nl", rxnorm="6809")],
        openehr_nl_es=[make_row("a::at1", "Presente", "disorder", lang="es", snomed="22298006")],
        icd10cm=[make_row("I21", "Acute myocardial infarction", "disorder", icd10cm="I21")],
        codes={
            "rxnorm": [
                {"source_id": "BN:151827", "system": "rxnorm", "code": "6809", "match": "broad"}
            ]
        },
    )


@pytest.fixture
def supplements(tmp_path: Path) -> Path:
    made = tmp_path / "supplements"
    made.mkdir()
    (made / "supplement_en.tsv").write_text(
        "name\tgroup\tsystem\tcode\n"
        "coronary\tdisorder\tsnomed\t22298006\n"
        "chest x-ray\tprocedure\tsnomed\t399208008\n"
    )
    return made


@pytest.fixture
def index(folder: Path, supplements: Path, tmp_path: Path):
    build(folder, tmp_path / "index.sqlite", supplement_dir=supplements)
    with Index(tmp_path / "index.sqlite") as opened:
        yield opened


def codes(index: Index, mention: str, group: str | None = None, language: str = "en") -> list[str]:
    found = Linker(index).link(mention, language=language, group=group)
    return [coding.code for coding in found[0].concept.codings] if found else []


def test_the_same_sources_give_the_same_bytes(
    folder: Path, supplements: Path, tmp_path: Path
) -> None:
    paths = [tmp_path / name for name in ("a.sqlite", "b.sqlite")]
    versions = {build(folder, path, supplement_dir=supplements).version for path in paths}
    assert len(versions) == 1
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_other_contents_give_another_version(pack, make_row, tmp_path: Path) -> None:
    versions = []
    for name in ("gout", "mumps"):
        sources = pack(mondo=[make_row("MONDO:1", name, "disorder", umls="C0000001")])
        versions.append(build(sources, tmp_path / "i.sqlite", supplement_dir=tmp_path).version)
    assert versions[0] != versions[1]


def test_names_and_codes_of_several_sources(index: Index) -> None:
    assert codes(index, "heart attack") == ["22298006", "I21"]
    (concept,) = index.lookup("snomed", "22298006")
    assert concept.name == "Myocardial infarction"
    assert concept.source == "snomed_ips_freeset"


def test_displays_and_versions_come_from_the_system_itself(index: Index) -> None:
    snomed, icd = index.lookup("http://snomed.info/sct", "22298006")[0].codings
    assert (snomed.display, icd.display) == ("Myocardial infarction", "Acute myocardial infarction")
    assert snomed.version is not None
    assert icd.version == "2024"


def test_sources_that_do_not_ship_are_not_in_the_file(index: Index) -> None:
    assert codes(index, "Geheimmiddel", language="nl") == []
    assert codes(index, "Presente", language="es") == []
    assert {"drugs_nl_cbs", "openehr_nl_es"}.isdisjoint(s.key for s in index.sources())
    raw = index.path.read_bytes()
    assert b"Geheimmiddel" not in raw
    assert b"Presente" not in raw


def test_snomed_names_outside_the_grant_are_not_in_the_file(index: Index) -> None:
    assert b"outside the grant" not in index.path.read_bytes()
    (concept,) = index.lookup("snomed", "399208008")
    assert concept.codings[0].display == "chest x-ray"
    assert concept.codings[0].version is None


def test_the_supplement_adds_names_to_concepts_that_exist(index: Index) -> None:
    assert codes(index, "coronary") == ["22298006", "I21"]


def test_a_supplement_code_must_exist(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "supplement_en.tsv").write_text(
        "name\tgroup\tsystem\tcode\nmumps\tdisorder\tsnomed\t36989005\n"
    )
    with pytest.raises(SourceMalformed, match=r"supplement_en\.tsv:2.*36989005"):
        build(folder, tmp_path / "index.sqlite", supplement_dir=tmp_path)


def test_the_supplement_gives_a_missing_code(pack, make_row, tmp_path: Path) -> None:
    sources = pack(
        snomed_ips_freeset=[
            make_row(
                "14669001",
                "Acute renal failure syndrome",
                "disorder",
                snomed="14669001",
                snomed_match="exact",
            )
        ],
        mondo=[
            make_row("MONDO:1", "acute kidney injury", "disorder", umls="C2609414", icd10cm="N17")
        ],
    )
    (tmp_path / "supplement_en.tsv").write_text(
        "name\tgroup\tsystem\tcode\nacute kidney injury\tdisorder\tsnomed\t14669001\n"
    )
    build(sources, tmp_path / "index.sqlite", supplement_dir=tmp_path)
    with Index(tmp_path / "index.sqlite") as index:
        assert codes(index, "acute kidney injury") == ["14669001", "N17", "C2609414"]


def test_a_list_of_names_passes_on_no_classification_code(pack, make_row, tmp_path: Path) -> None:
    sources = pack(
        snomed_ips_freeset=[
            make_row("271807003", "Eruption", "finding", snomed="271807003", snomed_match="exact")
        ],
        wikidata_es=[
            make_row("Q1", "exantema", "disorder", lang="es", icd10cm="A38"),
            make_row("Q1", "rash", "disorder", lang="es", name_type="synonym_exact", icd10cm="A38"),
        ],
    )
    (tmp_path / "supplement_es.tsv").write_text(
        "name\tgroup\tsystem\tcode\nexantema\tfinding\tsnomed\t271807003\n"
    )
    build(sources, tmp_path / "index.sqlite", supplement_dir=tmp_path)
    with Index(tmp_path / "index.sqlite") as index:
        assert codes(index, "exantema", language="es") == ["271807003"]
        assert codes(index, "rash", language="es") == ["271807003"]


def test_drug_parts_are_no_drugs_and_brands_take_the_atc_code(index: Index) -> None:
    assert index.lookup("rxnorm", "316256") == []
    assert codes(index, "Glucophage") == ["151827", "A10BA02"]
    assert codes(index, "glitazones") == ["1001"]


def test_a_bare_component_is_the_test_that_is_used(index: Index) -> None:
    found = Linker(index).link("potassium", language="en", group="lab")
    assert [candidate.concept.codings[0].code for candidate in found] == ["2823-3"]


def test_progress_goes_from_nothing_to_all(folder: Path, supplements: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    build(folder, tmp_path / "i.sqlite", lambda _, done, of: seen.append((done, of)), supplements)
    assert seen == sorted(seen)
    assert seen[0][0] == 0
    assert seen[-1][0] == seen[-1][1]


def test_a_failed_build_leaves_the_old_file_and_nothing_else(
    folder: Path, supplements: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    build(folder, out / "index.sqlite", supplement_dir=supplements)
    before = (out / "index.sqlite").read_bytes()
    (folder / "icd10cm.tsv.xz").write_bytes(b"no xz")
    with pytest.raises(SourceMalformed, match="icd10cm"):
        build(folder, out / "index.sqlite", supplement_dir=supplements)
    assert (out / "index.sqlite").read_bytes() == before
    assert [path.name for path in out.iterdir()] == ["index.sqlite"]


def test_a_write_that_fails_leaves_no_temporary_file(
    folder: Path, tmp_path: Path, supplements: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("terminology.indexfile._write", fail)
    with pytest.raises(OSError, match="disk full"):
        build(folder, tmp_path / "index.sqlite", supplement_dir=supplements)
    assert list(tmp_path.glob("index.sqlite*")) == []


def test_the_file_is_a_sound_database(index: Index) -> None:
    with closing(sqlite3.connect(index.path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        dangling = "SELECT count(*) FROM name WHERE concept > (SELECT max(id) FROM concept)"
        assert connection.execute(dangling).fetchone() == (0,)
