"""Every error is an OperationOutcome, and nothing that was said of a patient is in it or logged."""

from __future__ import annotations

import base64
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from mappers.validation import validate

WORD = "Zyxwvutsrq"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not-found"),
        ("GET", "/fhir/nothing", 404, "not-found"),
        ("GET", "/fhir/Nothing", 404, "not-found"),
        ("GET", "/fhir/Patient/none", 404, "not-found"),
        ("GET", "/fhir/OperationDefinition/none", 404, "not-found"),
        ("POST", "/fhir/DocumentReference/$none", 404, "not-found"),
        ("POST", "/fhir/Patient/x/$extract", 404, "not-found"),
        ("GET", "/fhir/DocumentReference/$extract", 405, "not-supported"),
        ("DELETE", "/fhir/DocumentReference/x/$de-identify", 405, "not-supported"),
        ("DELETE", "/fhir/metadata", 405, "not-supported"),
        ("GET", "/notify/documents", 405, "not-supported"),
        ("POST", "/notify/documents", 401, "login"),
        ("PATCH", "/healthz", 405, "not-supported"),
        ("GET", "/fhir/Patient?nonsense=1", 400, None),
        ("GET", "/docs", 404, "not-found"),
    ],
)
def test_every_error_is_an_operation_outcome(
    served: Any, method: str, path: str, status: int, code: str | None
) -> None:
    answer = httpx.request(method, f"{served.root}{path}")
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/fhir+json"
    outcome = answer.json()
    assert validate(outcome) == ()
    assert outcome["issue"][0]["severity"] == "error"
    assert code in (None, outcome["issue"][0]["code"])
    assert (status == 405) == ("allow" in answer.headers)


def test_an_unexpected_error_says_nothing_of_its_input(
    served: Any,
    client: httpx.Client,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise ValueError(f"{WORD} has a cough")

    monkeypatch.setattr(served.app.state.pipeline, "extract", broken)
    body = {"name": "text", "valueString": "x"}
    answer = client.post(
        "/DocumentReference/$extract", json={"resourceType": "Parameters", "parameter": [body]}
    )
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (500, "exception")
    assert answer.json()["issue"][0]["diagnostics"] == "ValueError"
    out, err = capfd.readouterr()
    assert "request.failed" in out + err
    assert WORD not in out + err + caplog.text + answer.text


@contextlib.contextmanager
def running(database_url: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`chartloom serve` as it is run, on a free port; yields the process and its base."""
    from server import service
    from server.settings import read_settings

    listener = service.bind(read_settings(auth="off", port=0))
    port = listener.getsockname()[1]
    listener.close()
    process = subprocess.Popen(
        [sys.executable, "-m", "server", "serve"],
        env=os.environ
        | {
            "DATABASE_URL": database_url,
            "CHARTLOOM_AUTH": "off",
            "CHARTLOOM_PORT": str(port),
            "CHARTLOOM_PROCESSES": "1",
            "CHARTLOOM_RETRY_SECONDS": "0.05",
            "CHARTLOOM_MAX_ATTEMPTS": "2",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def until(condition: Callable[[], bool]) -> None:
    for _ in range(300):
        with contextlib.suppress(httpx.TransportError):
            if condition():
                return
        time.sleep(0.1)
    raise AssertionError("waited in vain")


def attached(text: str, **elements: Any) -> dict[str, Any]:
    attachment = {"contentType": "text/plain", "data": base64.b64encode(text.encode()).decode()}
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "content": [{"attachment": attachment | elements}],
    }


def test_no_word_of_a_note_is_logged(database_url: str) -> None:
    note = attached(f"{WORD} {WORD} has hypertension and denies chest pain.")
    patient = {"resourceType": "Patient", "id": "p", "name": [{"family": WORD}]}
    subject = {"subject": {"reference": "Patient/p"}}
    stored = {
        "good": note | subject,
        "french": attached(f"{WORD} est hospitalisé pour une douleur thoracique depuis hier soir."),
        "klingon": attached(WORD, contentType="text/plain; charset=x-klingon"),
        "picture": attached(WORD, contentType="image/png"),
        "elsewhere": attached(WORD, data=None, url=f"http://{WORD}.example/{WORD}"),
        "nowhere": attached(WORD, data=None, url=f"Binary/{WORD}"),
        "broken": attached(f"%PDF-1.4 {WORD}", contentType="application/pdf"),
        "rtf": attached(f"{{\\rtf1 {WORD} \\bin99999", contentType="application/rtf"),
        "odd": note | {"description": WORD, "docStatus": WORD},
    }
    asked: list[tuple[str, str, Any]] = [
        ("POST", "/fhir/DocumentReference/$extract", note),
        ("POST", "/fhir/DocumentReference/$de-identify", note),
        ("POST", "/fhir/DocumentReference/$extract", WORD),
        ("POST", "/fhir/DocumentReference/$extract", {"resourceType": WORD}),
        ("POST", "/fhir/DocumentReference/$extract", note | {WORD: WORD}),
        ("POST", "/fhir/DocumentReference/$extract", note | {"type": WORD}),
        ("POST", f"/fhir/DocumentReference/{WORD}/$extract", None),
        ("POST", f"/notify/{WORD}", note),
        ("PUT", f"/notify/documents/Patient/{WORD}", note),
        ("PUT", "/fhir/DocumentReference/bad", note | {"id": "bad", "status": WORD}),
        ("PUT", "/fhir/DocumentReference/bad", note | {"id": "bad", WORD: "x\0"}),
        ("GET", f"/fhir/Patient?{WORD}={WORD}", None),
        ("GET", f"/{WORD}", None),
        *(
            (
                "POST",
                "/fhir/DocumentReference/$extract",
                {"resourceType": "Parameters", "parameter": [parameter]},
            )
            for parameter in ({"name": WORD, "valueString": WORD}, {"name": "text", WORD: WORD})
        ),
    ]
    with (
        running(database_url) as (process, base),
        httpx.Client(base_url=base, timeout=30) as client,
    ):
        until(lambda: client.get("/readyz").status_code == 200)
        client.put("/fhir/Patient/p", json=patient).raise_for_status()
        until(lambda: bool(client.get("/fhir/Subscription?status=active").json().get("entry")))
        names = []
        for identity, document in stored.items():
            content = document["content"][0]["attachment"]
            document["content"] = [
                {"attachment": {k: v for k, v in content.items() if v is not None}}
            ]
            answer = client.put(
                f"/fhir/DocumentReference/{identity}", json=document | {"id": identity}
            )
            names += [identity] * answer.is_success
        assert len(names) >= 7
        for method, path, body in asked:
            answer = client.request(method, path, json=body)
            if answer.is_error and not path.startswith("/fhir/Patient"):
                assert WORD.lower() not in answer.text.lower(), (method, path)

        def ended() -> bool:
            metrics = client.get("/metrics").text
            counts = [
                float(line.rpartition(" ")[2])
                for line in metrics.splitlines()
                if line.startswith("chartloom_jobs{") and ("parked" in line or "done" in line)
            ]
            return sum(counts) >= len(names)

        until(ended)
        assert WORD.lower() not in client.get("/metrics").text.lower()
        process.terminate()
        out, _ = process.communicate(timeout=20)
    assert "chartloom.started" in out
    assert "job.parked" in out
    assert WORD.lower() not in out.lower()
    assert "hypertension" not in out
    assert "Traceback" not in out
