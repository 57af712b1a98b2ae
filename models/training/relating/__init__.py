"""Relation models, from corpora to weights."""
