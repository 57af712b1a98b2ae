from __future__ import annotations

import pytest
from fhir.resources.R4B.auditevent import AuditEvent

from mappers.validation import validate
from server.audit import Access, record, to_audit_event
from server.errors import AuditFailed, verdict
from server.store import Store

URL = "https://chartloom.example/fhir/export/1"


@pytest.mark.parametrize("client", ["researcher", None])
def test_an_access_is_a_valid_audit_event(client: str | None) -> None:
    access = Access("operation", "E", URL, client, "192.0.2.1", {"level": "system"})
    event = to_audit_event(access, "https://chartloom.example/fhir")
    AuditEvent.model_validate(event)
    assert validate(event) == ()
    assert event["entity"][0]["what"]["identifier"]["value"] == URL
    assert event["agent"][0]["requestor"] is True
    assert event["agent"][0]["network"]["address"] == "192.0.2.1"
    bare = to_audit_event(Access("read", "R", URL, client), "x")
    AuditEvent.model_validate(bare)
    assert "network" not in bare["agent"][0]


async def test_a_store_that_does_not_take_it_refuses_the_access() -> None:
    store = Store("http://127.0.0.1:9")  # the discard port: nobody answers
    with pytest.raises(AuditFailed) as caught:
        await record(store, Access("read", "R", URL, None), "x")
    assert verdict(caught.value).status == 503
    await store.close()
