from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from terminology.errors import IndexUnusable, SourceMalformed
from terminology.index import SHIPPED_INDEX, Index
from terminology.releases.loading import FORMS, load, recognise


@pytest.fixture
def release(rf2) -> Path:
    code = rf2.concept(rf2.sctid(6201))
    rf2.name(code, "Pneumonia of tin (disorder)", kind=rf2.FSN)
    rf2.name(code, "Pneumonia of tin", refset=rf2.US)
    rf2.name(code, "Pneumonia", refset=rf2.US)
    return rf2.write()


def test_nothing_is_recognised(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("x")
    with pytest.raises(SourceMalformed, match="no release is recognised"):
        recognise(tmp_path)


def test_several_forms_in_one_folder(release: Path, write_lines) -> None:
    write_lines(f"{release.name}/icd10cm_codes_2025.txt", "I21  x")
    assert [found.form for found in recognise(release)] == ["snomed", "icd10cm"]


def test_every_form_has_a_licence_and_a_notice() -> None:
    from terminology.releases.facts import facts

    assert list(facts("form")) == [form.key for form in FORMS]
    assert all(said["licence"] and said["notice"] for said in facts("form").values())


def test_the_users_names_come_before_built_in_ones(release, load_into, index) -> None:
    load_into(release)
    from terminology.linker import Linker

    first, second = Linker(index()).link("pneumonia", language="en")[:2]
    assert first.concept.name == "Pneumonia"
    assert {first.concept.source[:4], second.concept.source[:4]} == {"user", "snom"}


def test_the_supplement_still_decides(rf2, load_into, index) -> None:
    from terminology.linker import Linker

    code = rf2.concept(rf2.sctid(6202))
    rf2.name(code, "Coronary (finding)", kind=rf2.FSN)
    rf2.name(code, "Coronary", refset=rf2.US)
    load_into(rf2.write())
    first = Linker(index()).link("coronary", language="en")[0]
    assert first.concept.codings[0].code == "22298006"
    assert index().lookup("snomed", code)[0].name == "Coronary"


def test_what_the_base_had_is_still_there(release, load_into, base, index) -> None:
    load_into(release)
    with Index(base) as before:
        assert {s.key for s in before.sources()} < {s.key for s in index().sources()}
        for system, code in (("snomed", "22298006"), ("rxnorm", "6809"), ("loinc", "2823-3")):
            assert index().lookup(system, code) == before.lookup(system, code)
        assert index().version != before.version


def test_the_index_is_a_sound_database(release, load_into, out) -> None:
    load_into(release)
    with closing(sqlite3.connect(out)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        dangling = "SELECT count(*) FROM name WHERE concept > (SELECT max(id) FROM concept)"
        assert connection.execute(dangling).fetchone() == (0,)
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    assert tables == {"meta", "source", "concept", "name", "code", "word"} | {
        name for name in tables if name.startswith("sqlite_")
    }


def test_a_failure_leaves_the_old_file_and_nothing_else(
    release: Path, load_into, out: Path
) -> None:
    load_into(release)
    before = out.read_bytes()
    (release / "Loinc.csv").write_text("no header")
    with pytest.raises(SourceMalformed, match="LOINC_NUM"):
        load_into(release)
    assert out.read_bytes() == before
    assert list(out.parent.iterdir()) == [out]


def test_an_interruption_leaves_nothing(release: Path, base: Path, out: Path) -> None:
    def interrupt(step: str, _done: int, _all: int) -> None:
        if step == "writing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load([release], out, base, interrupt)
    assert list(out.parent.iterdir()) == []


def test_progress_counts_bytes_up_to_all(release: Path, base: Path, out: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    load([release], out, base, lambda *said: seen.append(said))
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)
    assert seen[-1][1] == seen[-1][2] == sum(f.stat().st_size for f in release.rglob("*.txt"))


def test_the_shipped_index_takes_no_release(release: Path) -> None:
    with pytest.raises(IndexUnusable, match="name another"):
        load([release], SHIPPED_INDEX)


def test_a_base_that_is_no_index(release: Path, tmp_path: Path, out: Path) -> None:
    (tmp_path / "base.sqlite").write_bytes(b"x" * 5000)
    with pytest.raises(IndexUnusable, match="not an index"):
        load([release], out, tmp_path / "base.sqlite")


def test_a_folder_that_is_not_there(release: Path, base: Path, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="none"):
        load([release], tmp_path / "none" / "x.sqlite", base)
    with pytest.raises(OSError, match="directory"):
        load([release], tmp_path, base)


def test_nothing_shipped_is_of_a_user() -> None:
    with Index() as shipped:
        assert "user" not in {source.licence_class for source in shipped.sources()}
