"""What lies beside the files of a run: a manifest, and how things were de-identified. No text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from mappers.canonical import BASE
from mappers.deidentification.rules import shipped_rules
from server.bulk.product import DEIDENTIFIED, FHIR, Product
from server.bulk.task import Output, Task
from server.export.dictionary import to_dictionary
from server.export.report import LIMITS

MANIFEST = "manifest.json"
REPORT = "report.json"
DICTIONARY = "dictionary.json"


def to_reports(task: Task, counts: Mapping[str, int], total: Product) -> dict[str, bytes]:
    """Build the files, by name; `counts` are the lines of the files by their names."""
    instant, output = task.recorded, task.output
    reports: dict[str, Any] = {}
    if output is not Output.DEIDENTIFIED:
        reports[f"{FHIR}/{MANIFEST}"] = _manifest(instant, FHIR, counts)
    if output is not Output.FHIR:
        reports |= {
            f"{DEIDENTIFIED}/{MANIFEST}": _manifest(instant, DEIDENTIFIED, counts)
            | {"extension": _extension()},
            f"{DEIDENTIFIED}/{REPORT}": _report(task, counts, total),
            f"{DEIDENTIFIED}/{DICTIONARY}": to_dictionary(
                shipped_rules(), sorted(_kinds(DEIDENTIFIED, counts))
            ),
        }
    return {
        name: orjson.dumps(body, option=orjson.OPT_INDENT_2) + b"\n"
        for name, body in reports.items()
    }


def _manifest(instant: str, folder: str, counts: Mapping[str, int]) -> dict[str, Any]:
    """Build the manifest in the form of Bulk Data 3.0; a url is relative to the manifest."""
    return {
        "transactionTime": instant,
        "requiresAccessToken": False,
        "output": [
            {"type": kind, "url": f"{kind}.ndjson", "count": count}
            for kind, count in sorted(_kinds(folder, counts).items())
        ],
        "error": [],
    }


def _extension() -> dict[str, str]:
    return {
        f"{BASE}/deidentification-report": REPORT,
        f"{BASE}/data-dictionary": DICTIONARY,
    }


def _report(task: Task, counts: Mapping[str, int], total: Product) -> dict[str, Any]:
    return {
        "transactionTime": task.recorded,
        "mode": task.order.mode,
        "key": "thrown away at the end of this run" if task.throwaway else "the site's",
        "weekdaysKept": task.order.settings.deid_keep_weekdays,
        "versions": total.versions,
        "notesRead": total.notes,
        "linesThatCouldNotBeRead": total.failed,
        "released": dict(sorted(_kinds(DEIDENTIFIED, counts).items())),
        "methods": [
            {"element": element, "method": method, "count": count}
            for (element, method), count in sorted(total.tally.methods.items())
        ],
        "withheld": [
            {"type": kind, "reason": reason, "count": count}
            for (kind, reason), count in sorted(total.tally.withheld.items())
        ],
        "leftOut": dict(sorted(total.passed.items())),
        "limits": list(LIMITS),
    }


def _kinds(folder: str, counts: Mapping[str, int]) -> dict[str, int]:
    """Count the lines of a folder by resource type."""
    return {
        name.removeprefix(f"{folder}/").removesuffix(".ndjson"): count
        for name, count in counts.items()
        if name.startswith(f"{folder}/")
    }
