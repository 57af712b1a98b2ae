"""What the record knows about a patient, found again however a note writes it."""
