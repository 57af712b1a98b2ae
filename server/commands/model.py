"""`chartloom models`: the built-in models, their accuracy, and their training."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_models() -> None:
    """List the models of the registry."""
    from rich.console import Console
    from rich.table import Table

    from models.registry import Registry

    table = Table("model", "language", "version", "licence", "finds", box=None)
    for model in Registry.load().models.values():
        finds = ", ".join((*model.entities, *(f"PHI {category}" for category in model.phi)))
        table.add_row(model.identifier, model.language, model.version, model.licence, finds)
    # Where nobody watches, nothing is cut off.
    Console(width=None if sys.stdout.isatty() else 200).print(table)


@app.command()
def show(model: str) -> None:
    """Print the card of a model."""
    from models.registry import Registry

    typer.echo((Registry.load().get(model).folder / "card.md").read_text("utf-8"))


@app.command()
def evaluate(
    corpora: Annotated[Path, typer.Option(help="Folder with corpora in stand-off JSONL.")],
    sample: Annotated[
        int | None, typer.Option(min=1, help="Only the first N documents of each set.")
    ] = None,
    *,
    floors: Annotated[
        bool, typer.Option("--floors", help="Fail where a score is below its floor.")
    ] = False,
) -> None:
    """Score the built-in models: strict and relaxed entity F1 per label and set."""
    from models.training.benchmark import score
    from models.training.evaluate import table

    failures: list[str] = []
    scored = 0
    for each in score(corpora, sample):
        typer.echo(f"\n{each.set.name}, {each.documents} documents\n\n{table(each.scores)}")
        failures += each.failures
        scored += 1
    if not scored:
        raise typer.BadParameter(f"no corpus of evaluation.toml lies in {corpora}")
    if floors and failures:
        for failure in failures:
            typer.echo(failure, err=True)
        raise typer.Exit(1)


@app.command()
def train(
    recipe: Annotated[Path, typer.Argument(help="A recipe (models/training/recipes/*.toml).")],
    *,
    data: Annotated[Path, typer.Option(help="Folder with corpora/, text/ and lists/.")],
    out: Annotated[Path, typer.Option(help="Where checkpoints and weights go.")] = Path("training"),
    start: Annotated[
        Path | None, typer.Option(help="Folder of a finished run to begin with.")
    ] = None,
) -> None:
    """Train a model; stops and resumes anywhere. Needs the `train` extra."""
    import logging

    from server.errors import RequestInvalid

    try:
        from models.training.train import train as run
    except ModuleNotFoundError as missing:
        raise RequestInvalid(f"{missing.name} is missing: pip install '.[train]'") from None
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    typer.echo(run(recipe, data, out, start))
