"""Lines of FHIR resources in, lines out: a plain function, whatever engine calls it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from mappers.bundle import index
from mappers.canonical import BASE
from mappers.deidentification.document import is_deidentified_copy
from mappers.types import Resource
from models.types import DeidentifiedNote
from server.bulk.document import for_release, note_of, read_document, to_chart
from server.bulk.lines import Line
from server.bulk.product import DEIDENTIFIED, FHIR, Product
from server.bulk.subject import parse, patient_of
from server.bulk.task import Desk, Output, Task
from server.errors import Fate, RequestInvalid, ServiceError, describe, verdict

_OURS: Final = f"{BASE}/".encode()
NO_PATIENT: Final = "its patient is not in these files, so that leaks cannot be ruled out"
OWN_COPY: Final = "our own de-identified copy"


@dataclass(frozen=True, slots=True)
class Chart:
    """What lies together with a line: the resources of the same patient.

    `notes` are the de-identified ones that were read so far, by their documents' references;
    `existing` is what an earlier reading extracted, by the value of its identity.
    """

    notes: dict[str, DeidentifiedNote]
    existing: Mapping[str, Resource]


@dataclass(frozen=True, slots=True)
class Case:
    """A line on a desk; what comes of it goes into `product`."""

    line: Line
    desk: Desk
    chart: Chart
    product: Product


def process(lines: Iterable[Line], desk: Desk) -> Iterator[Product]:
    """Read, extract and de-identify as the task says; one product a line, in order.

    Lines of one patient that follow each other know of each other. What is wrong with a line is in
    its product; nothing is raised.
    """
    for _, group in groupby(lines, key=lambda line: line.patient or id(line)):
        together = list(group)
        chart = Chart({}, _existing(together))
        for line in together:
            yield _product(Case(line, desk, chart, Product()))


def _product(case: Case) -> Product:
    try:
        _take(case)
    except Exception as error:
        case.product.fail(case.line, error)
    return case.product.in_order() if case.desk.task.output is Output.LINES else case.product


def _existing(lines: Iterable[Line]) -> dict[str, Resource]:
    """Index what an earlier reading extracted; what is malformed says so in its own turn."""
    found: dict[str, Resource] = {}
    for line in lines:
        resource = parse(line.data) if _OURS in line.data else None
        if resource and isinstance(resource.get("id"), str):
            with suppress(AttributeError, KeyError, TypeError):
                found |= index([resource])
    return found


def process_batch(task: Task, lines: Iterable[Line]) -> Product:
    """Do all lines of a batch in this process."""
    whole = Product(versions=dict(task.desk.parts.versions))
    for product in process(lines, task.desk):
        whole.add(product)
    return whole


def failed(task: Task, line: Line, error: ServiceError) -> Product:
    """Say that a line hung or killed the process that read it."""
    product = Product()
    product.fail(line, error)
    return product.in_order() if task.output is Output.LINES else product


def _take(case: Case) -> None:
    resource = _parse(case.line)
    if resource["resourceType"] == "DocumentReference":
        _take_document(case, resource)
    elif case.desk.task.output is not Output.FHIR:
        _release(case, resource, patient_of(resource))


def _take_document(case: Case, document: Resource) -> None:
    if is_deidentified_copy(document):
        case.product.passed[OWN_COPY] += 1
        return
    try:
        extraction = read_document(document, case.desk)
    except Exception as error:
        if verdict(error).fate is not Fate.SKIP:
            raise
        case.product.passed[describe(error)] += 1
        return
    case.product.notes += 1
    case.chart.notes.update(note_of(document, extraction))
    existing, output = case.chart.existing, case.desk.task.output
    if output in {Output.FHIR, Output.BOTH}:
        _write_chart(case, to_chart(extraction, existing), extraction.copy.withheld)
    if output is not Output.FHIR:
        _release(case, document, patient_of(document))
    if output in {Output.DEIDENTIFIED, Output.BOTH}:
        for resource in for_release(extraction, document, existing):
            _release(case, resource, patient_of(document))


def _write_chart(case: Case, chart: Iterable[Resource], withheld: str | None) -> None:
    for resource in chart:
        case.product.write(FHIR, resource)
    if withheld:
        case.product.withhold(case.line, "DocumentReference", withheld)


def _release(case: Case, resource: Resource, subject: str | None) -> None:
    kind, desk, product = resource["resourceType"], case.desk, case.product
    if kind not in desk.release.kinds:
        product.passed[f"{kind}: no rules"] += 1
        return
    known = desk.known(subject)
    if known is None:
        product.withhold(case.line, kind, NO_PATIENT)
        return
    released = desk.release(resource, subject, known, case.chart.notes)
    product.tally.methods.update(released.methods)
    if released.resource is None:
        product.withhold(case.line, kind, released.withheld or "withheld")
        return
    product.write(DEIDENTIFIED, released.resource)


def _parse(line: Line) -> Resource:
    resource = parse(line.content())
    if resource is None:
        raise RequestInvalid("the line is not JSON, or not a FHIR resource")
    return resource
