"""`chartloom terminology`: link mentions, look codes up, build the index."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
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
    lang: Annotated[
        str | None, typer.Option(help="Language of the mention; else that of the best match.")
    ] = None,
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
        except UnicodeDecodeError:
            raise RequestInvalid(f"{file[0]}: not UTF-8") from None
        except OSError as error:
            raise RequestInvalid(f"{error.filename}: {error.strerror}") from None
        typer.echo(f"{linked.linked} of {linked.mentions} mentions linked", err=True)
        return
    try:
        candidates = linker.link_in_any(str(mention), languages=[lang] if lang else (), group=group)
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
    sources: Annotated[
        Path,
        typer.Argument(help="Folder with the packed sources (*.tsv.xz); not with --release."),
    ],
    out: Annotated[Path | None, typer.Argument(help="Index to write; else the built-in.")] = None,
    *,
    corpora: Annotated[
        Path | None, typer.Option(help="Folder with annotated corpora, whose words are names too.")
    ] = None,
    release: Annotated[
        list[Path] | None,
        typer.Option(
            help="Your own release, a folder or zip: SNOMED CT RF2, RxNorm, UMLS, LOINC, ICD-10-CM,"
            " Open Concept Lab, FHIR JSON. `build --release PATH ... OUT` adds it to the built-in"
            " index."
        ),
    ] = None,
) -> None:
    """Build the index; it appears under its name only when it is whole."""
    if release:
        from server.commands.releases import build_with_releases

        packed = None if out is None else sources
        build_with_releases(release, out or sources, packed, corpora)
        return
    from terminology.build import build as build_index
    from terminology.index import SHIPPED_INDEX

    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("building")

        def show(step: str, done: int, steps: int) -> None:
            bar.update(task, description=step, completed=done, total=steps)
            if bar.disable:
                typer.echo(f"{done}/{steps} {step}", err=True)

        built = build_index(sources, out or SHIPPED_INDEX, show, corpora_dir=corpora)
    typer.echo(
        f"{built.path}: version {built.version}, {built.concepts} concepts,"
        f" {built.names} names, {built.size / 1e6:.1f} MB"
    )


@app.command()
def evaluate(
    corpora: Annotated[Path, typer.Option(help="Folder with the annotated corpora.")] = Path(
        "../shared/corpora"
    ),
    *,
    split: Annotated[str, typer.Option(help="dev, or test for a last figure.")] = "dev",
    as_json: Annotated[bool, typer.Option("--json", help="Print counts as JSON.")] = False,
) -> None:
    """Link the gold mentions of corpora; print precision, recall and accuracy of each group."""
    from dataclasses import asdict

    from server.errors import RequestInvalid
    from terminology.evaluation import as_markdown
    from terminology.evaluation import evaluate as evaluate_linker
    from terminology.linker import Linker

    rows = list(evaluate_linker(Linker(_index()), corpora, split))
    if not rows:
        raise RequestInvalid(f"{corpora}: no corpus with a split {split!r}")
    if as_json:
        typer.echo(orjson.dumps([asdict(row) for row in rows], option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo(as_markdown(rows))


def _index() -> Index:
    from server.settings import read_settings
    from terminology.index import SHIPPED_INDEX, Index

    return Index(read_settings(auth="off").terminology_index or SHIPPED_INDEX)


def _print(concept: Concept, found: str) -> None:
    typer.echo(f"{concept.name}  [{concept.group}; {found}]")
    for coding in concept.codings:
        typer.echo(f"    {coding.system:45} {coding.code:12} {coding.display}")
