"""`chartloom bulk`: files of FHIR resources, such as the output of a Bulk Data export."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.commands.deidentification import Mode, sum_up, throwaway_key
from server.commands.progress import progress

if TYPE_CHECKING:
    from server.bulk.task import Task


class Engine(StrEnum):
    """What runs it."""

    LOCAL = "local"


class Output(StrEnum):
    """What comes out."""

    FHIR = "fhir"
    DEIDENTIFIED = "deidentified"
    BOTH = "both"


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(bulk)


def bulk(
    source: Annotated[Path, typer.Argument(metavar="IN", help="NDJSON (.gz, .xz), or a folder.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="A folder that is empty.")],
    *,
    output: Annotated[
        Output,
        typer.Option(help="What the notes say, everything without personal data, or both."),
    ] = Output.FHIR,
    mode: Annotated[
        Mode | None, typer.Option(help="How PHI is replaced; else as CHARTLOOM_DEID_MODE says.")
    ] = None,
    engine: Annotated[
        Engine, typer.Option(help="local: as many processes as CHARTLOOM_PROCESSES says.")
    ] = Engine.LOCAL,
) -> None:
    """Read every note of a record export, and write what they say or a de-identified copy."""
    from server.bulk.lines import find_files, total_size
    from server.bulk.run import READINGS, run
    from server.bulk.whole_file import end_cleanly

    end_cleanly()
    to_task = _to_task(output, mode)
    with progress("read", READINGS * total_size(find_files(source))) as advance:
        total = run(source, target, to_task, advance)
    sum_up(total)


def _to_task(output: Output, mode: Mode | None) -> Callable[[Path], Task]:
    from server.bulk import task
    from server.bulk.order import Order
    from server.errors import RequestInvalid
    from server.settings import read_settings

    settings = read_settings(auth="off")
    chosen = mode.value if mode else settings.deid_mode
    site = settings.deid_key
    if chosen == "surrogate" and site is None and output is not Output.DEIDENTIFIED:
        raise RequestInvalid("--mode surrogate: what a store keeps needs CHARTLOOM_DEID_KEY_FILE")
    key = site or (secrets.token_bytes(32) if output is Output.FHIR else throwaway_key())
    # Surrogates of notes and pseudonyms of resources go together; nobody keeps these copies.
    order = Order(settings, chosen, key if output is Output.DEIDENTIFIED else site)
    return partial(task.start, order, task.Output(output.value), key, throwaway=site is None)
