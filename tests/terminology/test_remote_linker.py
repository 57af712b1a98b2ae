"""Linking with a remote server: only what is verified counts, and the index is there."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from terminology.index import Index
from terminology.linker import Linker
from terminology.remote import RemoteServer
from terminology.remote_linker import RemoteLinker

SNOMED = "http://snomed.info/sct"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
EXPAND = "ValueSet/$expand"
TRANSLATE = "ConceptMap/$translate"
# Valid by check digit, and no code of the index.
RARE = "999480561000087100"
OTHER = "999000031000087107"


@pytest.fixture(scope="module")
def linker() -> Iterator[Linker]:
    with Index() as index:
        yield Linker(index)


@pytest.fixture
def remote(linker: Linker, terminology_server: Any) -> Iterator[RemoteLinker]:
    server = RemoteServer(terminology_server.base)
    yield RemoteLinker(linker, server, seconds=1.0)
    server.close()


def expansion(*contains: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "ValueSet", "expansion": {"contains": list(contains)}}


def concept(code: str, display: str, *names: str, **more: Any) -> dict[str, Any]:
    designation = [{"language": "en", "value": name} for name in names]
    return {"system": SNOMED, "code": code, "display": display, "designation": designation} | more


def match(equivalence: str, system: str, code: str) -> dict[str, Any]:
    return {
        "name": "match",
        "part": [
            {"name": "equivalence", "valueCode": equivalence},
            {"name": "concept", "valueCoding": {"system": system, "code": code, "display": "X"}},
        ],
    }


def codes(remote: RemoteLinker, mention: str, group: str = "disorder") -> list[tuple[str, str]]:
    found = remote.for_note().link(mention, language="en", group=group)
    return [(each.system, each.code) for each in found[0].concept.codings] if found else []


def test_a_code_that_only_the_server_has_is_found(
    remote: RemoteLinker, terminology_server: Any
) -> None:
    terminology_server.answers[EXPAND] = expansion(
        concept(OTHER, "Zorbic glimmer fever of the knee"),
        concept(RARE, "Zorbic glimmer fever (disorder)", "Glimmer fever, zorbic"),
    )
    (found,) = remote.for_note().link("zorbic glimmer fevers", language="en", group="disorder")
    assert found.concept.codings[0].code == RARE
    assert (found.match, found.concept.source) == ("remote", "remote")
    _, asked = terminology_server.asked[0]
    assert asked["url"].startswith(SNOMED)
    assert asked["filter"] == "zorbic glimmer fevers"


def test_a_code_of_the_index_keeps_its_other_codings(
    remote: RemoteLinker, linker: Linker, terminology_server: Any
) -> None:
    asthma = concept("195967001", "Asthma", "Zorbic glimmer fever", version=f"{SNOMED}/x")
    terminology_server.answers[EXPAND] = expansion(asthma)
    found = remote.for_note().link("zorbic glimmer fever", language="en", group="disorder")
    (known,) = linker.index.lookup("snomed", "195967001")
    assert [c.code for c in found[0].concept.codings] == [c.code for c in known.codings]
    assert found[0].concept.codings[0].version == f"{SNOMED}/x"
    assert [one for one, _ in terminology_server.asked] == [EXPAND]


@pytest.mark.parametrize(
    "contains",
    [
        [],
        [concept(RARE, "Zorbic glimmer fever of the knee")],
        [concept(RARE, "Zorbic fever")],
        [concept(RARE, "Zorbic glimmer fever"), concept(OTHER, "Zorbic glimmer fever")],
        [concept(RARE, "A", "Zorbic glimmer fever"), concept(OTHER, "B", "Zorbic glimmer fever")],
        [concept("999480561000087101", "Zorbic glimmer fever")],
        [concept(RARE, "Zorbic glimmer fever", system="urn:other")],
        [concept(RARE, "Zorbic glimmer fever", inactive=True)],
        [concept(RARE, "Zorbic glimmer fever", abstract=True)],
        [{"display": "Zorbic glimmer fever"}, None, 1, "x", {"system": 1, "code": []}],
        [{"contains": "x"}, {"system": SNOMED, "code": RARE, "display": 5, "designation": 7}],
    ],
)
def test_what_is_not_verified_does_not_count(
    remote: RemoteLinker, terminology_server: Any, contains: Any
) -> None:
    terminology_server.answers[EXPAND] = expansion(*contains)
    assert codes(remote, "zorbic glimmer fever") == []


@pytest.mark.parametrize("answer", [{"resourceType": "ValueSet"}, {"resourceType": "Bundle"}])
def test_an_answer_of_another_kind_finds_nothing(
    remote: RemoteLinker, terminology_server: Any, answer: dict[str, Any]
) -> None:
    terminology_server.answers[EXPAND] = answer | {"expansion": []}
    assert codes(remote, "zorbic glimmer fever") == []


def test_the_code_of_that_display_wins_over_a_synonym(
    remote: RemoteLinker, terminology_server: Any
) -> None:
    terminology_server.answers[EXPAND] = expansion(
        concept(OTHER, "Fever", "Zorbic glimmer fever"), concept(RARE, "Zorbic glimmer fever")
    )
    assert codes(remote, "zorbic glimmer fever") == [(SNOMED, RARE)]


@pytest.mark.parametrize(
    ("matches", "found"),
    [
        ([match("equivalent", ICD, "R50.9")], [(ICD, "R50.9")]),
        ([match("equal", ICD, "R50.9")], [(ICD, "R50.9")]),
        ([match("wider", ICD, "R50.9")], []),
        ([match("equivalent", ICD, "R50.9"), match("equal", ICD, "R51.9")], []),
        ([match("equivalent", ICD, "not a code")], []),
        ([match("equivalent", SNOMED, RARE)], []),
        ([{"name": "match", "part": 5}, 7], []),
    ],
)
def test_a_translation_counts_if_it_means_the_same(
    remote: RemoteLinker, terminology_server: Any, matches: Any, found: Any
) -> None:
    terminology_server.answers[EXPAND] = expansion(concept(RARE, "Zorbic glimmer fever"))
    terminology_server.answers[TRANSLATE] = {"resourceType": "Parameters", "parameter": matches}
    assert codes(remote, "zorbic glimmer fever") == [(SNOMED, RARE), *found]


def test_the_index_answers_when_the_server_does_not(
    remote: RemoteLinker, linker: Linker, terminology_server: Any
) -> None:
    local = linker.link("asthma", language="en", group="disorder")
    terminology_server.answers[EXPAND] = lambda handler: handler.send_error(500)
    assert remote.for_note().link("asthma", language="en", group="disorder") == local
    terminology_server.answers.clear()
    assert remote.for_note().link("bronchial asthma", language="en", group="disorder")


def test_where_a_value_set_is_missing_the_next_is_asked_for(
    remote: RemoteLinker, terminology_server: Any
) -> None:
    assert codes(remote, "zorbicillin", "drug") == []
    first, second = (asked["url"] for _, asked in terminology_server.asked)
    assert first != second
    assert codes(remote, "zorbicillin", "drug") == []
    assert len(terminology_server.asked) == 2


def test_an_answer_is_remembered_and_a_failure_is_not(
    remote: RemoteLinker, terminology_server: Any
) -> None:
    terminology_server.answers[EXPAND] = lambda handler: handler.send_error(500)
    assert codes(remote, "zorbic glimmer fever") == []
    terminology_server.answers[EXPAND] = expansion(concept(RARE, "Zorbic glimmer fever"))
    for _ in range(3):
        assert codes(remote, "zorbic  glimmer\nfever")
    assert [one for one, _ in terminology_server.asked].count(EXPAND) == 2


@pytest.mark.parametrize(
    ("mention", "group"),
    [
        ("MS", "disorder"),
        ("COPD", "disorder"),
        ("flu", "disorder"),
        ("12345", "disorder"),
        ("x" * 101, "disorder"),
        ("asthma", None),
    ],
)
def test_what_is_no_name_is_not_asked_for(
    remote: RemoteLinker, terminology_server: Any, mention: str, group: str | None
) -> None:
    remote.for_note().link(mention, language="en", group=group)
    assert terminology_server.asked == []


def test_words_of_personal_data_are_not_sent(remote: RemoteLinker, terminology_server: Any) -> None:
    note = remote.for_note(["Anna de Vries", "C.J. Lindeman"])
    for mention in ("anna syndrome", "LINDEMAN", "asthma of de vries"):
        assert isinstance(note.link(mention, language="en", group="disorder"), list)
    assert terminology_server.asked == []
    note.link("palsy of de quervain", language="en", group="disorder")
    assert len(terminology_server.asked) == 1


def test_a_note_waits_no_longer_than_its_time(linker: Linker, terminology_server: Any) -> None:
    def slow(handler: Any) -> None:
        threading.Event().wait(0.15)
        terminology_server.send(handler, 200, expansion())

    terminology_server.answers[EXPAND] = slow
    server = RemoteServer(terminology_server.base)
    note = RemoteLinker(linker, server, seconds=0.4).for_note()
    started = time.monotonic()
    for number in range(30):
        note.link(f"asthma of kind {number}", language="en", group="disorder")
    assert time.monotonic() - started < 1.5
    assert len(terminology_server.asked) <= 4
    server.close()
