"""Lines in, lines out: in this process, over a real record and real models."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from mappers.validation import validate
from server.bulk.lines import Line, batches, find_files, read
from server.bulk.product import ALL, DEIDENTIFIED, FHIR, Product
from server.bulk.resources import NO_PATIENT, OWN_COPY, process, process_batch
from server.bulk.task import Output, Task

Resource = dict[str, Any]
DERIVATION = "http://hl7.org/fhir/StructureDefinition/derivation-reference"


@pytest.fixture
def run(to_task: Callable[..., Task], collect: Callable[[Path], Path]) -> Callable[..., Product]:
    def run(source: Path, output: Output, mode: str = "tag") -> Product:
        task = to_task(collect(source), output, mode)
        lines = [line for path in find_files(source) for line in read(path, path.name)]
        whole = Product()
        for batch in batches(lines):
            whole.add(process_batch(task, batch))
        return whole

    return run


def resources(product: Product, folder: str, kind: str) -> list[Resource]:
    return [orjson.loads(line) for line in product.written[folder, kind]]


def texts(value: Any) -> str:
    """Join every string, and the text of attachments."""
    if isinstance(value, dict):
        return "\n".join(
            base64.b64decode(part).decode() if key == "data" else texts(part)
            for key, part in value.items()
        )
    return "\n".join(map(texts, value)) if isinstance(value, list) else str(value)


def evidence(resource: Resource) -> dict[str, Any]:
    (found,) = [one for one in resource["extension"] if one["url"] == DERIVATION]
    return {
        part["url"]: next(value for key, value in part.items() if key.startswith("value"))
        for part in found["extension"]
    }


def test_what_notes_say_can_be_loaded(
    run: Callable[..., Product], source: Path, record: Any
) -> None:
    product = run(source, Output.FHIR)
    assert product.notes == 1
    assert not product.outcomes
    assert {folder for folder, _ in product.written} == {FHIR}
    (asthma,) = resources(product, FHIR, "Condition")
    assert record.note[(at := evidence(asthma)["offset"]) : at + 6] == "asthma"
    kinds = {kind for _, kind in product.written}
    assert {"Condition", "MedicationStatement", "DocumentReference", "Provenance"} <= kinds
    everything = [one for kind in kinds for one in resources(product, FHIR, kind)]
    (device,) = map(orjson.loads, product.once.values())
    assert not [broken for one in [*everything, device] for broken in validate(one)]
    names = {f"{one['resourceType']}/{one['id']}" for one in [*everything, device]}
    assert not [text for text in map(str, everything) if "urn:uuid" in text]
    provenance = resources(product, FHIR, "Provenance")[0]
    assert {one["reference"] for one in provenance["target"]} <= names
    assert provenance["agent"][0]["who"]["reference"] in names
    again = run(source, Output.FHIR)
    assert again.written == product.written


@pytest.mark.parametrize("mode", ["tag", "redact", "surrogate"])
def test_nothing_known_gets_out_and_evidence_still_fits(
    run: Callable[..., Product], source: Path, record: Any, mode: str
) -> None:
    product = run(source, Output.DEIDENTIFIED, mode)
    assert not product.outcomes
    assert {folder for folder, _ in product.written} == {DEIDENTIFIED}
    everything = [orjson.loads(line) for part in product.written.values() for line in part]
    assert len(everything) >= 6
    assert not [broken for one in everything for broken in validate(one)]
    released = texts(everything)
    assert not [secret for secret in record.secrets if secret.lower() in released.lower()]
    assert not [one for one in ("note-1", "2024-03-03", "org-1") if one in released]
    (document,) = resources(product, DEIDENTIFIED, "DocumentReference")
    text = base64.b64decode(document["content"][0]["attachment"]["data"]).decode()
    extracted = resources(product, DEIDENTIFIED, "MedicationStatement")[0]
    found = evidence(extracted)
    assert found["reference"]["reference"] == f"DocumentReference/{document['id']}"
    assert text[found["offset"] : found["offset"] + found["length"]] == "lisinopril"
    (patient,) = resources(product, DEIDENTIFIED, "Patient")
    conditions = resources(product, DEIDENTIFIED, "Condition")
    subject = {"reference": f"Patient/{patient['id']}"}
    assert len(conditions) == 2
    assert all(one["subject"] == subject for one in [*conditions, extracted, document])
    targets = resources(product, DEIDENTIFIED, "Provenance")[0]["target"]
    assert {"reference": f"DocumentReference/{document['id']}"} in targets
    assert product.passed == {
        f"{kind}: no rules": 1
        for kind in ("Organization", "Practitioner", "PractitionerRole", "RelatedPerson")
    }


def test_both_gives_both(run: Callable[..., Product], source: Path) -> None:
    product = run(source, Output.BOTH)
    assert {folder for folder, _ in product.written} == {FHIR, DEIDENTIFIED}
    assert product.notes == 1
    assert len(product.once) == 2


def test_lines_stay_in_order(run: Callable[..., Product], source: Path) -> None:
    product = run(source, Output.LINES)
    kinds = [orjson.loads(line)["resourceType"] for line in product.written[ALL]]
    assert kinds == ["Condition", "DocumentReference", "Patient"]
    assert list(product.written) == [ALL]


def test_a_note_may_lie_in_a_binary(
    run: Callable[..., Product], tmp_path: Path, record: Any
) -> None:
    data = base64.b64encode(record.note.encode()).decode()
    attachment = {"contentType": "text/plain", "url": "https://ehr.example/fhir/Binary/b1"}
    document = record.document(content=[{"attachment": attachment}])
    lost = record.document(
        id="lost", content=[{"attachment": attachment | {"url": "https://elsewhere.example/b1"}}]
    )
    folder = record.write(
        tmp_path / "in",
        Binary=[{"resourceType": "Binary", "id": "b1", "contentType": "x", "data": data}],
        DocumentReference=[document, lost],
        Patient=[record.patient],
    )
    product = run(folder, Output.FHIR)
    assert (product.notes, product.failed) == (1, 1)
    assert resources(product, FHIR, "MedicationStatement")
    (outcome,) = map(orjson.loads, product.outcomes)
    assert "AttachmentMissing" in outcome["issue"][0]["diagnostics"]


@pytest.mark.parametrize("output", list(Output))
def test_bad_lines_cost_themselves_alone(
    run: Callable[..., Product], tmp_path: Path, record: Any, output: Output
) -> None:
    bad = [
        b"{Zyxwish",
        b"null",
        b'{"resourceType": "Mr Zyxwish"}',
        record.document(id="empty", content=[]),
        record.document("Frau Zyxwish klagt seit gestern über Husten und Fieber.", id="german"),
        {"resourceType": "DocumentReference", "status": "current", "content": "Zyxwish"},
    ]
    folder = record.write(
        tmp_path / "in", DocumentReference=[*bad, record.document()], Patient=[record.patient]
    )
    product = run(folder, output)
    assert (product.notes, product.failed) == (1, len(bad))
    said = b"".join(product.outcomes or product.written[ALL])
    for number in range(1, len(bad) + 1):
        assert f"DocumentReference.ndjson line {number}: ".encode() in said
    assert b"Zyxwish" not in said


def test_drafts_withdrawn_notes_and_our_own_copies_are_passed_over(
    run: Callable[..., Product], tmp_path: Path, record: Any
) -> None:
    first = run(
        record.write(
            tmp_path / "one",
            DocumentReference=[record.document()],
            Patient=[record.patient],
            Zother=list(record.people),
        ),
        Output.FHIR,
    )
    (copy,) = resources(first, FHIR, "DocumentReference")
    folder = record.write(
        tmp_path / "two",
        DocumentReference=[
            copy,
            record.document(id="draft", docStatus="preliminary"),
            record.document(id="gone", status="entered-in-error"),
        ],
        Patient=[record.patient],
    )
    product = run(folder, Output.BOTH)
    assert (product.notes, product.failed) == (0, 0)
    assert product.passed[OWN_COPY] == 1
    assert sum(product.passed.values()) == 3
    assert list(product.written) == [(DEIDENTIFIED, "Patient")]


def test_what_an_earlier_reading_extracted_stays_and_is_not_said_twice(
    to_task: Callable[..., Task], collect: Callable[[Path], Path], record: Any, source: Path
) -> None:
    """As files of a server that has read the notes already: a person has changed a Condition."""
    desk = to_task(collect(source), Output.BOTH).desk
    note = Line("D", 1, orjson.dumps(record.document()), patient="Patient/pat-00017")
    (first,) = process([note], desk)
    (asthma,) = resources(first, FHIR, "Condition")
    asthma |= {"id": "of-the-server", "onsetString": "since Zyxwish was a child"}
    lines = [
        note,
        Line("C", 1, orjson.dumps(asthma), patient=note.patient),
        Line("C", 2, orjson.dumps(asthma | {"identifier": [5]}), patient=note.patient),
    ]
    second, condition, _ = process(lines, desk)
    assert not resources(second, FHIR, "Condition")
    targets = resources(second, FHIR, "Provenance")[0]["target"]
    assert {"reference": "Condition/of-the-server"} in targets
    assert not resources(second, DEIDENTIFIED, "Condition")
    (released,) = resources(condition, DEIDENTIFIED, "Condition")
    (document,) = resources(second, DEIDENTIFIED, "DocumentReference")
    text = base64.b64decode(document["content"][0]["attachment"]["data"]).decode()
    found = evidence(released)
    assert text[found["offset"] : found["offset"] + found["length"]] == "asthma"
    assert "Zyxwish" not in str(released)


def test_nothing_is_released_of_who_is_not_there(
    run: Callable[..., Product], tmp_path: Path, record: Any
) -> None:
    folder = record.write(
        tmp_path / "in", Condition=[record.condition], DocumentReference=[record.document()]
    )
    product = run(folder, Output.DEIDENTIFIED)
    assert not [line for part in product.written.values() for line in part]
    assert product.tally.withheld["Condition", NO_PATIENT] >= 1
    assert product.failed == 0


def test_a_product_a_line(
    to_task: Callable[..., Task], collect: Callable[[Path], Path], source: Path
) -> None:
    """An engine of another kind can call it line by line."""
    desk = to_task(collect(source), Output.DEIDENTIFIED).desk
    lines = iter([Line("a", 1, b"oops"), Line("a", 2, b"", "too long")])
    products = process(lines, desk)
    assert next(products).failed == 1
    assert next(products).failed == 1
    assert next(products, None) is None
