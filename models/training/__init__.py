"""From corpora to weights. Needs the `train` extra."""
