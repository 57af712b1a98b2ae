"""`chartloom models`: the built-in models, their accuracy, and their training."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.progress import TaskID

    from models.registry import Model

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_models() -> None:
    """List the models of the registry."""
    from rich.console import Console
    from rich.table import Table

    from models.registry import Registry

    table = Table("model", "language", "version", "use", "licence", "finds", box=None)
    for model in Registry.load().models.values():
        finds = ", ".join((*model.entities, *(f"PHI {category}" for category in model.phi)))
        use = "opt-in" if model.opt_in else "default"
        table.add_row(model.identifier, model.language, model.version, use, model.licence, finds)
    # Where nobody watches, nothing is cut off.
    Console(width=None if sys.stdout.isatty() else 200).print(table)


@app.command()
def show(model: str) -> None:
    """Print the card of a model."""
    from models.registry import Registry

    typer.echo((Registry.load().get(model).folder / "card.md").read_text("utf-8"))


@app.command()
def evaluate(  # noqa: PLR0913 - one parameter an option
    corpora: Annotated[
        Path | None, typer.Option(help="Folder with the corpora of evaluation.toml.")
    ] = None,
    corpus: Annotated[
        Path | None,
        typer.Option(help="One annotated corpus: JSONL, brat, CoNLL, PubTator or BioC."),
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(help="Label map of that corpus (a table as in labels.toml).")
    ] = None,
    *,
    model: Annotated[
        str | None, typer.Option(help="An id of the registry, or a model folder; else all models.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="Only this language; a model folder needs it.")
    ] = None,
    sample: Annotated[
        int | None, typer.Option(min=1, help="Only the first N documents of each set.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write all figures to this file too.")] = None,
    floors: Annotated[
        bool, typer.Option("--floors", help="Fail where a score is below its floor.")
    ] = False,
) -> None:
    """Score models: strict and relaxed F1 per label and set, with 95 % intervals."""
    from itertools import chain

    from models.training.scoring import benchmark, relation_benchmark, report
    from models.training.scoring.scored import Scored

    models = _models(model, language)
    scored: Iterable[Scored]
    with _progress() as watch:
        if corpora and not corpus:
            if not corpora.is_dir():
                raise typer.BadParameter(f"{corpora} is no folder")
            scored = benchmark.score(corpora, sample, models, watch)
            if model is None:
                spoken = [each.language for each in models]
                scored = chain(scored, relation_benchmark.score(corpora, sample, spoken, watch))
        elif corpus and not corpora:
            one = models[0] if model or language else None
            scored = benchmark.score_own(corpus, labels, model=one, sample=sample, watch=watch)
        else:
            raise typer.BadParameter("give either --corpora or --corpus")
        done = []
        for each in scored:
            typer.echo(f"\n{report.markdown(each)}")
            done.append(each)
    if not done:
        raise typer.BadParameter(f"no corpus of evaluation.toml lies in {corpora}")
    if json:
        report.write(json, done)
    failures = [failure for each in done for failure in each.failures]
    if floors and failures:
        for failure in failures:
            typer.echo(failure, err=True)
        raise typer.Exit(1)


def _models(name: str | None, language: str | None) -> list[Model]:
    from models.registry import Registry
    from models.training.scoring.reading import find

    if name is not None:
        return [find(name, language)]
    registry = Registry.load()
    return list(registry.defaults) if language is None else [registry.of(language)]


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on a terminal, nothing elsewhere."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks: dict[str, TaskID] = {}

        def watch(name: str, read: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name)
            bar.update(tasks[name], completed=read, total=total, visible=read < total)

        yield watch


@app.command()
def train(
    recipe: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help="A recipe (models/training/recipes/*.toml)."
        ),
    ],
    *,
    data: Annotated[
        Path,
        typer.Option(exists=True, file_okay=False, help="Folder with corpora/, text/ and lists/."),
    ],
    out: Annotated[Path, typer.Option(help="Where checkpoints and weights go.")] = Path("training"),
    start: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Folder of a finished run to begin with."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="In place of the recipe's.")] = None,
) -> None:
    """Train a model; stops and resumes anywhere. Needs the `train` extra."""
    import logging

    with _extra():
        from models.training.train import train as run
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    typer.echo(run(recipe, data, out, start, seed))


@app.command()
def average(
    runs: Annotated[list[Path], typer.Argument(help="Folders of runs that differ in the seed.")],
    *,
    out: Annotated[Path, typer.Option(help="Folder of the run that is their mean.")],
) -> None:
    """Average the weights of runs that began alike into one. Needs the `train` extra."""
    with _extra():
        from models.training.soup import cook
    typer.echo(cook(runs, out))


@contextmanager
def _extra() -> Iterator[None]:
    """Say in one line which package of the `train` extra is missing."""
    from server.errors import RequestInvalid

    try:
        yield
    except ModuleNotFoundError as missing:
        raise RequestInvalid(f"{missing.name} is missing: pip install '.[train]'") from None
