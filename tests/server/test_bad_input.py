"""docs/outcomes.md, row by row: what a caller is told, and what becomes of a job."""

from __future__ import annotations

import base64
import http.server
import io
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pypdf import PdfWriter

from mappers.errors import DocumentError
from server.errors import VERDICTS, Fate
from server.job import Job
from server.pipeline import Pipeline
from server.store import Store


def pdf(password: str | None = None) -> bytes:
    """A page without text, as a scan has."""
    writer, file = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    if password:
        writer.encrypt(password, algorithm="AES-256")
    writer.write(file)
    return file.getvalue()


def attached(data: bytes | str | None = None, **elements: Any) -> dict[str, Any]:
    """A document around one attachment; text is taken for data as they stand."""
    if isinstance(data, bytes):
        data = base64.b64encode(data).decode()
    attachment = elements | ({} if data is None else {"data": data})
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "content": [{"attachment": attachment}],
    }


PLAIN = {"contentType": "text/plain"}
NOTE = attached(b"Hypertension.", **PLAIN)
GERMAN = (
    "Der Patient leidet seit Jahren an Bluthochdruck und nimmt Metformin 500 mg zweimal täglich. "
    "Er hat keine Schmerzen in der Brust und keine Atemnot."
)
FRENCH = (
    "Patient de 60 ans connu pour une hypertension artérielle. Il n'a pas de douleur thoracique. "
    "Traitement par metformine 500 mg deux fois par jour."
)

CASES: dict[str, tuple[dict[str, Any], int, str]] = {
    "superseded": (NOTE | {"status": "superseded"}, 422, "DocumentWithdrawn"),
    "entered in error": (NOTE | {"status": "entered-in-error"}, 422, "DocumentWithdrawn"),
    "docStatus in error": (NOTE | {"docStatus": "entered-in-error"}, 422, "DocumentWithdrawn"),
    "preliminary": (NOTE | {"docStatus": "preliminary"}, 422, "DocumentPreliminary"),
    "neither data nor url": (attached(**PLAIN), 422, "AttachmentMissing"),
    "a url into the document": (attached(url="#x", **PLAIN), 422, "AttachmentMissing"),
    "a url to nothing": (attached(url="Binary/none", **PLAIN), 422, "AttachmentMissing"),
    "white space": (attached(b" \n\t ", **PLAIN), 422, "NoteEmpty"),
    "nothing but NUL": (
        attached(b"\0\0\0", contentType="text/plain; charset=utf-8"),
        422,
        "NoteEmpty",
    ),
    "binary that claims to be text": (attached(b"\0\1\0\2", **PLAIN), 422, "CharsetUnknown"),
    "another hash": (
        attached(b"Hypertension.", hash="2jmj7l5rSw0yVb/vlWAYkK/YBwk=", **PLAIN),
        422,
        "AttachmentMalformed",
    ),
    "broken PDF": (
        attached(b"%PDF-1.7 and no more", contentType="application/pdf"),
        422,
        "AttachmentMalformed",
    ),
    "unknown charset": (
        attached(b"Hypertension.", contentType="text/plain; charset=x-klingon"),
        422,
        "CharsetUnknown",
    ),
    "bytes against the charset": (
        attached(b"Hypertension \xff\xfe\xfa", contentType="text/plain; charset=utf-8"),
        422,
        "CharsetUnknown",
    ),
    "image": (
        attached(b"\x89PNG\r\n\x1a\n", contentType="image/png"),
        422,
        "ContentTypeUnsupported",
    ),
    "PDF with a password": (
        attached(pdf("secret"), contentType="application/pdf"),
        422,
        "AttachmentEncrypted",
    ),
    "scanned PDF": (attached(pdf(), contentType="application/pdf"), 422, "NoteEmpty"),
    "too large by its own account": (
        attached(url="Binary/none", size=50_000_000, **PLAIN),
        413,
        "AttachmentTooLarge",
    ),
    "another host": (
        attached(url="http://elsewhere.example/note.txt", **PLAIN),
        422,
        "AttachmentForbidden",
    ),
    "a file": (attached(url="file:///etc/passwd", **PLAIN), 422, "AttachmentForbidden"),
    "no valid url": (attached(url="http://[half/note", **PLAIN), 422, "AttachmentForbidden"),
    "German": (attached(GERMAN.encode(), **PLAIN), 422, "LanguageUnsupported"),
    "French": (attached(FRENCH.encode(), **PLAIN), 422, "LanguageUnsupported"),
}
# The trial store refuses these itself, as any store may.
NOT_STORABLE: dict[str, tuple[dict[str, Any], int, str]] = {
    "not valid R4": (NOTE | {"type": "letter"}, 400, "DocumentMalformed"),
    "an element that does not exist": (NOTE | {"kind": "letter"}, 400, "DocumentMalformed"),
    "malformed base64": (attached("SGVsbG8*", **PLAIN), 422, "AttachmentMalformed"),
    "base64 cut short": (attached("SGVsbG8", **PLAIN), 422, "AttachmentMalformed"),
    "no content": (NOTE | {"content": []}, 422, "AttachmentMissing"),
    "no attachment": (NOTE | {"content": [{}]}, 422, "AttachmentMissing"),
    "no status": ({**NOTE, "status": None}, 400, "DocumentMalformed"),
    "empty data": (attached("", **PLAIN), 422, "NoteEmpty"),
}
FATES = {
    error.__name__: {Fate.PARK: "parked", Fate.SKIP: "skipped"}.get(found.fate)
    for error, found in VERDICTS.items()
}
ISSUES = {error.__name__: found.issue for error, found in VERDICTS.items()}


@pytest.mark.parametrize("operation", ["$extract", "$de-identify"])
@pytest.mark.parametrize("case", CASES | NOT_STORABLE)
def test_a_caller_is_told(client: httpx.Client, case: str, operation: str) -> None:
    document, status, error = (CASES | NOT_STORABLE)[case]
    answer = client.post(f"/DocumentReference/{operation}", json=document)
    assert answer.headers["content-type"] == "application/fhir+json"
    assert answer.json()["resourceType"] == "OperationOutcome"
    (issue,) = answer.json()["issue"]
    assert (answer.status_code, issue["code"]) == (status, ISSUES[error])
    assert issue["severity"] == "error"
    assert issue["diagnostics"].startswith(f"{error}: ")


@pytest.mark.parametrize("case", CASES)
def test_a_job_ends_with_the_reason(hospital: Any, served: Any, case: str) -> None:
    document, _, error = CASES[case]
    stored = hospital.put(document | {"id": f"bad-{uuid.uuid4().hex[:12]}"})
    # Some are not what our Subscription asks for; a search or another store may bring them.
    served.run(served.app.state.intake.submit(stored))
    row = served.job(f"DocumentReference/{stored['id']}")
    assert row["state"] == FATES[error]
    assert row["reason"].startswith(f"{error}: ")
    assert row["attempt"] == 1
    assert hospital.derived(stored) == []


@pytest.mark.parametrize("case", NOT_STORABLE)
def test_a_job_from_a_store_that_takes_anything_ends_so_too(served: Any, case: str) -> None:
    document, _, error = NOT_STORABLE[case]
    found = document | {"id": "x", "meta": {"versionId": "1"}}
    nothing = {"resourceType": "Bundle", "type": "searchset"}

    def answer(request: httpx.Request) -> httpx.Response:
        is_note = request.url.path == "/fhir/DocumentReference/x"
        return httpx.Response(200, json=found if is_note else nothing)

    store = Store("http://lax.example/fhir", transport=httpx.MockTransport(answer))
    pipeline = served.app.state.pipeline
    lax = Pipeline(store, pipeline._read, pipeline.version)
    with pytest.raises(DocumentError) as caught:
        served.run(lax.process(Job("DocumentReference/x", "1", pipeline.version)))
    assert type(caught.value).__name__ == error


def test_a_note_that_cannot_be_read_is_not_stored_either(
    client: httpx.Client, hospital: Any
) -> None:
    subject = hospital.patient()
    document = attached(b"   ", **PLAIN) | {"subject": {"reference": subject}}
    parameters = [
        {"name": "document", "resource": document},
        {"name": "write", "valueBoolean": True},
    ]
    answer = client.post(
        "/DocumentReference/$extract", json={"resourceType": "Parameters", "parameter": parameters}
    )
    assert answer.status_code == 422
    assert hospital.find("DocumentReference", subject=subject) == []


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"<div>" * 200_000 + b"Hypertension.", "text/html"),
        (b"<p>Hypertension.</p>" + b"<b><i>" * 100_000, "text/html"),
        (
            b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
            + b"".join(b'<!ENTITY %c "%b">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
            + b']><ClinicalDocument xmlns="urn:hl7-org:v3"><title>&j;</title></ClinicalDocument>',
            "application/hl7-cda+xml",
        ),
    ],
    ids=["deep", "unclosed", "entities"],
)
def test_a_bomb_does_no_harm(client: httpx.Client, data: bytes, content_type: str) -> None:
    started = time.monotonic()
    answer = client.post(
        "/DocumentReference/$extract", json=attached(data, contentType=content_type)
    )
    assert answer.status_code in (200, 413, 422)
    assert time.monotonic() - started < 10


def test_half_a_megabyte_is_read_in_seconds(client: httpx.Client) -> None:
    line = "{}. Hypertension is stable, denies chest pain, on metformin {} mg daily.\n"
    text = "".join(line.format(number, number) for number in range(3000))
    text += "Appendectomy was in 2010.\n" * 10_000
    started = time.monotonic()
    answer = client.post("/DocumentReference/$extract", json=attached(text.encode(), **PLAIN))
    assert answer.status_code == 200
    assert time.monotonic() - started < 30
    assert len(text) > 450_000
    bundle = answer.json()["parameter"][0]["resource"]
    assert len(bundle["entry"]) < 12
    # The text once more as its copy, and the copy's annotations, of which 5,000 are kept.
    assert len(answer.content) < 3_500_000


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """Another server of the hospital, which must not be asked for anything."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"Hypertension.")

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/note.txt", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_another_origin_is_never_asked(
    client: httpx.Client, hospital: Any, served: Any, elsewhere: tuple[str, list[str]]
) -> None:
    url, asked = elsewhere
    answer = client.post("/DocumentReference/$extract", json=attached(url=url, **PLAIN))
    assert answer.status_code == 422
    assert answer.json()["issue"][0]["code"] == "forbidden"
    stored = hospital.put(attached(url=url, **PLAIN) | {"id": f"n-{uuid.uuid4().hex[:12]}"})
    assert served.job(f"DocumentReference/{stored['id']}")["state"] == "parked"
    assert httpx.get(url).text == "Hypertension."
    assert asked == ["/note.txt"], "only the test asked"


@pytest.mark.parametrize("form", ["Binary/{}", "{base}/Binary/{}", "Binary/{}/_history/1"])
def test_a_binary_of_the_store_is_read(
    client: httpx.Client, hospital: Any, served: Any, form: str
) -> None:
    data = base64.b64encode(b"Hypertension. Denies chest pain.").decode()
    binary = {"resourceType": "Binary", "id": uuid.uuid4().hex, "contentType": "text/plain"}
    hospital.put(binary | {"data": data})
    url = form.format(binary["id"], base=served.base)
    stored = hospital.put(attached(url=url, **PLAIN) | {"id": f"n-{uuid.uuid4().hex[:12]}"})
    assert served.job(f"DocumentReference/{stored['id']}")["state"] == "done"
    assert hospital.concept(stored, "Condition", "hypertension")


def test_what_was_deleted_or_replaced_meanwhile_is_skipped(hospital: Any, served: Any) -> None:
    deleted = hospital.put(NOTE | {"id": f"n-{uuid.uuid4().hex[:12]}", "docStatus": "preliminary"})
    name = f"DocumentReference/{deleted['id']}"
    hospital.client.delete(f"/{name}").raise_for_status()
    version = served.app.state.pipeline.version
    jobs = served.app.state.jobs
    served.run(jobs.submit(Job(name, "7", version)))
    row = served.job(name, version="7")
    assert (row["state"], row["reason"].split(":")[0]) == ("skipped", "DocumentGone")

    stored = hospital.put(NOTE | {"id": f"n-{uuid.uuid4().hex[:12]}"})
    name = f"DocumentReference/{stored['id']}"
    served.run(jobs.submit(Job(name, "0", version)))
    row = served.job(name, version="0")
    assert (row["state"], row["reason"].split(":")[0]) == ("skipped", "DocumentSuperseded")
    assert served.job(name, version="1")["state"] == "done"

    served.run(jobs.submit(Job("DocumentReference/never", "1", version)))
    row = served.job("DocumentReference/never")
    assert (row["state"], row["reason"].split(":")[0]) == ("skipped", "DocumentNotFound")


def test_the_page_names_every_error_of_a_document() -> None:
    page = (Path(__file__).parents[2] / "docs" / "outcomes.md").read_text()
    tested = {error for _, _, error in (CASES | NOT_STORABLE).values()}
    for error in (*tested, "LeakFound"):
        assert f"`{error}`" in page
        (found,) = [each for kind, each in VERDICTS.items() if kind.__name__ == error]
        rows = [line for line in page.splitlines() if f"`{error}`" in line]
        assert all(str(found.status) in row for row in rows)
        assert any(f"{FATES[error]}" in row for row in rows)
