"""`chartloom deidentify` and `reidentify`: personal data taken out, and whom a pseudonym means."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from server.commands.notes import AUTO, LANGUAGE, language_code, read_people, read_text
from server.commands.progress import progress

if TYPE_CHECKING:
    from server.bulk.order import Order
    from server.bulk.product import Product

INPUT = typer.Argument(
    metavar="FILE|FOLDER|-",
    help="A text, a folder of .txt, JSON lines (.jsonl, .ndjson, also .gz and .xz), or -.",
)
OUTPUT = typer.Argument(help="Where to; a single text goes to standard output without it.")
MOST_FAULTS = 20


class Mode(StrEnum):
    """How PHI is replaced."""

    TAG = "tag"
    REDACT = "redact"
    SURROGATE = "surrogate"


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(deidentify)
    app.command()(reidentify)


def deidentify(  # noqa: PLR0913 - one parameter an option
    file: Annotated[Path, INPUT] = Path("-"),
    out: Annotated[Path | None, OUTPUT] = None,
    *,
    lang: Annotated[str, LANGUAGE] = AUTO,
    mode: Annotated[Mode, typer.Option(help="surrogate needs CHARTLOOM_DEID_KEY_FILE.")] = Mode.TAG,
    known: Annotated[
        Path | None, typer.Option(help="FHIR Patient, or Bundle, whose identifiers are searched.")
    ] = None,
    rename: Annotated[
        bool, typer.Option("--rename", help="Put pseudonyms in the place of file names and ids.")
    ] = False,
) -> None:
    """Replace protected health information: in one note, a folder of them, or JSON lines."""
    from server.bulk.deidentifying import deidentify_folder, deidentify_lines
    from server.bulk.lines import holds_resources, is_lines

    folder = str(file) != "-" and file.is_dir()
    many = folder or is_lines(file)
    if many and out is None:
        raise typer.BadParameter("say where to write: deidentify IN OUT")
    if many and not file.exists():
        raise typer.BadParameter(f"{file}: no such file or folder")
    order = _order(mode, lang, known, rename=rename, many=many)
    if out is None or not many:
        _one(file, out, order)
    else:
        work = deidentify_folder if folder else deidentify_lines
        if not folder and holds_resources(file):
            _resources(file, out, order)
        else:
            _many(work, file, out, order)


def throwaway_key() -> bytes:
    """Make a key that nobody will have, and say so."""
    typer.echo(
        "no CHARTLOOM_DEID_KEY_FILE: pseudonyms are made with a key that is thrown away at the"
        " end, so that another run gives others",
        err=True,
    )
    return secrets.token_bytes(32)


def finish(faults: Iterable[str | None], step: str) -> None:
    """Go through what came out; name the first faults, count all, and fail if there are any.

    Raises:
        typer.Exit: something could not be done.
    """
    done = failed = 0
    for fault in faults:
        done += 1
        failed += fault is not None
        if fault is not None and failed <= MOST_FAULTS:
            typer.echo(fault, err=True)
    typer.echo(f"{done - failed} {step}, {failed} failed", err=True)
    if failed:
        raise typer.Exit(1)


def sum_up(total: Product) -> None:
    """Sum up on standard error, and fail if a line did or if nothing was let through.

    Raises:
        typer.Exit: lines could not be read, or all that there was is withheld.
    """
    empty = bool(total.tally.withheld) and not total.resources
    for (kind, reason), count in sorted(total.tally.withheld.items()):
        typer.echo(f"withheld: {count} {kind}: {reason}", err=True)
    for reason, count in sorted(total.passed.items()):
        typer.echo(f"left out: {count} {reason}", err=True)
    if empty:
        typer.echo("nothing is released: every resource is withheld", err=True)
    typer.echo(f"{total.notes} notes read, {total.failed} lines failed", err=True)
    if total.failed or empty:
        raise typer.Exit(1)


def _order(mode: Mode, lang: str, known: Path | None, *, rename: bool, many: bool) -> Order:
    from mappers.known import to_known
    from server.bulk.order import Order
    from server.settings import read_settings

    people = to_known(read_people(known) if known else [])
    settings = read_settings(auth="off", deid_mode=mode.value)
    key = settings.deid_key or (throwaway_key() if many else None)
    return Order(settings, mode.value, key, people, language_code(lang), rename)


def _many(
    work: Callable[[Path, Path, Order, Callable[[int], None]], Iterator[str | None]],
    source: Path,
    target: Path,
    order: Order,
) -> None:
    from server.bulk.deidentifying import find_texts
    from server.bulk.lines import total_size
    from server.bulk.whole_file import end_cleanly

    end_cleanly()
    files = find_texts(source) if source.is_dir() else [source]
    with progress("read", total_size(files)) as advance:
        finish(work(source, target, order, advance), "de-identified")


def _resources(source: Path, target: Path, order: Order) -> None:
    from server.bulk import task
    from server.bulk.lines import total_size
    from server.bulk.run import READINGS, release_file
    from server.bulk.whole_file import end_cleanly

    end_cleanly()
    assert order.key is not None
    throwaway = order.settings.deid_key is None
    to_task = partial(task.start, order, task.Output.LINES, order.key, throwaway=throwaway)
    with progress("read", READINGS * total_size([source])) as advance:
        total = release_file(source, target, to_task, advance)
    sum_up(total)


def _one(file: Path, out: Path | None, order: Order) -> None:
    from server.bulk.texts import to_copy
    from server.bulk.whole_file import check_target, whole_file

    copy = to_copy(read_text(file), order).note
    if out is None:
        sys.stdout.write(copy.text)
        return
    check_target(file, out)
    with whole_file(out) as target:
        target.write(copy.text.encode())


def reidentify(
    pseudonym: Annotated[str, typer.Argument(help="Type/ and the 64 characters of a release.")],
) -> None:
    """Say whom a pseudonym stands for; needs the site's key, and is logged."""
    from server.reidentification import original, split_pseudonym
    from server.service import configure_logging
    from server.settings import read_settings

    kind, identity = split_pseudonym(pseudonym)
    settings = read_settings(auth="off")
    if settings.deid_key is None:
        raise typer.BadParameter("CHARTLOOM_DEID_KEY_FILE is not set: no pseudonym maps back")
    found = original(settings, kind, identity)
    configure_logging()
    # Before the answer: what could not be logged is not told.
    structlog.get_logger().info(
        "reidentify",
        user=os.getuid(),
        pseudonym=f"{kind}/{identity}",
        found=found is not None,
    )
    if found is None:
        typer.echo("no pseudonym under the key of this site, or one with no way back", err=True)
        raise typer.Exit(1)
    typer.echo(found)
