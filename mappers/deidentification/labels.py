"""The security labels of a released resource (v3-ObservationValue), each only where it applies.

- REDACTED: something was taken out, or tags and bars stand in its place.
- ABSTRED: a date, an address or an age was made coarser.
- MASKED: an id is encrypted, and the holder of the key can uncover it.
- CRYTOHASH (spelt so by HL7): an id was hashed, with no way back.
- PSEUDED: pseudonyms, surrogates or moved dates stand for what a key can relate to the patient.
- ANONYED: as PSEUDED, but the key was thrown away, and no free text stayed. Free text cannot be
  proved anonymous, so that with any of it the label is PSEUDED.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from mappers.canonical import OBSERVATION_VALUE

_DISPLAYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "REDACTED": "redacted",
        "ABSTRED": "abstracted",
        "MASKED": "masked",
        "CRYTOHASH": "cryptographic hash function",
        "PSEUDED": "pseudonymized",
        "ANONYED": "anonymized",
    }
)
CHANGED: Final = "text changed"
"""What the operations mark when a free text stays with parts of it replaced; no label itself."""

OF_MODE: Final[Mapping[str, str]] = MappingProxyType(
    {"tag": "REDACTED", "redact": "REDACTED", "surrogate": "PSEUDED"}
)
"""What a copy's text is, by how its PHI was replaced."""


def label(code: str) -> dict[str, str]:
    """Build the Coding of a label."""
    return {"system": OBSERVATION_VALUE, "code": code, "display": _DISPLAYS[code]}


def labels(codes: Collection[str]) -> list[dict[str, str]]:
    """Build the Codings of several, in the order above."""
    return [label(code) for code in _DISPLAYS if code in codes]


def codes_of(
    done: Collection[tuple[str, str]], marked: Collection[str], mode: str, *, throwaway: bool
) -> set[str]:
    """Say which labels apply, from what was done and what the operations marked."""
    operations = {operation for _, operation in done}
    codes = {code for code in marked if code in _DISPLAYS}
    if operations & {"redact", "substitute"}:
        codes.add("REDACTED")
    if CHANGED in marked:
        codes.add(OF_MODE[mode])
    if codes & {"MASKED", "CRYTOHASH"} or "dateShift" in operations:
        codes.add("PSEUDED")
    if throwaway:
        codes.discard("MASKED")
        if "PSEUDED" in codes and "text" not in operations:
            codes = codes - {"PSEUDED"} | {"ANONYED"}
    return codes
