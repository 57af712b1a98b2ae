"""Every URI that the mappers write, in one place; design: the standards' own files."""

from __future__ import annotations

from typing import Final

BASE: Final = "https://chartloom.dev/fhir"

EXTRACTED_IDENTIFIER: Final = f"{BASE}/identifier/extracted"
COPY_IDENTIFIER: Final = f"{BASE}/identifier/deidentified"
DEVICE_IDENTIFIER: Final = f"{BASE}/identifier/device"
TAG: Final = f"{BASE}/tag"
RECEIPT_TAG: Final = f"{BASE}/tag/receipt"
SOURCE_TAG: Final = f"{BASE}/tag/source"

DERIVATION: Final = "http://hl7.org/fhir/StructureDefinition/derivation-reference"
DATA_ABSENT: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"

# HL7 AI Transparency on FHIR (hl7.fhir.uv.aitransparency); AIconfidence is newer than its ballot.
AI_TRANSPARENCY: Final = "http://hl7.org/fhir/uv/aitransparency"
AI_CONFIDENCE: Final = f"{AI_TRANSPARENCY}/StructureDefinition/AIconfidence"
AI_KIND: Final = f"{AI_TRANSPARENCY}/StructureDefinition/aitransparency.AIKind"
AI_DEVICE_TYPE: Final = f"{AI_TRANSPARENCY}/CodeSystem/AIdeviceTypeCS"

OBSERVATION_VALUE: Final = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
OBSERVATION_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/observation-category"
INTERPRETATION: Final = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
CONDITION_CLINICAL: Final = "http://terminology.hl7.org/CodeSystem/condition-clinical"
CONDITION_VERIFICATION: Final = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CONDITION_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/condition-category"
ROLE_CODE: Final = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
TIMING_ABBREVIATION: Final = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"
LIFECYCLE: Final = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle"
PARTICIPANT: Final = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
UCUM: Final = "http://unitsofmeasure.org"

AI_ASSERTED: Final = {
    "system": OBSERVATION_VALUE,
    "code": "AIAST",
    "display": "Artificial Intelligence asserted",
}
EXTRACTED: Final = {"system": TAG, "code": "extracted"}
WITHDRAWN: Final = {"system": TAG, "code": "withdrawn"}
