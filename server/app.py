"""The ASGI application: everything is opened here, and closed in reverse."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import structlog
from fastapi import Depends, FastAPI

from server import capability, monitoring, notify, operations, reidentification
from server.answers import answer_errors
from server.auth import Authority
from server.codes import routes as codes
from server.codes.service import Terminology
from server.database import Pool, open_pool
from server.export import routes as export
from server.export.harvest import Tools
from server.export.service import Exports
from server.intake import Intake
from server.jobs import Jobs
from server.monitoring import Metrics
from server.parts import Parts
from server.pipeline import Pipeline
from server.readers import Readers
from server.settings import Settings
from server.store import Store
from server.subscription import Reconciler, notification_secret, stay_subscribed
from server.trial.routes import router as trial_router
from server.trial.store import TrialStore

log = structlog.get_logger()


def create_app(settings: Settings) -> FastAPI:
    """Build the application; nothing is opened before it starts.

    Raises:
        SettingsInvalid: the settings cannot work together.
    """
    authority = Authority(settings)
    app = FastAPI(
        title="Chartloom", lifespan=_lifespan, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.state.settings = settings
    app.state.authority = authority
    app.state.metrics = Metrics()
    app.state.failure = None
    answer_errors(app)
    guarded = [Depends(authority.require)]
    app.include_router(monitoring.router)
    app.include_router(notify.router)
    app.include_router(capability.router, prefix="/fhir")
    app.include_router(operations.router, prefix="/fhir", dependencies=guarded)
    app.include_router(codes.router, prefix="/fhir", dependencies=guarded)
    # What a token lets an export hold is more than a yes or no: its routes ask for themselves.
    app.include_router(export.router, prefix="/fhir")
    app.include_router(reidentification.router, prefix="/fhir")
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open everything, and keep the error that stops the start: uvicorn does not hand it on."""
    try:
        async with _opened(app):
            yield
    except Exception as error:
        app.state.failure = error
        raise


@asynccontextmanager
async def _opened(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    # Opened here once so that a broken model or index stops the start, not the first note.
    parts = await asyncio.to_thread(Parts.open, settings)
    version, versions = parts.version, dict(parts.versions)
    del parts
    async with AsyncExitStack() as stack:
        terminology = Terminology.open(settings)
        stack.callback(terminology.close)
        app.state.terminology = terminology
        pool = await stack.enter_async_context(open_pool(settings))
        jobs = Jobs(pool, settings)
        await jobs.open()
        store = await _open_store(app, pool, stack)
        readers = Readers(settings)
        stack.callback(readers.close)
        pipeline = Pipeline(store, readers.extract, version)
        tools = Tools(pipeline, readers, settings)
        exports = await Exports.open(pool, jobs, tools, versions)
        reconciler = Reconciler(store, pool, settings)
        intake = Intake(jobs, store, reconciler, version, await notification_secret(pool))
        app.state.jobs, app.state.store = jobs, store
        app.state.pipeline, app.state.intake = pipeline, intake
        app.state.exports = exports
        process = app.state.metrics.observed(pipeline.process)
        _start(stack, jobs.work(process, intake.find))
        _start(stack, exports.works.sweep_forever())
        _start(stack, stay_subscribed(store, pool, settings))
        _start(stack, reconciler.run(intake.submit))
        log.info("chartloom.started", pipeline=version, store=store.base)
        yield


async def _open_store(app: FastAPI, pool: Pool, stack: AsyncExitStack) -> Store:
    """Open the configured store, or the trial store, which is served and called in here."""
    settings: Settings = app.state.settings
    transport: httpx.AsyncBaseTransport | None = None
    token = settings.fhir_store_token
    if settings.fhir_store is None:
        trial = await TrialStore.open(pool, settings.fhir_base)
        _start(stack, trial.deliver_forever())
        app.include_router(
            trial_router(trial),
            prefix="/fhir",
            dependencies=[Depends(app.state.authority.require)],
        )
        transport = httpx.ASGITransport(_inner_app(trial, settings))
    store = Store(
        settings.fhir_store or settings.fhir_base,
        token=token.get_secret_value() if token else None,
        attachment_hosts=settings.attachment_hosts,
        transport=transport,
    )
    stack.push_async_callback(store.close)
    return store


def _inner_app(trial: TrialStore, settings: Settings) -> FastAPI:
    """The trial store without a guard, reachable from inside this process only.

    The pipeline has validated what it writes (server/records.py).
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.settings = settings
    answer_errors(app)
    app.include_router(capability.router, prefix="/fhir")
    app.include_router(trial_router(trial, validated=True), prefix="/fhir")
    return app


def _start(stack: AsyncExitStack, work: Coroutine[Any, Any, None]) -> None:
    """Run `work` in the background until the stack unwinds."""
    task = asyncio.create_task(work)

    async def stop() -> None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    stack.push_async_callback(stop)
