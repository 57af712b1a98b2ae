"""`chartloom extract` and `annotate`: notes at the command line, no server."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from mappers.types import Resource

INPUT = typer.Argument(help="A file, or - for standard input.")
AUTO = "auto"
LANGUAGE = typer.Option(help="Language of the note (BCP 47), or auto: it is detected.")


class Format(StrEnum):
    """How an extraction is printed."""

    JSON = "json"
    FHIR = "fhir"


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(extract)
    app.command()(annotate)


def extract(
    file: Annotated[Path, INPUT] = Path("-"),
    *,
    lang: Annotated[str, LANGUAGE] = AUTO,
    form: Annotated[Format, typer.Option("--format")] = Format.JSON,
    subject: Annotated[str | None, typer.Option(help="Whom it is about: Patient/ID.")] = None,
) -> None:
    """Read one note and print what it says."""
    from server.annotation import to_extract_json
    from server.pipeline import extract as extract_note
    from server.reading import to_reading

    text, parts = read_text(file), _open_parts()
    if form is Format.FHIR:
        reading = to_reading(text, subject=subject, language=language_code(lang))
        _print(extract_note(reading, parts).bundle())
    else:
        _print(to_extract_json(text, language_code(lang), parts))


def annotate(
    source: Annotated[Path, typer.Argument(metavar="IN.jsonl[.xz]")],
    target: Annotated[Path, typer.Argument(metavar="OUT.jsonl")],
) -> None:
    """Annotate many notes: one JSON line in, one JSON line out, order kept."""
    from server.annotation import annotate_file

    failed = annotate_file(source, target, _open_parts())
    if failed:
        typer.echo(f"{failed} lines could not be read; see their error", err=True)
        raise typer.Exit(1)


def _open_parts(**settings: Any) -> Any:
    from server.parts import Parts
    from server.settings import read_settings

    return Parts.open(read_settings(auth="off", **settings))


def language_code(language: str) -> str | None:
    """Return the language that was named, or None where it is to be detected."""
    return None if language == AUTO else language


def read_text(file: Path) -> str:
    """Read one text; `-` is standard input.

    Raises:
        RequestInvalid: it cannot be read, or is not UTF-8.
    """
    from server.errors import RequestInvalid

    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RequestInvalid(f"{file}: not UTF-8 text") from None
    except OSError as error:
        raise RequestInvalid(f"{file}: {error.strerror}") from None


def read_people(file: Path) -> list[Resource]:
    """Read the resources of `--known`.

    Raises:
        RequestInvalid: it cannot be read, or is no FHIR resource.
    """
    from server.errors import RequestInvalid

    try:
        resource = orjson.loads(file.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        raise RequestInvalid(f"--known {file}: not a readable JSON file") from None
    match resource:
        case {"resourceType": "Bundle"}:
            return [entry["resource"] for entry in resource.get("entry", ()) if "resource" in entry]
        case {"resourceType": str()}:
            return [resource]
    raise RequestInvalid(f"--known {file}: not a FHIR resource")


def _print(value: Any) -> None:
    options = orjson.OPT_INDENT_2 if sys.stdout.isatty() else 0
    sys.stdout.buffer.write(orjson.dumps(value, option=options) + b"\n")
