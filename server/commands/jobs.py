"""`chartloom jobs`: the ledger of the queue."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_jobs(
    state: Annotated[
        list[str] | None, typer.Option("--state", help="Only jobs in this state; may be repeated.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the latest first.")] = 100,
) -> None:
    """List jobs, the latest first, with the reason where one waits or was given up."""
    from server.job import STATES

    unknown = set(state or ()) - set(STATES)
    if unknown:
        raise typer.BadParameter(f"--state is one of {', '.join(STATES)}")
    rows = _with_jobs(lambda jobs: jobs.list(*(state or ()), limit=limit))
    table = Table("job", "document", "version", "state", "attempt", "reason", box=None)
    for row in rows:
        table.add_row(
            str(row["id"]),
            row["reference"],
            row["version"],
            row["state"],
            str(row["attempt"]),
            row["reason"] or "",
        )
    # Where nobody watches, nothing is cut off.
    Console(width=None if sys.stdout.isatty() else 200).print(table)


@app.command()
def show(job: int) -> None:
    """Show all that is known of one job."""
    row = _with_jobs(lambda jobs: jobs.show(job))
    console = Console(soft_wrap=True)
    for key, value in row.items():
        console.print(f"{key:12} {'' if value is None else value}", markup=False, highlight=False)


@app.command()
def retry(
    job: Annotated[int | None, typer.Argument(help="A parked or skipped job.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Every parked job.")] = False,
) -> None:
    """Queue a parked job once more, or all of them."""
    if (job is None) == (not everything):
        raise typer.BadParameter("name one job, or --all")

    async def again(jobs: Any) -> int:
        if job is None:
            return int(await jobs.retry_all())
        await jobs.retry(job)
        return 1

    count = _with_jobs(again)
    typer.echo(f"queued {count}", err=True)


def _with_jobs(ask: Callable[[Any], Awaitable[Any]]) -> Any:
    from server.database import open_pool
    from server.jobs import Jobs
    from server.settings import read_settings

    async def run() -> Any:
        settings = read_settings()
        async with open_pool(settings) as pool:
            jobs = Jobs(pool, settings)
            await jobs.open()
            return await ask(jobs)

    return asyncio.run(run())
