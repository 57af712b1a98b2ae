from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from terminology.errors import SourceMalformed


@pytest.fixture
def small(rf2):
    """Two known concepts, a new one, one that is retired and one of another kind."""
    rf2.concept("22298006")
    rf2.name("22298006", "Myocardial infarction (disorder)", kind=rf2.FSN, refset=rf2.US)
    rf2.name("22298006", "Heart infarct", refset=rf2.US)
    rf2.name("22298006", "HIF - Heart infarct failing")
    rf2.name("22298006", "Cardiac blowout", active=False)
    rf2.concept("233604007", active=False)
    rf2.new = rf2.concept(rf2.sctid(77001))
    rf2.name(rf2.new, "Tinsmith's lung (disorder)", kind=rf2.FSN, refset=rf2.US)
    rf2.name(rf2.new, "Tinsmith's lung", refset=rf2.US)
    rf2.name(rf2.new, "Pulmo stannarius", language="la")
    rf2.other = rf2.concept(rf2.sctid(77002))
    rf2.name(rf2.other, "Very large (qualifier value)", kind=rf2.FSN, refset=rf2.US)
    rf2.name(rf2.other, "Very large", refset=rf2.US)
    return rf2


def test_a_known_code_takes_the_names_and_display_of_the_release(
    small, load_into, codes, index
) -> None:
    load_into(small.write())
    assert codes("heart infarct") == ["22298006", "I21"]
    assert codes("heart attack") == ["22298006", "I21"]
    (concept,) = index().lookup("snomed", "22298006")
    assert concept.name == "Heart infarct"
    assert concept.codings[0].display == "Heart infarct"
    assert concept.codings[0].version == (
        "http://snomed.info/sct/900000000000207008/version/20240301"
    )
    assert concept.codings[1].display == "Acute myocardial infarction"


def test_new_concepts_are_found_and_others_are_not(small, load_into, codes, index) -> None:
    loaded = load_into(small.write())
    assert codes("tinsmith's lung") == [small.new]
    assert codes("tinsmith lung", group="disorder") == [small.new]
    assert codes("very large") == []
    assert index().lookup("snomed", small.other) == []
    assert loaded.skipped["SNOMED CT concepts of other semantic tags"] == 1
    assert loaded.skipped["names in la"] == 1


def test_a_short_form_with_its_meaning_is_both(small, load_into, codes) -> None:
    load_into(small.write())
    assert codes("HIF") == ["22298006", "I21"]
    assert codes("heart infarct failing") == ["22298006", "I21"]


def test_inactive_rows_are_left_out_and_inactive_concepts_leave_the_index(
    small, load_into, codes, index
) -> None:
    loaded = load_into(small.write())
    assert codes("cardiac blowout") == []
    assert codes("pneumonia") == []
    assert index().lookup("snomed", "233604007") == []
    assert loaded.retired == 1


def test_the_source_is_the_users_with_licence_and_version(small, load_into, index) -> None:
    load_into(small.write())
    source = index().sources()[-1]
    assert source.licence_class == "user"
    assert "20240301" in source.version
    assert "must not be passed on" in source.notice
    assert source.concepts == 2
    assert [concept.source for concept in index().lookup("snomed", small.new)] == [source.key]


def test_a_preferred_name_of_the_index_takes_the_code_it_lacks(rf2, load_into, codes) -> None:
    code = rf2.concept(rf2.sctid(77003))
    rf2.name(code, "Brass founder's fever (disorder)", kind=rf2.FSN)
    rf2.name(code, "Brass founder's fever", refset=rf2.US)
    load_into(rf2.write())
    assert codes("brass founders fever") == [code, "C0000002"]


def test_two_codes_of_one_name_stay_two_concepts(rf2, load_into, index) -> None:
    both = sorted(rf2.concept(rf2.sctid(number)) for number in (77004, 77005))
    for code in both:
        rf2.name(code, "Tin fever (disorder)", kind=rf2.FSN)
        rf2.name(code, "Tin fever", refset=rf2.US)
    load_into(rf2.write())
    found = {code: len(index().lookup("snomed", code)[0].codings) for code in both}
    assert sorted(found.values()) == [1, 3]


def test_an_extension_adds_names_in_its_language_and_concepts(
    small, make_rf2, load_into, codes, index
) -> None:
    module = "11000146104"
    extension = make_rf2("SnomedCT_Dutch", namespace="NL1000146", date="20240331")
    extension.name("22298006", "Hartspierverbijzeling", "nl", refset=small.DUTCH, module=module)
    own = extension.concept(extension.sctid(8800011000146, "10"), module=module)
    extension.name(own, "Klompenvoet (aandoening)", "nl", kind=small.FSN, module=module)
    extension.name(own, "Klompenvoet", "nl", refset=small.DUTCH, module=module)
    load_into(small.write(), extension.write())
    assert codes("hartspierverbijzeling", language="nl") == ["22298006", "I21"]
    assert codes("klompenvoet", language="nl") == [own]
    (concept,) = index().lookup("snomed", own)
    assert concept.codings[0].version == f"http://snomed.info/sct/{module}/version/20240331"
    (concept,) = index().lookup("snomed", "22298006")
    assert concept.name == "Heart infarct"


def test_an_extension_alone_adds_names_to_the_codes_that_the_index_has(
    make_rf2, load_into, codes
) -> None:
    extension = make_rf2("SnomedCT_Spanish")
    extension.name("22298006", "Infarto del corazón", "es", refset="450828004")
    extension.name(extension.sctid(77010), "Enfermedad ajena", "es", refset="450828004")
    loaded = load_into(extension.write())
    assert codes("infarto del corazon", language="es") == ["22298006", "I21"]
    assert codes("enfermedad ajena", language="es") == []
    assert loaded.skipped["codes of no known group"] == 1


def test_the_newer_row_of_a_component_counts(small, make_rf2, load_into, index) -> None:
    extension = make_rf2("SnomedCT_Later", namespace="NL1000146")
    extension.concept(small.new, active=False, time="20240331")
    extension.name("22298006", "Infarct", "nl")
    load_into(extension.write(), small.write())
    assert index().lookup("snomed", small.new) == []


def test_is_a_tells_the_group_where_no_name_does(rf2, load_into, index) -> None:
    middle, leaf = rf2.concept(rf2.sctid(77020)), rf2.concept(rf2.sctid(77021))
    rf2.is_a(middle, "71388002")
    rf2.is_a(leaf, middle)
    rf2.name(leaf, "Tin plating of tooth", refset=rf2.US)
    load_into(rf2.write())
    assert [concept.group for concept in index().lookup("snomed", leaf)] == ["procedure"]


def test_only_maps_without_a_condition_give_a_code(small, load_into, index) -> None:
    small.map_to("22298006", "I21.9")
    small.map_to(small.new, "J63.5", rule="IFA 248152002 | Female |")
    load_into(small.write())
    by_system = {c.system: c.code for c in index().lookup("snomed", "22298006")[0].codings}
    assert by_system["http://hl7.org/fhir/sid/icd-10"] == "I21.9"
    assert by_system["http://hl7.org/fhir/sid/icd-10-cm"] == "I21"
    assert len(index().lookup("snomed", small.new)[0].codings) == 1


def test_a_zip_and_its_folder_give_the_same_index(small, load_into, index, zipped, out) -> None:
    folder = small.write()
    load_into(folder)
    with closing(sqlite3.connect(out)) as connection:
        names = connection.execute("SELECT * FROM name ORDER BY 1, 2").fetchall()
    load_into(zipped(folder))
    with closing(sqlite3.connect(out)) as connection:
        assert connection.execute("SELECT * FROM name ORDER BY 1, 2").fetchall() == names


def test_the_same_release_gives_the_same_bytes(small, load_into, out) -> None:
    folder = small.write()
    versions = {load_into(folder).built.version}
    before = out.read_bytes()
    versions.add(load_into(folder).built.version)
    assert out.read_bytes() == before
    assert len(versions) == 1


@pytest.mark.parametrize(
    ("kind", "change", "said"),
    [
        ("sct2_Concept", lambda t: t.replace("22298006\t", "22298007\t"), r":2: '22298007'"),
        ("sct2_Concept", lambda t: t[:-20], r":\d+: .*(columns|ends within)"),
        ("sct2_Concept", lambda _: "", "empty"),
        ("sct2_Concept", lambda t: t.replace("\t20020131\t", "\t0\t", 1), ":2: effectiveTime"),
        ("sct2_Description", lambda t: t.replace("conceptId", "refsetId"), ":1: the header"),
        ("sct2_Description", lambda t: t.replace("22298006\t", "22298007\t"), ":2: '22298007'"),
        ("sct2_Description", lambda t: t + "x" * 1_100_000, "longer than 1 MiB"),
        (
            "sct2_Description",
            lambda t: t.replace("\tHeart infarct\t", "\tHeart\tx\t"),
            ":3: 10 col",
        ),
        ("LanguageSnapshot", lambda t: t.rstrip("\r\n"), "ends within"),
        (
            "LanguageSnapshot",
            lambda t: t.replace("\t900000000000548007", f"{'9' * 20}\t900000000000548007", 1),
            ":2: .* is no description",
        ),
    ],
)
def test_a_file_that_is_not_right_is_named_with_its_line(
    small, load_into, kind, change, said
) -> None:
    folder = small.write()
    path = min(path for path in folder.rglob(f"*{kind}*.txt") if "-la_" not in path.name)
    path.write_text(change(path.read_text("utf-8")), "utf-8", newline="")
    with pytest.raises(SourceMalformed, match=said) as error:
        load_into(folder)
    assert path.name in str(error.value)


def test_files_of_two_kinds_mixed_up(small, load_into) -> None:
    folder = small.write()
    concepts, descriptions = (
        next(folder.rglob(f"sct2_{kind}_*.txt")) for kind in ("Concept", "Description_Snapshot-en")
    )
    concepts.write_bytes(descriptions.read_bytes())
    with pytest.raises(SourceMalformed, match=rf"{concepts.name}:1: the header"):
        load_into(folder)


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_another_encoding(small, load_into, encoding) -> None:
    small.name(small.new, "Läufer")
    folder = small.write()
    path = min(folder.rglob("sct2_Description*-en*.txt"))
    path.write_text(path.read_text("utf-8"), encoding, newline="")
    with pytest.raises(SourceMalformed, match=rf"{path.name}:\d+: not UTF-8"):
        load_into(folder)


def test_a_release_without_its_snapshot(small, load_into) -> None:
    folder = small.write()
    for path in list(folder.rglob("*Snapshot*.txt")):
        path.rename(path.with_name(path.name.replace("Snapshot", "Full")))
    with pytest.raises(SourceMalformed, match="Snapshot"):
        load_into(folder)
