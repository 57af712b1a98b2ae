from __future__ import annotations

import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from terminology.errors import SourceMalformed
from terminology.source import COLUMNS, Source, read, sources

SOURCES = {source.key: source for source in sources()}
MONDO = SOURCES["mondo"]


def test_precedence_and_what_ships() -> None:
    assert [s.priority for s in sources()] == sorted(s.priority for s in sources())
    held_back = {source.key for source in sources() if not source.ships}
    assert held_back == {"drugs_nl_cbs", "openehr_nl_es"}
    assert {s.key for s in sources() if s.ships and s.licence_class == "check"} == {"hpo"}


def test_every_source_that_ships_has_licence_version_and_notice() -> None:
    for source in sources():
        assert source.licence
        assert source.version
        assert source.notice or not source.ships


def test_rows_of_one_concept_come_together(pack, make_row) -> None:
    folder = pack(
        mondo=[
            make_row("MONDO:1", "asthma", "disorder", snomed="195967001", snomed_match="exact"),
            make_row("MONDO:1", "bronchial asthma", "disorder", name_type="synonym_exact"),
        ],
        codes={
            "mondo": [
                {"source_id": "MONDO:1", "system": "icd10cm", "code": "J45", "match": "broad"},
                {"source_id": "MONDO:1", "system": "mesh", "code": "D001249", "match": "exact"},
            ]
        },
    )
    (concept,) = read(MONDO, folder)
    assert [name.text for name in concept.names] == ["asthma", "bronchial asthma"]
    assert concept.codes["snomed"] == ("195967001", "exact")
    assert concept.further == [("mesh", "D001249")]
    assert concept.categories == ["J45"]


@pytest.mark.parametrize(
    ("cells", "complaint"),
    [
        ({"snomed": "22298007"}, "no snomed code"),
        ({"loinc": "4548-5"}, "no loinc code"),
        ({"icd10cm": "E1"}, "no icd10cm code"),
        ({"rxnorm": "abc"}, "no rxnorm code"),
        ({"name_type": "nickname"}, "name_type"),
        ({"name": ""}, "without a name"),
        ({"rank": "often"}, "not a number"),
    ],
)
def test_a_bad_row_names_file_and_line(
    pack, make_row, cells: dict[str, str], complaint: str
) -> None:
    good = make_row("MONDO:1", "asthma", "disorder", umls="C0004096")
    bad = {**make_row("MONDO:2", "gout", "disorder"), **cells}
    folder = pack(mondo=[good, bad])
    with pytest.raises(SourceMalformed, match=rf"mondo\.tsv\.xz:3: .*{complaint}"):
        read(MONDO, folder)


def _cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _not_compressed(path: Path) -> None:
    path.write_text("\t".join(COLUMNS) + "\n")


def _latin1(path: Path) -> None:
    path.write_bytes(lzma.compress("\t".join(COLUMNS).encode() + b"\n\xe9\n"))


def _other_columns(path: Path) -> None:
    path.write_bytes(lzma.compress(b"code\tname\n1\tx\n"))


def _too_few_cells(path: Path) -> None:
    path.write_bytes(lzma.compress(("\t".join(COLUMNS) + "\nMONDO:1\ten\n").encode()))


def _empty(path: Path) -> None:
    path.write_bytes(lzma.compress(b""))


@pytest.mark.parametrize(
    "harm",
    [_cut_off, _not_compressed, _latin1, _other_columns, _too_few_cells, _empty, Path.unlink],
)
def test_a_bad_file_is_named(pack, make_row, harm: Callable[[Path], None]) -> None:
    folder = pack(mondo=[make_row("MONDO:1", "asthma", "disorder", umls="C0004096")])
    harm(folder / "mondo.tsv.xz")
    with pytest.raises(SourceMalformed, match=r"mondo\.tsv\.xz"):
        read(MONDO, folder)


def test_codes_of_an_unknown_concept_are_refused(pack) -> None:
    folder = pack(codes={"mondo": [{"source_id": "MONDO:9", "system": "mesh", "code": "D001249"}]})
    with pytest.raises(SourceMalformed, match=r"mondo\.codes\.tsv\.xz:2"):
        read(MONDO, folder)


def test_ingredients_name_a_concept_before_brands(pack, make_row) -> None:
    folder = pack(
        rxnorm=[
            make_row("BN:Metforming", "Metforming", "drug", rxnorm="6809"),
            make_row("IN:6809", "metformin", "drug", rxnorm="6809"),
        ]
    )
    first, _ = read(SOURCES["rxnorm"], folder)
    assert first.identifier == "IN:6809"


def test_too_long_codes_are_left_out(pack, make_row) -> None:
    folder = pack(
        icd10cm=[
            make_row("S72.001", "Fracture of neck of femur", "disorder", icd10cm="S72.001"),
            make_row("S72.001A", "Fracture, initial encounter", "disorder", icd10cm="S72.001A"),
        ]
    )
    concepts = read(SOURCES["icd10cm"], folder)
    assert [concept.identifier for concept in concepts] == ["S72.001"]
    assert concepts[0].names[0].kind == "coder"


def test_a_source_is_a_value() -> None:
    assert Source("x", 1, "clean", "MIT", "1", "n") == Source("x", 1, "clean", "MIT", "1", "n")
