"""The Device that stands for one version of Chartloom's pipeline."""

from __future__ import annotations

from collections.abc import Mapping

from mappers.canonical import AI_DEVICE_TYPE, AI_KIND, DEVICE_IDENTIFIER
from mappers.types import Resource

_AI = {"system": AI_DEVICE_TYPE, "code": "Artificial-Intelligence"}
_KINDS = ("Deep-Learning-Models", "AI-for-Medical-Text-Data")


def to_device(pipeline: str, versions: Mapping[str, str]) -> Resource:
    """Build the AI-Device (hl7.fhir.uv.aitransparency) of a pipeline version.

    `versions` names what the version is made of: each model, the terminology, the software.
    """
    return {
        "resourceType": "Device",
        "extension": [
            {
                "url": AI_KIND,
                "valueCodeableConcept": {"coding": [{"system": AI_DEVICE_TYPE, "code": kind}]},
            }
            for kind in _KINDS
        ],
        "identifier": [{"system": DEVICE_IDENTIFIER, "value": f"chartloom-{pipeline}"}],
        "status": "active",
        "manufacturer": "Chartloom",
        "deviceName": [{"name": "Chartloom", "type": "user-friendly-name"}],
        "type": ai_role(),
        "version": [
            {"type": {"text": "pipeline"}, "value": pipeline},
            *(
                {"type": {"text": name}, "value": version}
                for name, version in sorted(versions.items())
            ),
        ],
    }


def ai_role() -> Resource:
    """Build the concept by which the IG knows an AI, as a device type and as an agent role."""
    return {"coding": [dict(_AI)]}
