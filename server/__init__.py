"""The service: FHIR in, jobs, the pipeline, and what callers see."""
