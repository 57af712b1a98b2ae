"""A note to mentions: the network of a language, and all that it needs."""
