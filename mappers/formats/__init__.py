"""One reader per attachment format: bytes in, text out."""
