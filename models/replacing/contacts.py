"""Stand-ins for phone numbers, e-mail addresses, URLs and IP addresses."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from models.folding import fold
from models.recognizing.lists import listed
from models.replacing.cast import Cast, Part
from models.replacing.draws import Draw

_WEB = re.compile(r"//|^www\.", re.IGNORECASE)
_LETTERS = re.compile(r"[a-z]+")
_EXTENSION = re.compile(r"[ ,]*(?:x|ext|extension|toestel|#)[ .]*\d+$", re.IGNORECASE)
_FICTION = "55501"
"""555-0100 to 555-0199 are kept free for fiction in the North American plan."""
_LAST = 7
_INITIAL_UP_TO = 2
# RFC 5737 and RFC 3849 keep 192.0.2.0/24 and 2001:db8::/32 free for documentation.


@dataclass(frozen=True, slots=True)
class Contacts:
    """Draws contacts that belong to the surrogate of the person's name."""

    draw: Draw
    lists: Mapping[str, Any]
    cast: Cast
    name: Callable[[Part], str]

    def replace(self, text: str) -> str:
        """Return the stand-in."""
        if mail := _at().search(text):
            return f"{self._local(text[: mail.start()])}@example.org"
        if _WEB.search(text):
            named = _plain(self.name(Part("given", fold(text).text)))
            return f"https://example.org/{named or 'someone'}"
        if address := _address(text):
            drawn = self.draw.number("address", str(address)) % 254 + 1
            return f"{'192.0.2.' if address.version == 4 else '2001:db8::'}{drawn}"
        if any(mark.isdecimal() for mark in text):
            return self._phone(text)
        return self._local(text)

    def _local(self, text: str) -> str:
        """Write the surrogate's name where the person's stands; digits are drawn."""
        digits = "".join(mark for mark in self.draw.shape(text) if mark.isdecimal())
        names = (self._token(token) for token in _LETTERS.findall(fold(text).text))
        return ".".join(filter(None, names)) + digits or "someone"

    def _token(self, token: str) -> str:
        """Replace a token of an address: a name, or an initial and a family name."""
        if len(token) == 1:
            return _plain(self.name(self.cast.initial(token, self.cast.family)))[:1] or token
        for family in sorted(self.cast.family, key=len, reverse=True):
            before = token.removesuffix(family)
            if token.endswith(family) and 0 < len(before) <= _INITIAL_UP_TO:
                initial = self.cast.initial(before[0], [family])
                return _plain(self.name(initial))[:1] + _plain(self.name(Part("family", family)))
            if token.endswith(family) and before in self.cast.given:
                return _plain(self.name(self.cast.part(before))) + _plain(
                    self.name(Part("family", family))
                )
        return _plain(self.name(self.cast.part(token)))

    def _phone(self, text: str) -> str:
        """Draw the number proper; what shows the country and the kind of line stays."""
        main = _EXTENSION.sub("", text)
        digits = "".join(mark for mark in main if mark.isdecimal())
        own = digits[-int(self.lists.get("phone_digits", 9)) :]
        drawn = digits[: -len(own)] + self.draw.shape(own) if own else ""
        fictional = iter(_fictional(drawn, self._prefix(digits)))
        front = "".join(next(fictional) if mark.isdecimal() else mark for mark in main)
        after = text[len(main) :]
        return front + re.sub(r"\d+", lambda match: self.draw.shape(match[0]), after)

    def _prefix(self, digits: str) -> str:
        """Give the digits that a phone number keeps, as they tell the kind of line only."""
        prefixes: list[str] = self.lists.get("phone_prefixes", [])
        return max((each for each in prefixes if digits.startswith(each)), key=len, default="")


def _fictional(drawn: str, prefix: str) -> str:
    digits = list(drawn)
    if len(digits) >= _LAST:
        digits[-_LAST : -_LAST + len(_FICTION)] = _FICTION
    digits[: len(prefix)] = prefix
    return "".join(digits)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.strip())
    except ValueError:
        return None


@cache
def _at() -> re.Pattern[str]:
    words = "|".join(map(re.escape, listed("spoken_at")))
    return re.compile(rf"@|[ ([]+(?:{words})[ )\]]+", re.IGNORECASE)


def _plain(name: str) -> str:
    """Write a name with the letters of an e-mail address."""
    return "".join(mark for mark in fold(name).text if "a" <= mark <= "z")
