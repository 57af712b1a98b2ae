"""`chartloom serve` and `chartloom demo`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(serve)
    app.command()(demo)


def serve() -> None:
    """Serve; settings come from CHARTLOOM_* and DATABASE_URL (docs/settings.md)."""
    from server import service
    from server.settings import read_settings

    settings = read_settings()
    service.configure_logging()
    service.serve(settings, service.bind(settings))


def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="Exit after the table.")] = False,
) -> None:
    """Run the whole path on sample patients in a trial FHIR store, and show what came of it."""
    from server.demo.run import run

    raise typer.Exit(asyncio.run(run(once=once)))
