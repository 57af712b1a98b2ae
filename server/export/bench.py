"""The benchmark of the export: many resources over HTTP, and a server that is killed meanwhile.

    python -m server.export.bench [--resources 100000] [--notes 200] [--kills 2]

Starts `chartloom serve` as a process of its own on an embedded PostgreSQL in a temporary folder,
fills its trial store, orders an export and waits as it is told to. In the middle the server is
killed (kill -9) and started again, `--kills` times. Then the files are compared, line by line,
with what was put in: counts of each type, and no identifier of anybody. Prints resources/s and the
peak memory of each process of the server. Exit status 1 unless everything is right.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import ahocorasick
import httpx
import orjson
import psutil
import typer

from server.database import open_pool
from server.export.bench_data import World, generate, load
from server.settings import Settings, read_trial_settings
from server.trial.store import TrialStore

PATIENCE = 3600.0
READING = "reading process"
TIMES = {
    "CHARTLOOM_AUTH": "off",
    # Nothing but the export is to be measured: no notes are read but by it.
    "CHARTLOOM_RECONCILE_SECONDS": "86400",
    "CHARTLOOM_STALLED_SECONDS": "3",
}


def main(
    resources: Annotated[int, typer.Option(help="About so many.")] = 100_000,
    notes: Annotated[int, typer.Option(help="So many of them are notes.")] = 200,
    kills: Annotated[int, typer.Option(help="How often the server is killed.")] = 2,
) -> None:
    """Run the benchmark and print its figures."""
    with tempfile.TemporaryDirectory(
        prefix="chartloom-export-", ignore_cleanup_errors=True
    ) as name:
        Path(name).chmod(0o755)
        raise typer.Exit(_run(Path(name), resources, notes, kills))


def _run(folder: Path, resources: int, notes: int, kills: int) -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = read_trial_settings(port=port, data_dir=folder)
    world, bench = World(), Bench(settings, folder)
    asyncio.run(_fill(settings, resources, notes, world))
    try:
        bench.start()
        url, started = bench.order(), time.perf_counter()
        bench.follow(url, kills)
        seconds = time.perf_counter() - started
        return _judge(bench, bench.manifest(url), world, seconds)
    finally:
        bench.stop()


async def _fill(settings: Settings, resources: int, notes: int, world: World) -> None:
    async with open_pool(settings) as pool:
        await TrialStore.open(pool, settings.fhir_base)
        started = time.perf_counter()
        await load(pool, generate(resources, notes, world), settings.fhir_base)
        async with pool.connection() as connection:
            await connection.execute("ANALYZE")
        _print("loaded", f"{sum(world.counts.values())} in {time.perf_counter() - started:.0f} s")


class Bench:
    """The server under test, and a client that follows the specification."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings, self._folder = settings, folder
        self._client = httpx.Client(timeout=60)
        self._process: subprocess.Popen[bytes] | None = None
        self.peaks: Counter[str] = Counter()
        self.quarters: Counter[int] = Counter()
        self._quarter = 0
        self._cpu: dict[tuple[str, int], float] = {}

    def start(self) -> None:
        """Start the server and wait until it is ready."""
        own = {
            "CHARTLOOM_PORT": str(self._settings.port),
            "CHARTLOOM_DATA_DIR": str(self._folder),
        }
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "server", "serve"],
                env=environment | TIMES | own,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        end = time.monotonic() + 120
        while time.monotonic() < end:
            with contextlib.suppress(httpx.TransportError):
                if self._client.get(f"{self._settings.base_url}/readyz").status_code == 200:
                    return
            time.sleep(0.2)
        raise typer.Exit(1)

    def kill(self) -> None:
        """Kill it without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """End it well."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(60)

    def order(self) -> str:
        """Kick off; returns the URL of the status."""
        headers = {"Accept": "application/fhir+json", "Prefer": "respond-async"}
        answer = self._client.get(f"{self._settings.fhir_base}/Patient/$export", headers=headers)
        answer.raise_for_status()
        return str(answer.headers["content-location"])

    def follow(self, url: str, kills: int) -> None:
        """Ask for the status as told until it is done, and kill the server on the way."""
        at = [(number + 1) / (kills + 1) for number in range(kills)]
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self._measure()
            answer = self._client.get(url, headers={"Accept": "application/json"})
            if answer.status_code not in (202, 429):
                answer.raise_for_status()
                return
            self._quarter = int(4 * _share(answer.headers.get("x-progress", "")))
            if at and _share(answer.headers.get("x-progress", "")) >= at[0]:
                _print("killed at", answer.headers["x-progress"])
                self.kill()
                self.start()
                at.pop(0)
            self._sleep(float(answer.headers["retry-after"]))

    def _sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(min(0.5, seconds))
            self._measure()

    def manifest(self, url: str) -> dict[str, Any]:
        """Return the manifest of an export that is done."""
        found: dict[str, Any] = self._client.get(url).raise_for_status().json()
        return found

    def lines(self, url: str) -> Iterator[bytes]:
        """Yield the lines of a file as they come."""
        with self._client.stream("GET", url, timeout=120) as answer:
            answer.raise_for_status()
            for line in answer.iter_lines():
                yield line.encode()
            self._measure()

    def _measure(self) -> None:
        if self._process is None:
            return
        with contextlib.suppress(psutil.Error):
            server = psutil.Process(self._process.pid)
            self._note("server", server)
            for child in server.children(recursive=True):
                self._note(READING, child)
            for other in psutil.process_iter(["name"]):
                if other.info["name"] == "postgres":
                    self._note("postgres", other)

    def _note(self, role: str, process: psutil.Process) -> None:
        self.peaks[role] = max(self.peaks[role], process.memory_info().rss)
        if role == READING:
            last = self.quarters[self._quarter]
            self.quarters[self._quarter] = max(last, process.memory_info().rss)
        times = process.cpu_times()
        self._cpu[role, process.pid] = times.user + times.system

    def cpu(self, role: str) -> float:
        """Return the seconds of processor time of a role, as far as they were seen."""
        return sum(used for (of, _), used in self._cpu.items() if of == role)


def _share(progress: str) -> float:
    """Read `20 of 100 patients`."""
    found = re.fullmatch(r"(\d+) of (\d+) patients", progress)
    return int(found[1]) / max(1, int(found[2])) if found else 0.0


def _judge(bench: Bench, manifest: dict[str, Any], world: World, seconds: float) -> int:
    automaton = ahocorasick.Automaton()
    for secret in world.secrets:
        automaton.add_word(secret, secret)
    automaton.make_automaton()
    counted: Counter[str] = Counter()
    leaks, wrong = 0, []
    for entry in (*manifest["output"], *manifest["error"]):
        lines = 0
        for line in bench.lines(entry["url"]):
            lines += 1
            leaks += any(True for text in _texts(line) for _ in automaton.iter(text))
        counted[entry["type"]] += lines
        wrong += [entry["type"]] if lines != entry["count"] else []
    withheld = counted.pop("OperationOutcome", 0)
    released = sum(counted.values())
    right = counted == world.counts and not wrong and not leaks
    _print("released", ", ".join(f"{n} {kind}" for kind, n in sorted(counted.items())))
    _print("as put in", "yes" if counted == world.counts else f"no: {dict(world.counts)}")
    _print("withheld", str(withheld))
    _print("manifest", f"counts wrong: {wrong}" if wrong else "counts are exact")
    _print("raw identifiers", f"{leaks} of {len(world.secrets)} searched for")
    _print("seconds", f"{seconds:.1f}, kills included")
    _print("resources/s", f"{released / seconds:.0f}")
    for role, peak in bench.peaks.items():
        _print(f"peak {role}", f"{peak / 2**20:.0f} MiB, {bench.cpu(role):.0f} s of processor time")
    course = [f"{peak / 2**20:.0f}" for _, peak in sorted(bench.quarters.items())]
    _print("by quarter", f"{', '.join(course)} MiB at most in a reading process")
    return 0 if right else 1


def _texts(line: bytes) -> Iterator[str]:
    """Yield a line, and the text of each attachment in it."""
    yield line.decode()
    resource = orjson.loads(line)
    for content in resource.get("content", ()):
        yield base64.b64decode(content["attachment"].get("data", "")).decode()


def _print(name: str, value: str) -> None:
    typer.echo(f"{name:20} {value}")


if __name__ == "__main__":
    typer.run(main)
