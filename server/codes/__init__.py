"""The terminology operations of FHIR, answered from the index."""
