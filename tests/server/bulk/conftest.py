"""A small record export, of one patient with a circle, and the tasks that read it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import orjson
import pytest

from server.bulk.lines import find_files, read
from server.bulk.order import Order
from server.bulk.people import People, PeopleWriter
from server.bulk.subject import parse
from server.bulk.task import Output, Task
from server.settings import read_settings

Resource = dict[str, Any]
KEY = b"a key of a test that is 32 bytes"


class Record:
    """What a hospital has of one patient."""

    note = (
        "Zyxwish was seen on 3 March 2024 for asthma. Dr. Quallenby started lisinopril 10 mg"
        " daily. Brunthorp came along. MRN 884412073."
    )
    patient: ClassVar[Resource] = {
        "resourceType": "Patient",
        "id": "pat-00017",
        "name": [{"family": "Zyxwish", "given": ["Jane"]}],
        "identifier": [{"system": "urn:mrn", "value": "884412073"}],
        "gender": "female",
        "birthDate": "1971-05-06",
        "managingOrganization": {"reference": "http://ehr.example/fhir/Organization/org-1"},
    }
    people: tuple[Resource, ...] = (
        {
            "resourceType": "RelatedPerson",
            "id": "rel-1",
            "patient": {"reference": "Patient/pat-00017"},
            "name": [{"family": "Brunthorp"}],
        },
        {
            "resourceType": "PractitionerRole",
            "id": "role-1",
            "practitioner": {"reference": "Practitioner?identifier=urn:npi|77"},
        },
        {
            "resourceType": "Practitioner",
            "id": "prac-1",
            "identifier": [{"system": "urn:npi", "value": "77"}],
            "name": [{"family": "Quallenby"}],
        },
        {"resourceType": "Organization", "id": "org-1", "name": "Fernwick Infirmary"},
    )
    condition: ClassVar[Resource] = {
        "resourceType": "Condition",
        "id": "cond-1",
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "195967001"}]},
        "subject": {"reference": "Patient/pat-00017"},
        "recordedDate": "2024-03-05",
        "note": [{"text": "Quallenby of Fernwick Infirmary told Zyxwish."}],
    }
    secrets = ("Zyxwish", "Quallenby", "Brunthorp", "Fernwick", "884412073", "pat-00017", "cond-1")

    def document(self, text: str | None = None, **elements: Any) -> Resource:
        data = base64.b64encode((text or self.note).encode()).decode()
        return {
            "resourceType": "DocumentReference",
            "id": "note-1",
            "meta": {"versionId": "2"},
            "status": "current",
            "subject": {"reference": "Patient/pat-00017"},
            "author": [{"reference": "PractitionerRole/role-1"}],
            "date": "2024-03-03T10:00:00Z",
            "content": [{"attachment": {"contentType": "text/plain", "data": data}}],
        } | elements

    def write(self, folder: Path, **files: list[Any]) -> Path:
        """Write `Type=[resource or raw line, ...]` to Type.ndjson."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, lines in files.items():
            raw = (one if isinstance(one, bytes) else orjson.dumps(one) for one in lines)
            (folder / f"{name}.ndjson").write_bytes(b"".join(line + b"\n" for line in raw))
        return folder


@pytest.fixture
def record() -> Record:
    return Record()


@pytest.fixture
def source(tmp_path: Path, record: Record) -> Path:
    """Files as a server exports them; the people come after those whom they are around."""
    return record.write(
        tmp_path / "in",
        Condition=[record.condition],
        DocumentReference=[record.document()],
        Patient=[record.patient],
        Zother=list(record.people),
    )


@pytest.fixture
def collect(tmp_path: Path) -> Callable[[Path], Path]:
    """Read the people of a folder into a file."""

    def collect(folder: Path) -> Path:
        path = tmp_path / "people.sqlite"
        path.unlink(missing_ok=True)
        writer = PeopleWriter(path)
        for file in find_files(folder):
            for line in read(file, file.name):
                if resource := parse(line.data):
                    writer.add(resource, line.data)
        writer.close()
        return path

    return collect


@pytest.fixture
def people(source: Path, collect: Callable[[Path], Path]) -> People:
    return People(collect(source))


@pytest.fixture
def to_task(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Task]:
    for name in ("CHARTLOOM_DEID_KEY_FILE", "CHARTLOOM_DEID_MODE"):
        monkeypatch.delenv(name, raising=False)
    settings = read_settings(auth="off")

    def to_task(people: Path, output: Output, mode: Any = "tag") -> Task:
        order = Order(settings, mode, KEY)
        return Task(order, people, output, "2026-01-02T03:04:05.000Z", KEY)

    return to_task
