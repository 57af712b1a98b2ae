"""The SubscriptionTopics on offer: the data of subscription_topics.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Topic:
    """What fires, and by what it may be filtered: resource types and their filters.

    `trigger` (system, code) names the event where the topic wants it named.
    """

    url: str
    resources: Mapping[str, frozenset[str]]
    trigger: tuple[str, str] | None
    one_patient: bool


@cache
def topics() -> Mapping[str, Topic]:
    """Return the topics by their canonical URL."""
    text = resources.files(__package__).joinpath("subscription_topics.toml").read_text("utf-8")
    return {
        url: Topic(
            url,
            {kind: frozenset(filters) for kind, filters in row["resources"].items()},
            (row["trigger"]["system"], row["trigger"]["code"]) if "trigger" in row else None,
            row.get("one_patient", False),
        )
        for url, row in tomllib.loads(text).items()
    }
