"""Stand-ins for what is taken out of a note."""
