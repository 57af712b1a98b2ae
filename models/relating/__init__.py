"""Which mentions of a note belong together, and how."""
