"""The command `chartloom`. Results go to standard output, everything else to standard error.

Exit status: 0 done, 1 something failed, 2 wrong use or settings, with one line that says what
to do.
"""

from __future__ import annotations

import sys

import typer

from server.commands import bulk, deidentification, jobs, model, notes, service, terminology
from server.errors import RequestInvalid, SettingsInvalid, describe

# Typer shows only the subclass; this is what all wrong use has in common.
WrongUse: type[typer.BadParameter] = typer.BadParameter.__mro__[1]

app = typer.Typer(
    name="chartloom",
    help="Weaves clinical notes into the patient's chart.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
service.register(app)
notes.register(app)
deidentification.register(app)
bulk.register(app)
app.add_typer(jobs.app, name="jobs", help="The queue: what is parked, and why.")
app.add_typer(model.app, name="models", help="The built-in models, their accuracy, training.")
app.add_typer(terminology.app, name="terminology", help="Codes: link, look up, build the index.")


def main() -> None:
    """Run the command line; an error is one line, never a traceback with text of a note."""
    try:
        sys.exit(app(standalone_mode=False))
    except WrongUse as error:
        _fail(f"{error.format_message()} (--help shows how)", 2)
    except (SettingsInvalid, RequestInvalid) as error:
        _fail(str(error), 2)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away; nobody is left to tell
        sys.exit(1)
    except Exception as error:
        _fail(describe(error), 1)


def _fail(message: str, status: int) -> None:
    print(f"chartloom: {message}", file=sys.stderr)  # noqa: T201 - the one line
    sys.exit(status)
