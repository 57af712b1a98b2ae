"""Running the application under uvicorn, for `serve`, the demo and the benchmark."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator

import structlog
import uvicorn
from fastapi import FastAPI

from server.app import create_app
from server.errors import ServiceError, SettingsInvalid
from server.settings import Settings

# Room for the notifications that wait while all reading processes are busy.
BACKLOG = 2048


def configure_logging(level: str = "INFO") -> None:
    """Log to standard error, as lines of keys and values; quiet libraries that quote arguments."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # procrastinate logs tracebacks of failed jobs and uvicorn those of failed requests; what a
    # person should know is logged by us, without the text of the note.
    for name in ("procrastinate", "psycopg", "uvicorn.error", "httpx", "stamina", "pypdf"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def bind(settings: Settings) -> socket.socket:
    """Take the port before anything else starts.

    Raises:
        SettingsInvalid: another program has it, or the address is not of this machine.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        reason = "is in use" if error.errno == errno.EADDRINUSE else f"{error.strerror}"
        raise SettingsInvalid(
            f"CHARTLOOM_PORT: {settings.host}:{settings.port} {reason}; set another port"
        ) from None
    return listener


@contextlib.asynccontextmanager
async def serving(settings: Settings, listener: socket.socket) -> AsyncIterator[FastAPI]:
    """Serve in the background; yields when the server answers.

    Raises:
        Exception: what stopped the start.
    """
    app = create_app(settings)
    server = _Server(app)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started and not task.done():  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0.02)
        if not server.started:
            await task
            raise ServiceError("the server did not start")
        app.state.ended = task
        yield app
    finally:
        server.should_exit = True
        await asyncio.gather(task, return_exceptions=True)


def end_well() -> None:
    """Make the signals that end a process end it as an exit does.

    uvicorn raises a signal again when it has finished. Dying of it would skip what Python does at
    exit, and the embedded PostgreSQL would stay behind.
    """
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda *_: sys.exit(0))


def serve(settings: Settings, listener: socket.socket) -> None:
    """Serve until a signal ends it; raises what stopped the start."""
    end_well()
    asyncio.run(_Server(create_app(settings)).serve(sockets=[listener]))


class _Server(uvicorn.Server):
    """uvicorn's, which ends the process without a word when the application does not start."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(_config(app))
        self._app = app

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets=sockets)
        except SystemExit:
            raise self._app.state.failure or ServiceError("the server did not start") from None


def _config(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="on",
        backlog=BACKLOG,
        timeout_graceful_shutdown=5,
    )
