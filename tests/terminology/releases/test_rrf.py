from __future__ import annotations

from pathlib import Path

import pytest

from terminology.errors import SourceMalformed


def cells(count: int, **said: str) -> str:
    """A row with the cells whose numbers (from 1) are given: `c12="RXNORM"`."""
    row = [said.get(f"c{number}", "") for number in range(1, count + 1)]
    return "|".join(row) + "|"


def rxnconso(rxcui: str, kind: str, text: str, *, source="RXNORM", code="", suppress="N") -> str:
    code = code or rxcui
    return cells(18, c1=rxcui, c2="ENG", c12=source, c13=kind, c14=code, c15=text, c17=suppress)


def rxnrel(target: str, relation: str, subject: str) -> str:
    return cells(16, c1=target, c4="RO", c5=subject, c8=relation, c11="RXNORM")


def rxnsat(rxcui: str, name: str, source: str, value: str, code: str = "") -> str:
    return cells(13, c1=rxcui, c6=code, c9=name, c10=source, c11=value, c12="N")


def mrconso(cui: str, text: str, *, language="ENG", best=False, **said: str) -> str:
    source, kind = said.get("source", "MTH"), said.get("kind", "PT")
    marks = "P|L1|PF|S1|Y" if best else "S|L1|VO|S1|N"
    code, suppress = said.get("code", "NOCODE"), said.get("suppress", "N")
    return f"{cui}|{language}|{marks}|A1||||{source}|{kind}|{code}|{text}|0|{suppress}||"


def mrsty(cui: str, kind: str) -> str:
    return f"{cui}|{kind}|A1|name|AT1||"


CONSO = (
    rxnconso("6809", "IN", "metformin"),
    rxnconso("991001", "IN", "stannumab"),
    rxnconso("991001", "SY", "tin antibody"),
    rxnconso("991001", "PT", "stannumab", source="ATC", code="L01XX99"),
    rxnconso("991002", "BN", "Tinzap"),
    rxnconso("991003", "SCD", "stannumab 5 MG Oral Tablet"),
    rxnconso("991004", "SCDC", "stannumab 5 MG"),
    rxnconso("991005", "IN", "cobaltine", suppress="O"),
    rxnconso("991006", "IN", "horsezap"),
    rxnconso("991007", "IN", "somebody else's", source="MMSL"),
)


@pytest.fixture
def rxnorm(write_lines) -> Path:
    write_lines("RxNorm_full_03042024/rrf/RXNCONSO.RRF", *CONSO)
    write_lines(
        "RxNorm_full_03042024/rrf/RXNREL.RRF",
        rxnrel("991004", "consists_of", "991003"),
        rxnrel("991001", "has_ingredient", "991004"),
        rxnrel("991001", "tradename_of", "991002"),
    )
    path = write_lines(
        "RxNorm_full_03042024/rrf/RXNSAT.RRF",
        rxnsat("991006", "RXN_VET_DRUG", "RXNORM", "VET"),
        rxnsat("991001", "RXN_HUMAN_DRUG", "RXNORM", "US"),
        rxnsat("6809", "ATC_LEVEL", "ATC", "5", "A10BA02"),
    )
    return path.parents[1]


def test_ingredients_brands_and_clinical_drugs(rxnorm, load_into, codes, index) -> None:
    load_into(rxnorm)
    assert codes("stannumab") == ["991001", "L01XX99"]
    assert codes("tin antibody") == ["991001", "L01XX99"]
    assert codes("Tinzap") == ["991002", "L01XX99"]
    assert codes("stannumab 5 mg tablet") == ["991003", "L01XX99"]
    assert codes("metformin") == ["6809", "A10BA02"]
    assert index().lookup("rxnorm", "991003")[0].codings[0].version == "03042024"


def test_suppressed_animal_and_other_rows_are_left_out(rxnorm, load_into, index) -> None:
    load_into(rxnorm)
    for rxcui in ("991004", "991005", "991006", "991007"):
        assert index().lookup("rxnorm", rxcui) == []


def test_an_ingredient_with_several_atc_codes_gets_none_but_is_found(
    rxnorm, write_lines, load_into, index
) -> None:
    other = rxnconso("991001", "PT", "stannumab", source="ATC", code="N02BA01")
    write_lines("RxNorm_full_03042024/rrf/RXNCONSO.RRF", *CONSO, other)
    load_into(rxnorm)
    (concept,) = [c for c in index().lookup("atc", "N02BA01") if c.name == "stannumab"]
    assert len(concept.codings) == 1


@pytest.mark.parametrize(
    ("name", "row", "said"),
    [
        ("RXNCONSO", rxnconso("99x", "IN", "x"), "RXNCONSO.RRF:2: '99x'"),
        ("RXNCONSO", mrsty("C0000001", "T047"), "RXNCONSO.RRF:2: 6 columns instead of 18"),
        ("RXNCONSO", mrconso("C0000001", "x"), "RXNCONSO.RRF:2: 'C0000001'"),
        ("RXNCONSO", rxnconso("1", "IN", "x")[:-3], "RXNCONSO.RRF:2: .* columns"),
        ("RXNREL", rxnsat("1", "a", "b", "c"), "RXNREL.RRF:2: 13 columns instead of 16"),
        ("RXNSAT", rxnrel("1", "isa", "2"), "RXNSAT.RRF:2: 16 columns instead of 13"),
        ("RXNSAT", rxnsat("1", "ATC_LEVEL", "ATC", "5", "Q9"), "RXNSAT.RRF:2: 'Q9'"),
    ],
)
def test_rxnorm_rows_that_are_not_right(rxnorm, load_into, name, row, said) -> None:
    path = rxnorm / "rrf" / f"{name}.RRF"
    first = path.read_text().splitlines()[0]
    path.write_text(f"{first}\n{row}\n")
    with pytest.raises(SourceMalformed, match=said):
        load_into(rxnorm)


@pytest.fixture
def umls(write_lines) -> Path:
    write_lines(
        "umls-2024AA/META/MRSTY.RRF",
        mrsty("C0000002", "T047"),
        mrsty("C9000001", "T047"),
        mrsty("C9000001", "T033"),
        mrsty("C9000002", "T061"),
        mrsty("C9000003", "T170"),
        mrsty("C9000004", "T059"),
    )
    path = write_lines(
        "umls-2024AA/META/MRCONSO.RRF",
        mrconso("C0000002", "brass ague"),
        mrconso("C9000001", "Cardiac standstill of tin", best=True),
        mrconso("C9000001", "Myocardial infarct", source="SNOMEDCT_US", code="22298006", kind="PT"),
        mrconso("C9000001", "infarto de estaño", language="SPA"),
        mrconso("C9000001", "tinnen hart", language="DUT"),
        mrconso("C9000001", "coeur d'étain", language="FRE"),
        mrconso("C9000001", "dated tin heart", suppress="O"),
        mrconso("C9000001", "I21-I25", source="ICD10CM", code="I21-I25", kind="HT"),
        mrconso("C9000002", "Tin plating", best=True),
        mrconso("C9000003", "A guideline", best=True),
        mrconso("C9000004", "Tin in blood", best=True, source="LNC", code="99998-7", kind="LN"),
        mrconso("C9000004", "a part", source="LNC", code="LP1234-5", kind="LPN"),
    )
    return path.parents[1]


def test_umls_concepts_join_those_of_their_codes(umls, load_into, codes, index) -> None:
    loaded = load_into(umls)
    assert codes("brass ague") == ["C0000002"]
    assert codes("cardiac standstill of tin") == ["22298006", "I21", "C9000001"]
    assert codes("infarto de estaño", language="es")[0] == "22298006"
    assert codes("tinnen hart", language="nl")[0] == "22298006"
    assert codes("tin plating", group="procedure") == ["C9000002"]
    assert codes("a guideline") == codes("dated tin heart") == []
    assert loaded.skipped["names in FRE"] == 1
    coding = index().lookup("umls", "C9000002")[0].codings[0]
    assert (coding.version, coding.display) == ("2024AA", "Tin plating")


def test_a_umls_laboratory_test_is_found_by_its_loinc_code(umls, load_into, codes) -> None:
    load_into(umls)
    assert codes("tin in blood", group="lab") == ["99998-7"]


@pytest.mark.parametrize(
    ("name", "row", "said"),
    [
        ("MRCONSO", mrconso("C1", "x"), "MRCONSO.RRF:1: 'C1'"),
        (
            "MRCONSO",
            mrconso("C9000001", "x", source="SNOMEDCT_US", code="22298007"),
            "MRCONSO.RRF:1: '22298007'",
        ),
        (
            "MRCONSO",
            mrconso("C9000004", "x", source="LNC", code="99998-0"),
            "MRCONSO.RRF:1: '99998-0'",
        ),
        ("MRSTY", mrsty("C0000002", "Disease"), "MRSTY.RRF:1: 'Disease'"),
        ("MRSTY", mrconso("C9000001", "x"), "MRSTY.RRF:1: 18 columns instead of 6"),
    ],
)
def test_umls_rows_that_are_not_right(umls, load_into, name, row, said) -> None:
    (umls / "META" / f"{name}.RRF").write_text(f"{row}\n")
    with pytest.raises(SourceMalformed, match=said):
        load_into(umls)


def test_a_release_that_lacks_a_file_it_needs(umls, load_into) -> None:
    (umls / "META" / "MRSTY.RRF").unlink()
    with pytest.raises(SourceMalformed, match=r"MRSTY\.RRF is missing"):
        load_into(umls)
