"""The first benchmark: many notes through the whole path, from the store and back to it.

    python -m server.bench --notes <folder with en.*.jsonl.xz> [--limit N] [--check]

Starts a server on an embedded PostgreSQL in a temporary folder, stores every `mtsamples` note of
the folder in the trial store over HTTP, waits until each has been read, and prints notes/s, the
times per note and the peak memory of all processes. `--check` then reads back every resource and
validates it. Exit status 1 unless every note is in the chart.
"""

from __future__ import annotations

import asyncio
import base64
import lzma
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import httpx
import orjson
import psutil
import typer
from rich.progress import Progress

from mappers.types import Resource
from server import service
from server.settings import Settings, read_trial_settings

SOURCE = "mtsamples"
AT_ONCE = 8
ENDED = ("done", "skipped", "parked")


def main(
    notes: Annotated[Path, typer.Option(help="Folder with en.*.jsonl.xz.")],
    limit: Annotated[int, typer.Option(help="Only the first N notes.")] = 1_000_000,
    *,
    check: Annotated[bool, typer.Option("--check", help="Validate every resource.")] = False,
) -> None:
    """Run the benchmark and print its figures."""
    texts = list(read_notes(notes))[:limit]
    if not texts:
        raise typer.BadParameter(f"no {SOURCE} notes in {notes}", param_hint="--notes")
    raise typer.Exit(asyncio.run(run(texts, check=check)))


def read_notes(folder: Path) -> Iterator[str]:
    """Yield the texts of the `mtsamples` notes in the folder's English files."""
    for path in sorted(folder.glob("en.*.jsonl.xz")):
        with lzma.open(path, "rb") as lines:
            for line in lines:
                note = orjson.loads(line)
                if note["source"] == SOURCE:
                    yield note["text"]


async def run(texts: list[str], *, check: bool) -> int:
    """Run all notes through and return the exit status."""
    service.configure_logging("ERROR")
    with tempfile.TemporaryDirectory(prefix="chartloom-bench-", ignore_cleanup_errors=True) as data:
        settings = read_trial_settings(port=0, data_dir=Path(data))
        listener = service.bind(settings)
        settings = settings.model_copy(update={"port": listener.getsockname()[1]})
        async with service.serving(settings, listener) as app:
            with Memory() as memory:
                started = time.perf_counter()
                await _store(settings, texts)
                rows = await _wait(app.state.jobs, len(texts))
                seconds = time.perf_counter() - started
            _print(rows, texts, seconds, memory.peak)
            if check:
                await _check(settings, texts)
    return 0 if sum(row["state"] == "done" for row in rows) == len(texts) else 1


def _document(number: int, text: str) -> Resource:
    data = base64.b64encode(text.encode()).decode()
    return {
        "resourceType": "DocumentReference",
        "id": f"bench-{number}",
        "status": "current",
        "subject": {"reference": f"Patient/bench-{number % 100}"},
        "date": "2026-01-01T00:00:00Z",
        "content": [{"attachment": {"contentType": "text/plain; charset=utf-8", "data": data}}],
    }


async def _store(settings: Settings, texts: list[str]) -> None:
    base = settings.fhir_base
    gate = asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(timeout=120) as client:

        async def put(resource: Resource) -> None:
            async with gate:
                url = f"{base}/{resource['resourceType']}/{resource['id']}"
                (await client.put(url, json=resource)).raise_for_status()

        patients = (
            {
                "resourceType": "Patient",
                "id": f"bench-{number}",
                "name": [{"family": f"Benchley{number}", "given": ["Quentin"]}],
            }
            for number in range(100)
        )
        await asyncio.gather(*map(put, patients))
        documents = (_document(number, text) for number, text in enumerate(texts))
        await asyncio.gather(*map(put, documents))


async def _wait(jobs: Any, expected: int) -> list[dict[str, Any]]:
    with Progress(disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("notes", total=expected)
        last, since = -1, time.monotonic()
        while True:
            rows = _ours(await jobs.list(limit=10 * expected))
            finished = sum(row["state"] in ENDED for row in rows)
            progress.update(task, completed=finished)
            if finished >= expected:
                break
            if finished != last:
                last, since = finished, time.monotonic()
            if time.monotonic() - since > 120:
                break  # nothing moves any more: what is missing shows in the figures
            await asyncio.sleep(1)
    return rows


def _ours(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    # Our own de-identified copies are documents too; a search of the store finds them.
    return [row for row in rows if row["reference"].startswith("DocumentReference/bench-")]


def _print(rows: list[dict[str, Any]], texts: list[str], seconds: float, peak: int) -> None:
    states = Counter(row["state"] for row in rows)
    inner = sorted(row["summary"]["milliseconds"] for row in rows if row["state"] == "done")
    words = sum(len(text.split()) for text in texts)
    lines = {
        "notes": f"{len(texts)} ({words} words)",
        "states": ", ".join(f"{count} {state}" for state, count in sorted(states.items())),
        "lost": str(len(texts) - sum(row["state"] in ENDED for row in rows)),
        "seconds": f"{seconds:.1f}",
        "notes/s": f"{states['done'] / seconds:.1f}",
        "words/s": f"{words / seconds:.0f}",
        "ms per note p50": f"{statistics.median(inner):.0f}" if inner else "-",
        "ms per note p95": f"{inner[int(0.95 * (len(inner) - 1))]:.0f}" if inner else "-",
        "peak memory": f"{peak / 2**20:.0f} MiB",
    }
    for name, value in lines.items():
        typer.echo(f"{name:16} {value}")
    for reason, count in Counter(row["reason"] for row in rows if row["reason"]).most_common(20):
        typer.echo(f"{'reason':16} {count} x {reason}")


async def _check(settings: Settings, texts: list[str]) -> None:
    from mappers.validation import check_evidence, validate

    counts: Counter[str] = Counter()
    async with httpx.AsyncClient(timeout=120) as client:
        for kind in (
            "Condition",
            "MedicationStatement",
            "Procedure",
            "Observation",
            "FamilyMemberHistory",
            "DocumentReference",
            "Provenance",
            "Device",
        ):
            url: str | None = f"{settings.fhir_base}/{kind}?_count=200"
            while url:
                bundle = (await client.get(url)).json()
                for entry in bundle.get("entry", []):
                    resource = entry["resource"]
                    broken = validate(resource)
                    counts[f"invalid {kind}" if broken else f"valid {kind}"] += 1
                    reference = _evidence_reference(resource)
                    if reference is not None:
                        number = int(reference.split("/")[1].removeprefix("bench-"))
                        broken = check_evidence(resource, texts[number])
                        counts["evidence broken" if broken else "evidence reads back"] += 1
                links = {link["relation"]: link["url"] for link in bundle.get("link", [])}
                url = links.get("next")
    for what, count in sorted(counts.items()):
        typer.echo(f"{what:34} {count}")


def _evidence_reference(resource: Resource) -> str | None:
    for extension in resource.get("extension", []):
        for part in extension.get("extension", []):
            if part.get("url") == "reference":
                return str(part["valueReference"]["reference"])
    return None


class Memory:
    """Samples the resident memory of this process, its children and the embedded PostgreSQL."""

    def __init__(self, *, postgres: bool = True) -> None:
        self.peak = 0
        self._postgres = postgres
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._stop.wait(2.0):
            running = _processes(postgres=self._postgres)
            self.peak = max(self.peak, sum(map(_resident, running)))


def _processes(*, postgres: bool) -> Iterator[psutil.Process]:
    ours = psutil.Process()
    yield ours
    yield from ours.children(recursive=True)
    if not postgres:
        return
    for process in psutil.process_iter(["name"]):
        if process.info["name"] == "postgres":
            yield process


def _resident(process: psutil.Process) -> int:
    try:
        # Proportional: the pages that PostgreSQL's processes share count once.
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0


if __name__ == "__main__":
    typer.run(main)
