"""Between FHIR and text: documents in, coded resources and de-identified copies out."""
