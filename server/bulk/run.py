"""A whole bulk run: files of FHIR resources in a folder -> files in another.

lines -> people around each patient -> (again) lines -> products -> files, manifest, report
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from server.bulk.buckets import Buckets
from server.bulk.lines import Advance, Line, batches, find_files, read, total_size
from server.bulk.outputs import ERRORS, PEOPLE, Outputs, claim
from server.bulk.people import PeopleWriter
from server.bulk.product import ALL, Product
from server.bulk.reports import to_reports
from server.bulk.resources import failed, process_batch
from server.bulk.subject import parse, patient_of
from server.bulk.task import Task
from server.bulk.whole_file import TEMPORARY, check_target, explained, whole_file
from server.bulk.workers import Workers

READINGS: Final = 2
"""How often every file is read."""
# A server names its files after the type; any other name could be a patient's.
_NAME: Final = re.compile(
    r"[A-Z][A-Za-z]{1,39}(?:[._-][0-9a-f-]+)*\.(?:ndjson|jsonl)(?:\.gz|\.xz)?"
)


def run(source: Path, target: Path, to_task: Callable[[Path], Task], advance: Advance) -> Product:
    """Do it all; returns the sums.

    `to_task` is given the file with the people, and says what is to be done. What an interrupted
    run left in `target` is removed, and everything begins anew.

    Raises:
        RequestInvalid: a file cannot be read or written, or `target` holds something else.
    """
    with explained(target):
        files = find_files(source)
        claim(target, source)
        with Buckets(target, files) as buckets, Outputs(target) as outputs:
            with collected(_lines(files, advance), target / PEOPLE, buckets) as people:
                task = to_task(people)
                total = _write(buckets, outputs, task, _paced(advance, files, buckets))
            for name, body in to_reports(task, outputs.counts, total).items():
                outputs.put(name, body)
    return total


def _write(buckets: Buckets, outputs: Outputs, task: Task, advance: Advance) -> Product:
    total = Product()
    for product in products(buckets.batches(advance), task):
        for (folder, kind), lines in product.written.items():
            outputs.write(f"{folder}/{kind}.ndjson", lines)
        outputs.write(ERRORS, product.outcomes)
        total.add(product.sums())
    for (folder, kind, _), line in total.once.items():
        outputs.write(f"{folder}/{kind}.ndjson", [line])
    return total


def _paced(advance: Advance, files: Sequence[Path], buckets: Buckets) -> Advance:
    """Tell of the second reading as if it were one of the files themselves."""
    size = total_size(files)
    return lambda count: advance(size * count // max(1, buckets.size))


def release_file(
    source: Path, target: Path, to_task: Callable[[Path], Task], advance: Advance
) -> Product:
    """De-identify one file of resources into another, line by line and in order.

    What is withheld or could not be read is an OperationOutcome in its place; what has no rules is
    left out. Returns the sums.

    Raises:
        RequestInvalid: a file cannot be read or written.
    """
    check_target(source, target)
    total = Product()
    with (
        explained(target),
        TemporaryDirectory(prefix=TEMPORARY, dir=target.parent) as folder,
        collected(_lines([source], advance), Path(folder) / PEOPLE) as people,
        whole_file(target) as out,
    ):
        for product in products(batches(_lines([source], advance)), to_task(people)):
            out.writelines(product.written[ALL])
            total.add(product.sums())
    return total


@contextmanager
def collected(
    lines: Iterable[Line], people: Path, buckets: Buckets | None = None
) -> Iterator[Path]:
    """Note who is around each patient, for as long as it is needed, and put the lines together."""
    try:
        writer = PeopleWriter(people)
        for line in lines:
            resource = parse(line.data)
            if resource is not None:
                writer.add(resource, line.data)
            if buckets is not None:
                kind = resource["resourceType"] if resource else ""
                buckets.put(line, patient_of(resource) if resource else None, kind)
        writer.close()
        yield people
    finally:
        people.unlink(missing_ok=True)


def products(lines: Iterable[Sequence[Line]], task: Task) -> Iterator[Product]:
    """Read batches of lines in the processes; one product a batch, in their order."""
    work, fail = partial(process_batch, task), partial(failed, task)
    with Workers(task.order.settings, work, fail) as workers:
        yield from workers.results(lines)


def _lines(files: Sequence[Path], advance: Advance) -> Iterator[Line]:
    for number, path in enumerate(files, 1):
        name = path.name if _NAME.fullmatch(path.name) else f"file {number}"
        yield from read(path, name, advance)
