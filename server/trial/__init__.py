"""A FHIR R4 store for demo and tests. It is a trial store: not for patient care."""
