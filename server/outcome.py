"""OperationOutcome, the one shape in which FHIR says what went wrong, or that nothing did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

Severity = Literal["fatal", "error", "warning", "information"]


def operation_outcome(
    severity: Severity, code: str, diagnostics: str, *, expression: Sequence[str] = ()
) -> dict[str, Any]:
    """Build an OperationOutcome with one issue.

    `code` is from http://hl7.org/fhir/ValueSet/issue-type; `expression` are FHIRPaths.
    `diagnostics` must hold no patient text: outcomes are shown and logged by callers.
    """
    issue: dict[str, Any] = {"severity": severity, "code": code, "diagnostics": diagnostics}
    if expression:
        issue["expression"] = list(expression)
    return {"resourceType": "OperationOutcome", "issue": [issue]}
