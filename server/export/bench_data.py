"""Invented patients for the benchmark of the export, put into the trial store at once."""

from __future__ import annotations

import base64
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from mappers.types import Resource
from server.database import Pool
from server.trial.types import Version
from server.trial.versions import add

A_PATIENT: Final = 100
"""Resources of each patient, notes apart."""
PRACTITIONERS: Final = 40
_ONSETS: Final = ("br", "dr", "gr", "kl", "pl", "st", "tr", "v", "w", "z")
_RHYMES: Final = ("amb", "elm", "ild", "orv", "ust", "ack", "enk", "iph", "oss", "ubb")
_ENDS: Final = ("aster", "erwyk", "imoor", "ovan", "undale")
_SNOMED: Final = ("38341003", "44054006", "195967001", "22298006", "84114007", "40930008")
_RXNORM: Final = ("6809", "29046", "83367", "36567", "1191")
_LOINC: Final = (
    ("8867-4", "/min", 40, 140),
    ("8480-6", "mm[Hg]", 90, 190),
    ("2345-7", "mg/dL", 60, 300),
)


@dataclass(slots=True)
class World:
    """What was made: how much of each type, and the strings that must not be in an export."""

    counts: Counter[str] = field(default_factory=Counter)
    secrets: set[str] = field(default_factory=set)


def generate(resources: int, notes: int, world: World) -> Iterator[Resource]:
    """Yield about so many resources of patients, with `notes` notes among them."""
    chance = random.Random(5)  # noqa: S311 - the same data each time
    for number in range(PRACTITIONERS):
        yield from _counted(_practitioner(number, chance, world), None)
    patients = max(1, (resources - notes) // A_PATIENT)
    for number in range(patients):
        patient = _patient(number, chance, world)
        yield from _counted(patient, world)
        for resource in _record(number, chance):
            yield from _counted(resource, world)
        if number * notes // patients != (number + 1) * notes // patients:
            yield from _counted(_note(patient, chance), world)


async def load(pool: Pool, resources: Iterator[Resource], base: str) -> None:
    """Write them as their first versions; nobody is notified."""
    batch: list[Version] = []
    for resource in resources:
        now = datetime.now(UTC)
        body = {name: value for name, value in resource.items() if name != "id"}
        batch.append(Version(resource["resourceType"], resource["id"], 1, now, "PUT", body))
        if len(batch) == 2000:
            await _write(pool, batch, base)
            batch = []
    await _write(pool, batch, base)


async def _write(pool: Pool, batch: list[Version], base: str) -> None:
    async with pool.connection() as connection:
        await add(connection, batch, base)


def _counted(resource: Resource, world: World | None) -> Iterator[Resource]:
    if world is not None:
        world.counts[resource["resourceType"]] += 1
    yield resource


def _name(chance: random.Random, world: World) -> tuple[str, str]:
    parts = [chance.choice(_ONSETS) + chance.choice(_RHYMES) for _ in range(3)]
    family, given = (parts[0] + parts[1] + chance.choice(_ENDS)).title(), f"{parts[2]}ina".title()
    world.secrets |= {family, given}
    return family, given


def _practitioner(number: int, chance: random.Random, world: World) -> Resource:
    family, given = _name(chance, world)
    name = [{"family": family, "given": [given], "prefix": ["Dr."]}]
    return {"resourceType": "Practitioner", "id": f"bench-doctor-{number}", "name": name}


def _record(number: int, chance: random.Random) -> Iterator[Resource]:
    subject = {"reference": f"Patient/bench-p-{number}"}
    for place in range(A_PATIENT - 1):
        identity = f"bench-{number}-{place}"
        date = f"{chance.randint(2015, 2025)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        encounter = {"reference": f"Encounter/bench-{number}-{place % 10}"}
        made = {"id": identity, "subject": subject}
        if place < 10:
            yield _encounter(date, chance) | made
        elif place < 25:
            yield _condition(date, chance) | made | {"encounter": encounter}
        elif place < 38:
            yield _statement(date, chance) | made | {"context": encounter}
        else:
            yield _observation(date, chance) | made | {"encounter": encounter}


def _patient(number: int, chance: random.Random, world: World) -> Resource:
    family, given = _name(chance, world)
    digits = f"{chance.randrange(10**8):08}"
    phone = f"555-{chance.randrange(10**3):03}-{chance.randrange(10**4):04}"
    street = f"{chance.randint(1, 999)} {_name(chance, world)[0]} Road"
    world.secrets |= {f"MRN{digits}", phone, street, f"bench-{number}-", f"bench-p-{number}"}
    return {
        "resourceType": "Patient",
        "id": f"bench-p-{number}",
        "identifier": [{"system": "urn:bench:mrn", "value": f"MRN{digits}"}],
        "name": [{"family": family, "given": [given]}],
        "gender": chance.choice(["female", "male"]),
        "birthDate": f"{chance.randint(1940, 2015)}-0{chance.randint(1, 9)}-15",
        "telecom": [{"system": "phone", "value": phone}],
        "address": [{"line": [street], "state": "NY", "postalCode": "10027", "country": "US"}],
        "generalPractitioner": [_doctor(chance)],
    }


def _doctor(chance: random.Random) -> Resource:
    return {"reference": f"Practitioner/bench-doctor-{chance.randrange(PRACTITIONERS)}"}


def _encounter(date: str, chance: random.Random) -> Resource:
    system = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
    return {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": system, "code": "AMB"},
        "period": {"start": date, "end": date},
        "participant": [{"individual": _doctor(chance)}],
    }


def _condition(date: str, chance: random.Random) -> Resource:
    coding = {"system": "http://snomed.info/sct", "code": chance.choice(_SNOMED)}
    return {
        "resourceType": "Condition",
        "code": {"coding": [coding], "text": chance.choice(["Hypertension", "Type 2 diabetes"])},
        "recordedDate": date,
        "recorder": _doctor(chance),
    }


def _statement(date: str, chance: random.Random) -> Resource:
    coding = {
        "system": "http://www.nlm.nih.gov/research/umls/rxnorm",
        "code": chance.choice(_RXNORM),
    }
    return {
        "resourceType": "MedicationStatement",
        "status": "active",
        "medicationCodeableConcept": {"coding": [coding]},
        "effectiveDateTime": date,
        "dosage": [{"text": chance.choice(["one tablet twice daily", "500 mg at night"])}],
    }


def _observation(date: str, chance: random.Random) -> Resource:
    code, unit, low, high = chance.choice(_LOINC)
    quantity: dict[str, Any] = {"value": chance.randint(low, high), "unit": unit}
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "effectiveDateTime": f"{date}T08:30:00Z",
        "performer": [_doctor(chance)],
        "valueQuantity": quantity | {"system": "http://unitsofmeasure.org", "code": unit},
    }


def _note(patient: Resource, chance: random.Random) -> Resource:
    name, number = patient["name"][0], patient["id"].rpartition("-")[2]
    text = (
        f"{name['given'][0]} {name['family']} ({patient['identifier'][0]['value']}) was seen at the"
        f" clinic; call {patient['telecom'][0]['value']}. Hypertension, on metformin 500 mg twice"
        f" daily. Denies chest pain. {chance.choice(['Cough', 'Fever'])} for three days. Mrs."
        f" {name['family']} lives at {patient['address'][0]['line'][0]}."
    )
    data = base64.b64encode(text.encode()).decode()
    return {
        "resourceType": "DocumentReference",
        "id": f"bench-note-{number}",
        "status": "current",
        "subject": {"reference": f"Patient/bench-p-{number}"},
        "date": "2025-01-01T00:00:00Z",
        "content": [{"attachment": {"contentType": "text/plain; charset=utf-8", "data": data}}],
    }
