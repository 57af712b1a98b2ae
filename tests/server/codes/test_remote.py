"""A server that asks a remote terminology server, over real HTTP."""

from __future__ import annotations

import io
import sys
from typing import Any

import httpx
import orjson
import pytest

from server.cli import main
from server.errors import SettingsInvalid
from server.parts import Parts
from server.pipeline import extract
from server.reading import to_reading
from server.settings import read_settings

SNOMED = "http://snomed.info/sct"
RARE = "999480561000087100"
LOOKUP = "CodeSystem/$lookup"
VALIDATE = "CodeSystem/$validate-code"
TRANSLATE = "ConceptMap/$translate"
EXPAND = "ValueSet/$expand"


def parameters(**values: Any) -> dict[str, Any]:
    given = [
        {"name": name, "valueBoolean" if isinstance(value, bool) else "valueString": value}
        for name, value in values.items()
    ]
    return {"resourceType": "Parameters", "parameter": given}


@pytest.mark.parametrize(
    "url",
    [
        "http://terminology.example/fhir",
        "ftp://127.0.0.1/fhir",
        "https://user:secret@terminology.example/fhir",
        "https://terminology.example/fhir?key=secret",
        "terminology.example",
    ],
)
def test_a_server_that_words_must_not_go_to_is_refused(url: str) -> None:
    with pytest.raises(SettingsInvalid, match="terminology_server") as caught:
        read_settings(terminology_server=url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["https://terminology.example/fhir/", "http://127.0.0.1:1/fhir"])
def test_tls_or_loopback_will_do(url: str) -> None:
    assert read_settings(terminology_server=url).terminology_server == url.rstrip("/")


def test_what_the_index_does_not_know_is_asked_for(
    database_url: str, serving: Any, terminology_server: Any
) -> None:
    settings = {"DATABASE_URL": database_url, "processes": 1}
    with (
        serving(terminology_server=terminology_server.base, **settings) as served,
        httpx.Client(base_url=served.base, timeout=30) as client,
    ):
        answers = terminology_server.answers
        answers[LOOKUP] = parameters(name="SNOMED CT", display="Zorbic fever")
        answers[VALIDATE] = parameters(result=True, display="Zorbic fever")
        answers[TRANSLATE] = parameters(result=False, message="none")
        answers[EXPAND] = {"resourceType": "ValueSet", "status": "active"}
        rare, asthma = ({"system": SNOMED, "code": code} for code in (RARE, "195967001"))

        found = client.get(f"/{LOOKUP}", params=rare).json()
        assert found == answers[LOOKUP]
        assert terminology_server.asked == [(LOOKUP, rare)]
        assert "Asthma" in client.get(f"/{LOOKUP}", params=asthma).text
        assert len(terminology_server.asked) == 1

        query = {"url": SNOMED, "code": RARE}
        assert client.get(f"/{VALIDATE}", params=query).json() == answers[VALIDATE]
        assert client.get(f"/{TRANSLATE}", params=rare).json() == answers[TRANSLATE]
        elsewhere = {"url": f"{SNOMED}?fhir_vs", "filter": "fever"}
        assert client.get(f"/{EXPAND}", params=elsewhere).json() == answers[EXPAND]

        # What it does not know either, or says wrongly, stays our own answer.
        answers.clear()
        assert client.get(f"/{LOOKUP}", params=rare).status_code == 404
        said = client.get(f"/{VALIDATE}", params=query).json()["parameter"]
        assert {"name": "result", "valueBoolean": False} in said
        answers[LOOKUP] = {"resourceType": "Bundle", "type": "collection"}
        assert client.get(f"/{LOOKUP}", params=rare).status_code == 404
        answers[LOOKUP] = {"resourceType": "Parameters", "parameter": [{"valueString": "x"}]}
        assert client.get(f"/{LOOKUP}", params=rare).status_code == 404


def test_a_note_gets_a_code_that_only_the_server_has(terminology_server: Any) -> None:
    fever = {"system": SNOMED, "code": RARE, "display": "Hypertension"}
    terminology_server.answers[EXPAND] = {
        "resourceType": "ValueSet",
        "expansion": {"contains": [fever]},
    }
    alone = Parts.open(read_settings(auth="off"))
    parts = Parts.open(read_settings(auth="off", terminology_server=terminology_server.base))
    assert parts.version != alone.version
    text = "The patient has hypertension."
    (condition,) = extract(to_reading(text, language="en"), parts).resources
    assert condition["code"]["coding"][0]["code"] == RARE
    # The mention is sent, and nothing of the note around it.
    filters = {asked["filter"] for name, asked in terminology_server.asked if name == EXPAND}
    assert filters == {"hypertension"}
    terminology_server.answers[EXPAND] = lambda handler: handler.send_error(503)
    fresh = Parts.open(read_settings(auth="off", terminology_server=terminology_server.base))
    resources = extract(to_reading(text, language="en"), fresh).resources
    assert resources == extract(to_reading(text, language="en"), alone).resources


def test_a_command_keeps_its_output_clean_when_the_server_fails(
    terminology_server: Any, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHARTLOOM_TERMINOLOGY_SERVER", terminology_server.base)
    terminology_server.answers[EXPAND] = lambda handler: handler.send_error(503)
    monkeypatch.setattr(sys, "argv", ["chartloom", "extract"])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Hypertension.")))
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    out, _ = capfd.readouterr()
    assert orjson.loads(out)["entities"]
