"""How far a long command is: a bar on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

_STEPS = 10


@contextmanager
def progress(step: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show how many of `total` bytes are done; yields what is told of each further ones."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(step, total=total)
        done = 0

        def advance(count: int) -> None:
            nonlocal done
            before, done = done, done + count
            bar.update(task, completed=done)
            if bar.disable and done * _STEPS // max(total, 1) > before * _STEPS // max(total, 1):
                typer.echo(f"{100 * done // total}% {step}", err=True)

        yield advance
