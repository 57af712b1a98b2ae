"""`$export`: Bulk Data 3.0, always de-identified."""
