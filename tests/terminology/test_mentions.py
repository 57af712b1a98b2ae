from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from terminology.errors import MentionsMalformed
from terminology.index import Index
from terminology.linker import Linker
from terminology.mentions import LinkedMentions, link_file


@pytest.fixture
def linker() -> Iterator[Linker]:
    with Index() as index:
        yield Linker(index)


def run(linker: Linker, folder: Path, text: str) -> tuple[LinkedMentions, list[dict[str, str]]]:
    (folder / "in.tsv").write_text(text, "utf-8")
    counts = link_file(linker, folder / "in.tsv", folder / "out.tsv")
    header, *rows = (folder / "out.tsv").read_text("utf-8").splitlines()
    return counts, [dict(zip(header.split("\t"), r.split("\t"), strict=True)) for r in rows]


def test_rows_keep_their_order_and_get_codings(linker: Linker, tmp_path: Path) -> None:
    counts, rows = run(
        linker,
        tmp_path,
        "mention\tlang\tgroup\nheart attack\ten\tdisorder\n"
        "no such thing\ten\t\nhoofdpijn\tnl\tfinding\n",
    )
    assert counts == LinkedMentions(3, 2)
    assert list(rows[0]) == [
        "mention",
        "lang",
        "group",
        "system",
        "code",
        "display",
        "score",
        "match",
        "codings",
    ]
    assert rows[0]["system"] == "http://snomed.info/sct"
    assert (rows[0]["code"], rows[0]["display"]) == ("22298006", "Myocardial infarction")
    assert (rows[0]["score"], rows[0]["match"]) == ("1.00", "exact")
    codings = json.loads(rows[0]["codings"])
    assert codings[0] == {
        "system": "http://snomed.info/sct",
        "code": "22298006",
        "display": "Myocardial infarction",
    }
    assert "http://hl7.org/fhir/sid/icd-10-cm" in {coding["system"] for coding in codings}
    assert set(rows[1].values()) == {"no such thing", "en", ""}
    assert rows[2]["code"] == "25064002"


def test_further_columns_stay_in_any_order(linker: Linker, tmp_path: Path) -> None:
    _, (row,) = run(linker, tmp_path, "id\tgroup\tmention\tlang\r\n7\t\tgout\t\r\n")
    assert row["id"] == "7"
    assert row["code"] == "90560007"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", ":1: the columns"),
        ("mention\tlang\nfever\ten\n", ":1: the columns"),
        ("mention\tlang\tgroup\nfever\ten\n", ":2: 2 cells"),
        ("mention\tlang\tgroup\nfever\tfi\t\n", ":2: lang is none of en, es, nl"),
        ("mention\tlang\tgroup\nfever\ten\tillness\n", ":2: group is none of"),
    ],
)
def test_a_bad_file_is_named_without_its_text(
    linker: Linker, tmp_path: Path, text: str, complaint: str
) -> None:
    with pytest.raises(MentionsMalformed, match=f"in.tsv{complaint}") as raised:
        run(linker, tmp_path, text)
    assert "fever" not in str(raised.value)


def test_a_byte_order_mark_is_no_part_of_the_header(linker: Linker, tmp_path: Path) -> None:
    counts, rows = run(linker, tmp_path, "\ufeffmention\tlang\tgroup\nasthma\ten\tdisorder\n")
    assert counts == LinkedMentions(1, 1)
    assert rows[0]["mention"] == "asthma"


def test_the_file_that_is_read_is_not_written(linker: Linker, tmp_path: Path) -> None:
    table = tmp_path / "mentions.tsv"
    table.write_text("mention\tlang\tgroup\nasthma\ten\tdisorder\n", "utf-8")
    (tmp_path / "same.tsv").hardlink_to(table)
    with pytest.raises(MentionsMalformed, match="name another"):
        link_file(linker, table, tmp_path / "same.tsv")
    assert "asthma" in table.read_text("utf-8")
