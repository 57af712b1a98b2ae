"""The demo: a server with its trial store, sample patients and notes, and a table of the result."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from server import service
from server.demo import samples
from server.errors import StoreRefused
from server.jobs import Jobs
from server.settings import Settings, read_trial_settings

PATIENCE = 300.0
ENDED = ("done", "skipped", "parked")


async def run(*, once: bool) -> int:
    """Serve, store the samples, wait until they are read, show the table; return the exit status.

    Without `once` it serves until Ctrl-C. The status is 1 when a note failed; one in an awaited
    language that no model reads is shown as parked, and is not a failure.
    """
    folder = Path(os.environ.get("CHARTLOOM_DATA_DIR", "data/demo"))
    settings = read_trial_settings(data_dir=folder)
    service.configure_logging("ERROR")
    service.end_well()
    console = Console(stderr=True)
    listener = service.bind(settings)
    console.print(f"Starting PostgreSQL and the server in {settings.data_dir} ...")
    async with service.serving(settings, listener) as app:
        documents = samples.documents()
        await _store(settings, documents)
        console.print(f"{len(documents)} notes are in the trial FHIR store; reading them ...")
        rows = await _wait(app.state.jobs, {f"DocumentReference/{one['id']}" for one in documents})
        # Where nobody watches, the table keeps its width.
        Console(width=None if sys.stdout.isatty() else 160).print(_table(rows, settings.base_url))
        failed = [row for row in rows if row["state"] != "done"]
        if once:
            return 1 if failed else 0
        console.print(f"Serving at {settings.fhir_base} (trial store included); Ctrl-C ends it.")
        await app.state.ended
    return 0


async def _store(settings: Settings, documents: list[dict[str, Any]]) -> None:
    entries = [
        {
            "resource": document,
            "request": {"method": "PUT", "url": f"DocumentReference/{document['id']}"},
        }
        for document in documents
    ]
    notes = {"resourceType": "Bundle", "type": "batch", "entry": entries}
    async with httpx.AsyncClient(timeout=60) as client:
        for bundle in (samples.patients(), notes):
            response = await client.post(settings.fhir_base, json=bundle)
            if response.is_error:
                raise StoreRefused(f"storing the samples: HTTP {response.status_code}")


async def _wait(jobs: Jobs, references: set[str]) -> list[dict[str, Any]]:
    async with asyncio.timeout(PATIENCE):
        while True:
            # The latest version of a note decides, should the folder hold an earlier demo.
            latest: dict[str, dict[str, Any]] = {}
            for row in reversed(await jobs.list()):
                latest[row["reference"]] = row
            rows = [latest[reference] for reference in sorted(references) if reference in latest]
            if len(rows) == len(references) and all(row["state"] in ENDED for row in rows):
                return rows
            await asyncio.sleep(0.1)


def _table(rows: list[dict[str, Any]], base_url: str) -> Table:
    table = Table(title="What the notes say")
    for column in ("note", "language", "state", "resources", "codings", "PHI replaced", "ms"):
        right = column not in ("note", "language", "state")
        table.add_column(column, justify="right" if right else "left", no_wrap=True)
    table.add_column("see", overflow="fold")
    for row in rows:
        summary = row["summary"] or {}
        written = sum(summary.get("resources", {}).values())
        replaced = sum(summary.get("replaced", {}).values())
        done = row["state"] == "done"
        provenance = f"{base_url}/fhir/Provenance?entity={row['reference']}"
        table.add_row(
            row["reference"].partition("/")[2],
            summary.get("language", ""),
            row["state"],
            *(map(str, (written, summary.get("codings", 0), replaced)) if done else ("", "", "")),
            str(summary.get("milliseconds", "")),
            provenance if done else (row["reason"] or ""),
        )
    return table
