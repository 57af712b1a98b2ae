"""What was done with patient data through this server, as AuditEvents on the FHIR store.

R4 AuditEvent of type rest, as BALP and the RESTful ATNA query write it. Fails closed: who calls
`record` answers only after it has returned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from mappers.types import Resource
from server.errors import AuditFailed, StoreError
from server.store import Store

AUDIT_TYPE: Final = {
    "system": "http://terminology.hl7.org/CodeSystem/audit-event-type",
    "code": "rest",
    "display": "RESTful Operation",
}
INTERACTION: Final = "http://hl7.org/fhir/restful-interaction"
_URI: Final = "urn:ietf:rfc:3986"
_ROLE: Final = "http://terminology.hl7.org/CodeSystem/object-role"


@dataclass(frozen=True, slots=True)
class Access:
    """One access: who (`client`, None while authorisation is off) did what to `entity`, a URL.

    `interaction` is a code of http://hl7.org/fhir/restful-interaction, `action` one of
    http://hl7.org/fhir/audit-event-action (C, R, U, D, E). `address` is the network address of
    the caller. `details` are facts about the entity that are no patient data, by name.
    """

    interaction: str
    action: str
    entity: str
    client: str | None
    address: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)


async def record(store: Store, access: Access, observer: str) -> None:
    """Write the access to the store; `observer` is the base URL of this server.

    Raises:
        AuditFailed: it could not be written, so that nothing may be answered.
    """
    try:
        await store.create(to_audit_event(access, observer))
    except StoreError as error:
        raise AuditFailed(f"the access could not be audited ({type(error).__name__})") from None


def to_audit_event(access: Access, observer: str) -> Resource:
    """Build the AuditEvent; it says what was reached, never what it holds.

    The entity is named by an identifier: many stores refuse references to other servers.
    """
    entity: dict[str, Any] = {
        "what": {"identifier": {"system": _URI, "value": access.entity}},
        "role": {"system": _ROLE, "code": "3", "display": "Report"},
    }
    if access.details:
        entity["detail"] = [
            {"type": name, "valueString": value} for name, value in access.details.items()
        ]
    return {
        "resourceType": "AuditEvent",
        "type": dict(AUDIT_TYPE),
        "subtype": [{"system": INTERACTION, "code": access.interaction}],
        "action": access.action,
        "recorded": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "outcome": "0",
        "agent": [_agent(access)],
        "source": {"observer": {"identifier": {"system": _URI, "value": observer}}},
        "entity": [entity],
    }


def _agent(access: Access) -> dict[str, Any]:
    client = access.client or "anonymous: authorisation is off"
    agent: dict[str, Any] = {"who": {"identifier": {"value": client}}, "requestor": True}
    if access.address:
        # http://hl7.org/fhir/network-type: 2 is an IP address.
        agent["network"] = {"address": access.address, "type": "2"}
    return agent
