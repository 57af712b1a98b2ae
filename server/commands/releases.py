"""`chartloom terminology build --release`: the user's own releases, with a bar of bytes read."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from server.errors import RequestInvalid


def build_with_releases(
    releases: Sequence[Path], out: Path, sources: Path | None, corpora: Path | None
) -> None:
    """Add releases to the built-in index or, with `sources`, to one built from these; say how.

    Raises:
        RequestInvalid: `out` cannot be written.
        SourceMalformed: a release cannot be read.
    """
    from terminology.index import SHIPPED_INDEX

    signal.signal(signal.SIGTERM, _stop)
    try:
        if sources is None:
            _load(releases, out, SHIPPED_INDEX)
            return
        from terminology.build import build

        with TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as folder:
            base = Path(folder) / "base.sqlite"
            build(sources, base, corpora_dir=corpora)
            _load(releases, out, base)
    except OSError as error:
        raise RequestInvalid(f"{out}: {error.strerror or type(error).__name__}") from error


def _load(releases: Sequence[Path], out: Path, base: Path) -> None:
    from terminology.releases.loading import load

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("opening")
        shown = ""

        def show(step: str, done: int, total: int) -> None:
            nonlocal shown
            bar.update(task, description=step, completed=done, total=total)
            if bar.disable and step != shown:
                typer.echo(f"{done * 100 // total}% {step}", err=True)
            shown = step

        loaded = load(releases, out, base, show)
    built = loaded.built
    for release, names in loaded.names:
        typer.echo(f"{release}: {names} names")
    for reason, count in sorted(loaded.skipped.items()):
        typer.echo(f"left out: {count} {reason}")
    if loaded.retired:
        typer.echo(f"left out: {loaded.retired} built-in codings that a release has retired")
    typer.echo(
        f"{built.path}: version {built.version}, {built.concepts} concepts,"
        f" {built.names} names, {built.size / 1e6:.1f} MB; set CHARTLOOM_TERMINOLOGY_INDEX to use"
        " it. It holds names under your own licences: do not pass it on."
    )


def _stop(_signal: int, _frame: object) -> None:
    """End as an exception does, so that what is half written is removed."""
    sys.exit(128 + signal.SIGTERM)
