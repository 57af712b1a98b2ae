"""Turns of workers on a real PostgreSQL: nothing twice, nothing by one who lost his turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator

import pytest

from server.database import Pool, open_pool
from server.errors import NotFound, Overloaded, Throttled
from server.export.desk import MOST, MOST_OF_ONE, Desk
from server.export.items import BATCH
from server.export.ledger import Ledger, Lost
from server.export.order import Batch, Order, Wishes
from server.export.parts import OUTCOME, Part
from server.export.tally import Tally, Yield
from server.settings import read_settings

RESULTS = {"manifest": {"output": []}, "report": {}, "dictionary": {}}


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with open_pool(read_settings(auth="off", DATABASE_URL=database_url)) as pool:
        await Ledger(pool).open()
        yield pool


def order(key: str = "one", client: str = "c") -> Order:
    wishes = Wishes(types=("Patient",))
    instant = "2026-01-01T00:00:00.000+00:00"
    return Order(
        key, client, "http://x/$export", "patient", None, wishes, instant, secret=b"k" * 32
    )


async def take(pool: Pool, one: Order) -> None:
    async with pool.connection() as connection:
        await Desk(pool).take(connection, one)


async def begin(pool: Pool, key: str = "one") -> Order:
    begun = await Ledger(pool).begin(key)
    assert begun is not None
    return begun[0]


def patients(count: int) -> list[str]:
    return [f"p{number:03}" for number in range(count)]


def lines(count: int, kind: str = "Patient") -> list[Part]:
    return [Part.of(kind, [b"{}\n"] * count)]


def counted(count: int) -> Yield:
    return Yield(Tally(Counter({"Patient": count}), patients=count))


async def test_batches_are_done_once_over_several_turns(pool: Pool) -> None:
    ledger = Ledger(pool)
    await take(pool, order())
    first = await begin(pool)
    await ledger.add(first, "Patient", patients(BATCH + 5))
    await ledger.add(first, "Patient", patients(BATCH))  # a store may show one twice
    await ledger.close_list(first)
    one, two = await ledger.pending(first, 10)
    assert (len(one.ids), len(two.ids)) == (BATCH, 5)
    await ledger.finish(first, one, lines(BATCH), 0, counted(BATCH))
    await ledger.keep(first, two, lines(3), 0)  # and then its process dies

    second = await begin(pool)
    assert second.listed
    assert second.secret == b"k" * 32
    (again,) = await ledger.pending(second, 10)
    assert again == two
    for late in (
        ledger.keep(first, two, lines(1), 1),
        ledger.finish(first, two, lines(5), 0, counted(5)),
        ledger.done(first, RESULTS, 1),
        ledger.add(first, "Patient", ["x"]),
    ):
        with pytest.raises(Lost):
            await late
    await ledger.clear(second, again)
    await ledger.finish(second, again, lines(5), 0, counted(5))
    assert await ledger.pending(second, 10) == []
    assert (await ledger.tally(second)).released == {"Patient": BATCH + 5}
    for _ in range(2):  # the end, too, may be begun twice
        files = await ledger.close_files(second, lines(1, OUTCOME))
    assert [(file.kind, file.count) for file in files] == [
        (OUTCOME, 1), ("Patient", BATCH + 5),
    ]  # fmt: skip
    await ledger.done(second, RESULTS, 1)
    assert await ledger.begin("one") is None


async def test_the_key_and_the_list_of_patients_go_at_the_end(pool: Pool) -> None:
    ledger = Ledger(pool)
    for key, end in (("good", True), ("bad", False)):
        await take(pool, order(key))
        turn = await begin(pool, key)
        await ledger.add(turn, "Patient", patients(3))
        if end:
            await ledger.done(turn, RESULTS, 1)
        else:
            await ledger.fail(turn, {"resourceType": "OperationOutcome"}, 500, 1)
    async with pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT count(*) AS left FROM chartloom_export WHERE secret IS NOT NULL"
            " UNION ALL SELECT count(*) FROM chartloom_export_item"
            " UNION ALL SELECT count(*) FROM chartloom_export WHERE wishes::text LIKE '%p000%'"
        )
        assert [row["left"] for row in await cursor.fetchall()] == [0, 0, 0]


async def test_references_follow_the_patients_and_a_provenance_is_claimed_once(pool: Pool) -> None:
    ledger = Ledger(pool)
    await take(pool, order())
    turn = await begin(pool)
    await ledger.add(turn, "Patient", patients(2 * BATCH))
    await ledger.close_list(turn)
    one, two = await ledger.pending(turn, 10)
    assert await ledger.claim(turn, one, ["a", "b"]) == {"a", "b"}
    assert await ledger.claim(turn, two, ["b", "c"]) == {"c"}
    await ledger.clear(turn, one)  # it is done anew
    assert await ledger.claim(turn, one, ["a", "b", "c"]) == {"a", "b"}
    referred = {("Medication", "m"), ("Device", "d")}
    await ledger.finish(turn, one, [], 0, Yield(referred=referred))
    await ledger.finish(turn, two, [], 0, Yield(referred=referred))
    assert await ledger.pending(turn, 10) == []
    await ledger.assign(turn)
    found = await ledger.pending(turn, 10)
    assert [(batch.number, batch.kind, batch.ids) for batch in found] == [
        (2, "Device", ("d",)), (3, "Medication", ("m",)),
    ]  # fmt: skip
    await ledger.assign(turn)
    assert await ledger.pending(turn, 10) == found


async def test_turns_that_come_to_nothing_are_counted(pool: Pool) -> None:
    ledger = Ledger(pool)
    await take(pool, order())
    for failures in range(3):
        begun = await ledger.begin("one")
        assert begun is not None
        assert begun[1] == failures
    turn = begun[0]
    await ledger.add(turn, "Patient", patients(1))
    await ledger.close_list(turn)
    (batch,) = await ledger.pending(turn, 1)
    await ledger.finish(turn, batch, lines(1), 0, counted(1))
    begun = await ledger.begin("one")
    assert begun is not None
    assert begun[1] == 0
    await ledger.again(begun[0], counts=False)
    begun = await ledger.begin("one")
    assert begun is not None
    assert begun[1] == 0


async def test_nobody_else_sees_it_and_nobody_after_its_time(pool: Pool) -> None:
    desk, ledger = Desk(pool), Ledger(pool)
    await take(pool, order())
    for attempt in (desk.status("one", "other"), desk.delete("one", "other")):
        with pytest.raises(NotFound):
            await attempt
    assert (await desk.status("one", "c")).state == "queued"
    with pytest.raises(NotFound):
        await desk.result("one", "c", "report")
    turn = await begin(pool)
    await ledger.keep(turn, (await _batch(ledger, turn)), lines(1), 0)
    with pytest.raises(NotFound):  # not before all of it is there
        await desk.size("one", "c", "Patient", 0)
    await ledger.done(turn, RESULTS, 1e-7)
    with pytest.raises(NotFound):
        await desk.status("one", "c")
    assert await ledger.sweep() == 1
    async with pool.connection() as connection:
        cursor = await connection.execute("SELECT FROM chartloom_export_part")
        assert cursor.rowcount == 0


async def _batch(ledger: Ledger, turn: Order) -> Batch:
    await ledger.add(turn, "Patient", patients(1))
    await ledger.close_list(turn)
    return (await ledger.pending(turn, 1))[0]


async def test_a_deleted_order_stops_its_worker(pool: Pool) -> None:
    ledger = Ledger(pool)
    await take(pool, order())
    turn = await begin(pool)
    batch = await _batch(ledger, turn)
    await Desk(pool).delete("one", "c")
    with pytest.raises(Lost):
        await ledger.finish(turn, batch, lines(1), 0, counted(1))
    assert await ledger.begin("one") is None


async def test_a_file_that_is_removed_while_it_is_read_breaks_off(pool: Pool) -> None:
    desk, ledger = Desk(pool), Ledger(pool)
    await take(pool, order())
    turn = await begin(pool)
    batch = await _batch(ledger, turn)
    await ledger.finish(turn, batch, [*lines(1), *lines(1)], 0, counted(2))
    read = desk.read("one", "Patient", 0, gzip=False)
    assert await anext(read) == b"{}\n"
    await desk.delete("one", "c")
    with pytest.raises(NotFound):
        await anext(read)


async def test_orders_under_way_are_limited(pool: Pool) -> None:
    for number in range(MOST_OF_ONE):
        await take(pool, order(f"a{number}", "a"))
    with pytest.raises(Throttled) as throttled:
        await take(pool, order("a", "a"))
    assert throttled.value.retry_after > 0
    for number in range(MOST - MOST_OF_ONE):
        await take(pool, order(f"b{number}", f"b{number}"))
    with pytest.raises(Overloaded):
        await take(pool, order("c", "c"))
