"""The tables of the trial store."""

from __future__ import annotations

from importlib import resources
from typing import Final

SCHEMA_SQL: Final = resources.files(__package__).joinpath("schema.sql").read_text("utf-8")
"""Creates what is missing; running it again changes nothing."""

SCHEMA_LOCK: Final = 0x7472_6961_6C
"""The advisory lock under which the tables are created: two servers may start at once."""
