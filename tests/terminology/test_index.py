from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from terminology.build import build, fingerprint
from terminology.errors import IndexUnusable
from terminology.index import SHIPPED_INDEX, Index
from terminology.origin import SCHEMA_VERSION


@pytest.fixture
def small(pack, make_row, tmp_path: Path) -> Path:
    sources = pack(
        mondo=[make_row("MONDO:1", "gout", "disorder", umls="C0018099", mesh="D006073")],
        hpo=[make_row("HP:1", "Gicht", "finding", lang="nl", umls="C0018099")],
    )
    return build(sources, tmp_path / "small.sqlite", supplement_dir=tmp_path).path


def _missing(path: Path) -> None:
    path.unlink()


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4096])


def _cut_header(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:50])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _no_sqlite(path: Path) -> None:
    path.write_bytes(b"x" * 8192)


def _no_tables(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE other (x)")


def _other_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE meta SET value = '0' WHERE key = 'schema'")
        connection.commit()


def _overwritten(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"\xff" * (len(content) - 100))


@pytest.mark.parametrize(
    "harm",
    [
        _missing,
        _truncate,
        _cut_header,
        _empty,
        _no_sqlite,
        _no_tables,
        _other_version,
        _overwritten,
    ],
)
def test_an_unusable_file_says_so(small: Path, harm: Callable[[Path], None]) -> None:
    harm(small)
    with pytest.raises(IndexUnusable, match=r"small\.sqlite.*build it"):
        Index(small)


def test_lookup_by_code(small: Path) -> None:
    with Index(small) as index:
        (concept,) = index.lookup("umls", "C0018099")
        assert [coding.code for coding in concept.codings] == ["C0018099", "D006073"]
        assert index.lookup("umls", "C9999999") == []
        assert index.lookup("http://example.org", "C0018099") == []


def test_stats_count_groups_languages_and_sources(small: Path) -> None:
    with Index(small) as index:
        stats = index.stats()
        by_key = {source.key: (source.concepts, source.names) for source in stats.sources}
    assert stats.concepts == {"disorder": 1}
    assert stats.names == {"en": 1, "nl": 1}
    assert stats.size == small.stat().st_size
    assert by_key["mondo"] == (1, 1)
    assert by_key["hpo"] == (0, 1)


def test_the_file_cannot_be_written_through(small: Path) -> None:
    with Index(small) as index, pytest.raises(sqlite3.OperationalError):
        index._connection().execute("DELETE FROM name")


def test_threads_read_over_their_own_connections(small: Path) -> None:
    failures: list[BaseException] = []

    def read(index: Index) -> None:
        try:
            for _ in range(200):
                assert len(index.hits("en", "gout")) == 1
        except BaseException as error:
            failures.append(error)

    with Index(small) as index:
        threads = [threading.Thread(target=read, args=(index,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []


def test_a_path_with_odd_characters(small: Path, tmp_path: Path) -> None:
    odd = tmp_path / "a b?#%20é.sqlite"
    odd.write_bytes(small.read_bytes())
    with Index(odd) as index:
        assert index.hits("en", "gout")


def test_the_shipped_index_opens_fast_and_is_small() -> None:
    begin = time.process_time()
    with Index() as index:
        spent = time.process_time() - begin
        assert index.version.startswith(f"{SCHEMA_VERSION}.")
        assert index.languages == ("en", "es", "nl")
    assert spent < 0.05
    assert SHIPPED_INDEX.stat().st_size < 25_000_000


def test_the_shipped_index_states_every_licence() -> None:
    with Index() as index:
        facts = {source.key: source for source in index.sources()}
    assert all(source.licence and source.notice for source in facts.values())
    assert "Regenstrief" in facts["loinc"].notice
    assert "Creative Commons Attribution 4.0" in facts["snomed_ips_freeset"].notice
    assert facts["hpo"].licence_class == "check"
    assert {"drugs_nl_cbs", "openehr_nl_es", "pharmacotherapydb"}.isdisjoint(facts)


def test_the_shipped_index_was_built_by_the_rules_beside_it() -> None:
    """A changed word list or supplement takes effect only through a new build."""
    with Index() as index:
        assert index.rules == fingerprint()
