"""A mention in, codings out; offline, from one read-only index."""
