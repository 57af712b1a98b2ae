"""Sample patients and notes, and the run that shows them."""
