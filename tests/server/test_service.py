"""The start, and what is said when it fails."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from server import database, service
from server.errors import SettingsInvalid
from server.settings import read_settings


async def start(**overrides: Any) -> None:
    settings = read_settings(auth="off", port=0, processes=1, **overrides)
    with contextlib.closing(service.bind(settings)) as listener:
        async with service.serving(settings, listener):
            pass


async def test_a_key_file_that_is_missing_is_named_when_the_start_fails() -> None:
    with pytest.raises(SettingsInvalid, match="CHARTLOOM_DEID_KEY_FILE nowhere"):
        await start(deid_key_file="nowhere")


async def test_a_database_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.5)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(SettingsInvalid, match="DATABASE_URL"):
        await start()
