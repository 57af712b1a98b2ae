"""`chartloom terminology`: link mentions, look codes up, build the index."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

if TYPE_CHECKING:
    from terminology.index import Index
    from terminology.types import Concept

app = typer.Typer(no_args_is_help=True)


@app.command()
def link(
    mention: Annotated[str | None, typer.Argument(help="What the note says.")] = None,
    *,
    lang: Annotated[str, typer.Option(help="Language of the mention.")] = "en",
    group: Annotated[
        str | None,
        typer.Option(help="disorder, finding, procedure, drug, lab or anatomy."),
    ] = None,
    file: Annotated[
        tuple[Path, Path] | None,
        typer.Option(metavar="IN.tsv OUT.tsv", help="Link a table: mention, lang, group."),
    ] = None,
) -> None:
    """Link one mention, or a table of them, to codes; the best candidate comes first."""
    from terminology.linker import Linker

    if (mention is None) == (file is None):
        raise typer.BadParameter("name one mention, or --file IN.tsv OUT.tsv")
    linker = Linker(_index())
    if file is not None:
        from server.errors import RequestInvalid
        from terminology.mentions import link_file

        try:
            linked = link_file(linker, *file)
        except (OSError, UnicodeDecodeError) as error:
            raise RequestInvalid(f"{file[0]}: {type(error).__name__}") from None
        typer.echo(f"{linked.linked} of {linked.mentions} mentions linked", err=True)
        return
    try:
        candidates = linker.link(str(mention), language=lang, group=group)
    except KeyError as error:
        raise typer.BadParameter(str(error.args[0])) from None
    for candidate in candidates:
        _print(candidate.concept, f"{candidate.score:.2f} {candidate.match}")
    if not candidates:
        typer.echo("nothing in the index is good enough", err=True)
        raise typer.Exit(1)


@app.command()
def lookup(
    system: Annotated[str, typer.Argument(help="URI or short name: snomed, rxnorm, ...")],
    code: str,
) -> None:
    """Look a code up and print its concepts."""
    concepts = _index().lookup(system, code)
    for concept in concepts:
        _print(concept, concept.source)
    if not concepts:
        typer.echo("the index has no such code", err=True)
        raise typer.Exit(1)


@app.command()
def stats() -> None:
    """Show what the index holds, and the licence of each of its sources."""
    found = _index().stats()
    typer.echo(f"index {found.version}, {found.size / 1e6:.1f} MB")
    typer.echo("concepts " + ", ".join(f"{n} {group}" for group, n in found.concepts.items()))
    typer.echo("names    " + ", ".join(f"{n} {language}" for language, n in found.names.items()))
    table = Table("source", "version", "licence", "concepts", "names", box=None)
    for source in found.sources:
        counts = str(source.concepts), str(source.names)
        table.add_row(source.key, source.version, source.licence, *counts)
    Console(width=None if sys.stdout.isatty() else 160).print(table)


@app.command()
def build(
    sources: Annotated[Path, typer.Argument(help="Folder with the packed sources (*.tsv.xz).")],
    out: Annotated[Path | None, typer.Argument(help="Index to write; else the built-in.")] = None,
) -> None:
    """Build the index; it appears under its name only when it is whole."""
    from terminology.build import build as build_index
    from terminology.index import SHIPPED_INDEX

    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("building")

        def show(step: str, done: int, steps: int) -> None:
            bar.update(task, description=step, completed=done, total=steps)
            if bar.disable:
                typer.echo(f"{done}/{steps} {step}", err=True)

        built = build_index(sources, out or SHIPPED_INDEX, show)
    typer.echo(
        f"{built.path}: version {built.version}, {built.concepts} concepts,"
        f" {built.names} names, {built.size / 1e6:.1f} MB"
    )


def _index() -> Index:
    from server.settings import read_settings
    from terminology.index import SHIPPED_INDEX, Index

    return Index(read_settings(auth="off").terminology_index or SHIPPED_INDEX)


def _print(concept: Concept, found: str) -> None:
    typer.echo(f"{concept.name}  [{concept.group}; {found}]")
    for coding in concept.codings:
        typer.echo(f"    {coding.system:45} {coding.code:12} {coding.display}")
