"""What the index says of a name, in one small integer."""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA_VERSION = 2
"""Raised whenever schema.sql or the meaning of a column changes."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a name comes from and what it is to its concept.

    `kind` is the place in source.NAME_KINDS, `source` and `language` are numbers of the index,
    `decided` says that the supplement settled what the name means.
    """

    kind: int
    decided: bool
    language: int
    source: int

    def pack(self) -> int:
        """Kind in 3 bits, decided in 1, language in 3, source above."""
        return self.kind | self.decided << 3 | self.language << 4 | self.source << 7

    @classmethod
    def unpack(cls, packed: int) -> Origin:
        """What `pack` made."""
        return cls(packed & 7, bool(packed >> 3 & 1), packed >> 4 & 7, packed >> 7)
