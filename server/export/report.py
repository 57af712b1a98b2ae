"""What comes with an export: how it was de-identified, and what its elements mean. No text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from server.export.order import Order
from server.export.tally import Tally
from server.settings import Settings

LIMITS: Final = (
    "Free text is de-identified by models, patterns and what the store knows of the patient and of"
    " those around. None of these finds everything: names of people whom the store does not know"
    " may be missed. The model cards say how often.",
    "Rare diagnoses, procedures and their order in time may single a person out together with other"
    " sources. Give the files to those only who have agreed not to try.",
    "Whoever may choose the patients of an export, by a Group or by the parameter patient, knows"
    " whom a small one is about.",
)


def to_report(
    order: Order, tally: Tally, versions: Mapping[str, str], settings: Settings
) -> dict[str, Any]:
    """Build the report: counts by type, element, method and reason; no value of a resource."""
    return {
        "transactionTime": order.instant,
        "level": order.level,
        "mode": settings.deid_mode,
        "key": "thrown away at the end of this export" if order.secret else "the site's",
        "weekdaysKept": settings.deid_keep_weekdays,
        "versions": dict(versions),
        "patients": {"released": tally.patients, "notOnTheStore": tally.missing},
        "notesReadForThisExport": tally.read,
        "released": dict(sorted(tally.released.items())),
        "methods": [
            {"element": element, "method": method, "count": count}
            for (element, method), count in sorted(tally.methods.items())
        ],
        "withheld": [
            {"type": kind, "reason": reason, "count": count}
            for (kind, reason), count in sorted(tally.withheld.items())
        ],
        "limits": list(LIMITS),
    }
