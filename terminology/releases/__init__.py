"""Releases that a site brings itself, merged into a copy of the index. One file per form."""
