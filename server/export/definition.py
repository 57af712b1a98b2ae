"""The standard's operations that are served here, by the level at which they are called.

http://hl7.org/fhir/uv/bulkdata (STU 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from server.export.order import Level

CODE: Final = "export"
INSTANTIATES: Final = "http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data"
_BASE: Final = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition"
CANONICALS: Final[Mapping[Level, str]] = {
    "system": f"{_BASE}/export",
    "patient": f"{_BASE}/patient-export",
    "group": f"{_BASE}/group-export",
}
TYPES: Final[Mapping[Level, str | None]] = {"system": None, "patient": "Patient", "group": "Group"}
