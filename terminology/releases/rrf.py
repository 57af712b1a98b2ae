"""What RxNorm and the UMLS share: files of Rich Release Format, found by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from terminology.errors import SourceMalformed
from terminology.releases.archive import Member
from terminology.releases.release import Release


def rrf_files(*names: str) -> Callable[[Sequence[Member]], list[Member]]:
    """Pick the files of these names; the first name must be there.

    A release of RxNorm has a folder with the prescribable subset, which is in the whole already.
    """

    def wanted(found: Sequence[Member]) -> list[Member]:
        first: dict[str, Member] = {}
        for member in sorted(found, key=lambda m: ("prescribe" in m.name.lower(), m.name)):
            base = member.base.upper()
            if base in names:
                first.setdefault(base, member)
        return [first[name] for name in names if name in first] if names[0] in first else []

    return wanted


def member_of(release: Release, name: str) -> Member:
    """The file of this name.

    Raises:
        SourceMalformed: the release lacks it.
    """
    for member in release.members:
        if member.base.upper() == name:
            return member
    raise SourceMalformed(f"{release.path.name}: {name} is missing")


def dated(release: Release, pattern: str) -> str | None:
    """The version that the path or the names of the files state."""
    for text in (release.path.name, *(m.name for m in release.members), str(release.path)):
        if match := re.search(pattern, text):
            return match[0]
    return None
