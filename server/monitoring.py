"""Health, readiness and metrics. No label ever holds an identifier or text of a note."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

from server.errors import Fate, verdict
from server.job import STATES, Job, Outcome
from server.jobs import Jobs

router = APIRouter()

ENDS = {Fate.SKIP: "skipped", Fate.PARK: "parked"}


class Metrics:
    """The figures of one server; a registry of its own, so that several can live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.notes = Counter(
            "chartloom_notes",
            "Attempts to read a note by how they ended.",
            ["state"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "chartloom_note_seconds",
            "Time from taking a job up to its end.",
            buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120),
            registry=self.registry,
        )
        self.resources = Counter(
            "chartloom_resources", "Resources written by type.", ["type"], registry=self.registry
        )
        self.replaced = Counter(
            "chartloom_phi_replaced",
            "PHI replaced by category.",
            ["category"],
            registry=self.registry,
        )
        self.jobs = Gauge(
            "chartloom_jobs", "Jobs in the ledger by state.", ["state"], registry=self.registry
        )

    def observed(
        self, process: Callable[[Job], Awaitable[Outcome]]
    ) -> Callable[[Job], Awaitable[Outcome]]:
        """Wrap `process` so that every attempt is counted and timed, whether or not it raises."""

        async def observed(job: Job) -> Outcome:
            started = time.perf_counter()
            try:
                outcome = await process(job)
            except Exception as error:
                self.notes.labels(ENDS.get(verdict(error).fate, "retried")).inc()
                raise
            finally:
                self.seconds.observe(time.perf_counter() - started)
            self.notes.labels(outcome.state).inc()
            for kind, count in outcome.summary.get("resources", {}).items():
                self.resources.labels(kind).inc(count)
            for category, count in outcome.summary.get("replaced", {}).items():
                self.replaced.labels(category).inc(count)
            return outcome

        return observed


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Answer while the process lives."""
    return {"status": "alive"}


@router.get("/readyz")
async def readyz(request: Request, response: Response) -> dict[str, str]:
    """Answer 200 when queue, FHIR store and worker are there, else 503 and which is not."""
    jobs: Jobs = request.app.state.jobs
    checks: dict[str, Callable[[], Awaitable[object]]] = {
        "queue": jobs.ready,
        "store": request.app.state.store.ready,
    }
    answer = {}
    for name, check in checks.items():
        try:
            await check()
            answer[name] = "ready"
        except Exception:
            answer[name] = "unavailable"
    answer["worker"] = "ready" if jobs.working else "unavailable"
    if "unavailable" in answer.values():
        response.status_code = 503
    return answer


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Answer in the Prometheus text format."""
    figures: Metrics = request.app.state.metrics
    jobs: Jobs = request.app.state.jobs
    # A state that no job is in any more counts too: else its last figure would stay for ever.
    for state, count in (dict.fromkeys(STATES, 0) | await jobs.count()).items():
        figures.jobs.labels(state).set(count)
    return Response(generate_latest(figures.registry), media_type=CONTENT_TYPE_LATEST)
