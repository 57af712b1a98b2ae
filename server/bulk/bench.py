"""How fast a bulk run is, and in how much memory: over made-up records of any size.

    python -m server.bulk.bench [--patients N] [--resources N] [--notes N] [--output WHAT]

Writes NDJSON as a FHIR server exports it into a temporary folder, runs `chartloom bulk` over it,
searches everything that came out for the names and numbers that went in, and prints notes/s,
resources/s and the peak memory of all processes. Exit status 1 if a line failed or anything was
found.
"""

from __future__ import annotations

import base64
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import orjson
import typer

from mappers.types import Resource
from server.bench import Memory
from server.bulk.lines import find_files

_SYLLABLES = ("bra", "den", "fol", "gri", "hal", "kes", "lor", "mun", "pel", "rus", "tov", "wex")
_CODES = (("http://loinc.org", "8867-4"), ("http://snomed.info/sct", "38341003"))
_NOTE = (
    "{given} {family} (MRN {number}) was seen on {day} March 2024 for asthma and hypertension."
    " Dr. {doctor} started lisinopril 10 mg daily; metformin 500 mg twice daily goes on."
    " No chest pain, no fever. Potassium 4.1 mmol/L. Mother had breast cancer. Call {phone}."
)


def main(
    patients: Annotated[int, typer.Option(min=1, help="Patients.")] = 200,
    resources: Annotated[int, typer.Option(help="Structured resources, of all together.")] = 5_000,
    notes: Annotated[int, typer.Option(help="Notes, of all together.")] = 200,
    output: Annotated[str, typer.Option(help="fhir, deidentified or both.")] = "deidentified",
) -> None:
    """Run the benchmark and print its figures."""
    with tempfile.TemporaryDirectory(prefix="chartloom-bulk-bench-") as folder:
        source, target = Path(folder) / "in", Path(folder) / "out"
        secrets = write_records(source, patients, resources, notes)
        with Memory(postgres=False) as memory:
            started = time.perf_counter()
            status = _bulk(source, target, output)
            seconds = time.perf_counter() - started
        found = _found(target / "deidentified", secrets) if output != "fhir" else Counter[str]()
        _print(target, patients + resources + notes, notes, seconds, memory.peak)
    for what, count in found.items():
        typer.echo(f"FOUND {count} {what}")
    raise typer.Exit(status or int(bool(found)))


def write_records(folder: Path, patients: int, resources: int, notes: int) -> dict[str, set[str]]:
    """Write the files, one for each type; returns what must not come out, by what it is."""
    folder.mkdir(parents=True)
    people = [_Person(number) for number in range(patients)]
    kinds = {
        "Patient": (person.patient for person in people),
        "Practitioner": (person.practitioner for person in people),
        "Observation": _spread(people, resources // 2, _Person.observation),
        "Condition": _spread(people, resources - resources // 2, _Person.condition),
        "DocumentReference": _spread(people, notes, _Person.document),
    }
    for kind, lines in kinds.items():
        with (folder / f"{kind}.ndjson").open("wb") as file:
            file.writelines(orjson.dumps(line) + b"\n" for line in lines)
    return {
        "family names": {person.family for person in people},
        "numbers": {person.number for person in people},
        "ids": {person.identity for person in people},
    }


class _Person:
    """A made-up patient, with the doctor and what is recorded."""

    def __init__(self, number: int) -> None:
        draw = random.Random(number)  # noqa: S311 - the same records each time
        self.identity = f"p-{draw.getrandbits(48):012x}"
        self.number = f"{draw.randrange(10**8, 10**9)}"
        self.family = "".join(draw.choices(_SYLLABLES, k=4)).title()
        self.doctor = "".join(draw.choices(_SYLLABLES, k=3)).title()
        self.fields = {
            "given": "".join(draw.choices(_SYLLABLES, k=2)).title(),
            "family": self.family,
            "number": self.number,
            "doctor": self.doctor,
            "day": str(draw.randrange(1, 29)),
            "phone": f"555-{draw.randrange(100, 999)}-{draw.randrange(1000, 9999)}",
        }
        self.subject = {"reference": f"Patient/{self.identity}"}

    @property
    def patient(self) -> Resource:
        name = {"family": self.family, "given": [self.fields["given"]]}
        return {
            "resourceType": "Patient",
            "id": self.identity,
            "identifier": [{"system": "urn:mrn", "value": self.number}],
            "name": [name],
            "telecom": [{"system": "phone", "value": self.fields["phone"]}],
            "gender": "female",
            "birthDate": "1971-02-03",
            "generalPractitioner": [{"reference": f"Practitioner/d-{self.identity}"}],
        }

    @property
    def practitioner(self) -> Resource:
        name = [{"family": self.doctor, "prefix": ["Dr."]}]
        return {"resourceType": "Practitioner", "id": f"d-{self.identity}", "name": name}

    def observation(self, number: int) -> Resource:
        system, code = _CODES[0]
        return {
            "resourceType": "Observation",
            "id": f"o-{number}-{self.identity}",
            "status": "final",
            "code": {"coding": [{"system": system, "code": code}], "text": "Heart rate"},
            "subject": self.subject,
            "performer": [{"reference": f"Practitioner/d-{self.identity}"}],
            "effectiveDateTime": f"2024-03-{number % 28 + 1:02d}T08:00:00Z",
            "valueQuantity": {"value": 60 + number % 40, "unit": "/min"},
        }

    def condition(self, number: int) -> Resource:
        system, code = _CODES[1]
        return {
            "resourceType": "Condition",
            "id": f"c-{number}-{self.identity}",
            "code": {"coding": [{"system": system, "code": code}]},
            "subject": self.subject,
            "recordedDate": f"2024-04-{number % 28 + 1:02d}",
            "note": [{"text": f"Reviewed with {self.family} by Dr. {self.doctor}."}],
        }

    def document(self, number: int) -> Resource:
        data = base64.b64encode(_NOTE.format_map(self.fields).encode()).decode()
        return {
            "resourceType": "DocumentReference",
            "id": f"n-{number}-{self.identity}",
            "meta": {"versionId": "1"},
            "status": "current",
            "subject": self.subject,
            "date": "2024-03-05T09:00:00Z",
            "content": [{"attachment": {"contentType": "text/plain", "data": data}}],
        }


def _spread(
    people: list[_Person], count: int, make: Callable[[_Person, int], Resource]
) -> Iterator[Resource]:
    """Make `count` resources, one person after the other: a server sorts by no patient."""
    for number in range(count):
        yield make(people[number % len(people)], number)


def _bulk(source: Path, target: Path, output: str) -> int:
    command = [sys.executable, "-m", "server", "bulk", str(source), str(target)]
    return subprocess.run([*command, "--output", output], check=False).returncode  # noqa: S603


def _found(folder: Path, secrets: dict[str, set[str]]) -> Counter[str]:
    """Search plainly for what must not be there, also in the texts of attachments."""
    found: Counter[str] = Counter()
    for path in find_files(folder):
        with path.open("rb") as lines:
            for line in lines:
                text = "\n".join(_texts(orjson.loads(line)))
                for what, values in secrets.items():
                    found[what] += sum(value in text for value in values)
    return +found


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            decoded = key == "data" and isinstance(part, str)
            yield from [base64.b64decode(part).decode()] if decoded else _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, str):
        yield value


def _print(target: Path, lines: int, notes: int, seconds: float, peak: int) -> None:
    counts: Counter[str] = Counter()
    for path in find_files(target):
        with path.open("rb") as file:
            counts[path.relative_to(target).as_posix()] = sum(1 for _ in file)
    rows = {
        "lines read": f"{lines}, {notes} of them notes",
        "seconds": f"{seconds:.1f}",
        "lines/s": f"{lines / seconds:.1f}",
        "peak memory": f"{peak / 2**20:.0f} MiB",
        **{name: str(count) for name, count in sorted(counts.items())},
    }
    for name, value in rows.items():
        typer.echo(f"{name:40} {value}")


if __name__ == "__main__":
    typer.run(main)
