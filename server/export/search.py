"""Searching the store for an export, page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence

from mappers.types import Resource
from server.errors import AnswerTooLarge
from server.store import Store

Query = list[tuple[str, str]]


async def pages(
    store: Store, kind: str, queries: Sequence[Query], size: int
) -> AsyncIterator[list[Resource]]:
    """Yield what any of the queries finds, each resource once; raises as the store does."""
    seen: set[str] = set()
    for query in queries:
        try:
            async for page in _pages(store, kind, query, size, seen):
                yield page
        except AnswerTooLarge:  # resources of many megabytes: one at a time
            async for page in _pages(store, kind, query, 1, seen):
                yield page


async def _pages(
    store: Store, kind: str, query: Query, size: int, seen: set[str]
) -> AsyncIterator[list[Resource]]:
    page: list[Resource] = []
    async for resource in store.search(kind, [*query, ("_count", str(size))]):
        identity = resource.get("id")
        if not isinstance(identity, str) or identity in seen:
            continue
        seen.add(identity)
        page.append(resource)
        if len(page) == size:
            yield page
            page = []
    if page:
        yield page


async def fetch(store: Store, kind: str, ids: Iterable[str]) -> list[Resource]:
    """Return the resources with these ids, as far as they are there; raises as the store does."""
    wanted = sorted(set(ids))
    chunks = [wanted[at : at + 50] for at in range(0, len(wanted), 50)]
    queries: list[Query] = [[("_id", ",".join(chunk))] for chunk in chunks]
    return [one async for page in pages(store, kind, queries, 50) for one in page]
