"""Invented names, places, dates and numbers; names of the test never occur in the training."""

from __future__ import annotations

import hashlib
import lzma
import random
import tomllib
from collections.abc import Sequence
from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
TEST_SHARE = 10
"""One name in this many, by the hash of the name, is kept for the test."""
SURNAMES = 60_000


def held_out(name: str) -> bool:
    """Tell whether a name belongs to the test."""
    return hashlib.sha256(name.encode()).digest()[0] % TEST_SHARE == 0


def names(path: Path, test: bool) -> list[str]:
    """Read a list of names, one a line, and keep one side of the split."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        stripped = [line.strip() for line in lines]
    return [name for name in stripped if name and held_out(name) == test]


class Identities:
    """Each method invents one value; the same seed invents the same ones in the same order."""

    def __init__(self, lists: Path, test: bool, seed: int) -> None:
        self.random = random.Random(seed)
        self._given = names(lists / "first_names.txt.xz", test)
        self._family = names(lists / "surnames.txt.xz", test)[:SURNAMES]
        self._cities = names(lists / "cities.txt.xz", test)
        self._hospitals = names(lists / "hospitals.txt.xz", test)
        self._streets = names(lists / "streets.txt.xz", test)
        self.words = tomllib.loads((TEMPLATES / "en_lists.toml").read_text("utf-8"))

    def integer(self, low: int, high: int) -> int:
        """Draw from low..high, both included."""
        return self.random.randint(low, high)

    def digits(self, count: int) -> str:
        """Draw a string of digits."""
        return "".join(str(self.integer(0, 9)) for _ in range(count))

    def _common(self, values: Sequence[str]) -> str:
        if self.random.random() < 0.5:
            return values[min(int(self.random.expovariate(1 / 800)), len(values) - 1)]
        return self.random.choice(values)

    def first(self) -> str:
        """Invent a given name."""
        return self.random.choice(self._given)

    def last(self) -> str:
        """Invent a family name; one in twenty is double."""
        name = self._common(self._family)
        return f"{name}-{self._common(self._family)}" if self.random.random() < 0.05 else name

    def namesake(self) -> str:
        """Give a family name that a disease, a sign or a device has too."""
        eponym: str = self.random.choice(self.words["eponyms"])
        return eponym

    def named(self) -> str:
        """Give a full name whose family name is an eponym."""
        return f"{self.first()} {self.namesake()}"

    def initial(self) -> str:
        """Invent an initial without its full stop."""
        return self.random.choice("ABCDEFGHIJKLMNOPRSTVW")

    def short(self) -> str:
        """Invent a family name behind an initial."""
        return f"{self.initial()}. {self.last()}"

    def full(self) -> str:
        """Invent a full name, with an initial now and then."""
        form = self.random.random()
        if form < 0.2:
            return f"{self.first()} {self.initial()}. {self.last()}"
        if form < 0.28:
            return self.short()
        return f"{self.first()} {self.last()}"

    def last_first(self) -> str:
        """Invent a name in the order of a register."""
        tail = f" {self.initial()}." if self.random.random() < 0.3 else ""
        return f"{self.last()}, {self.first()}{tail}"

    def age(self) -> str:
        """Invent an age in years."""
        return str(self.integer(1, 99))

    def age_old(self) -> str:
        """Invent an age as the text of a note has it."""
        forms = [
            "{}-year-old",
            "{}-year-old",
            "{} year old",
            "{} y/o",
            "{}yo",
            "{} y.o.",
            "{}-yr-old",
        ]
        return self.random.choice(forms).format(self.age())

    def year(self) -> str:
        """Invent a year."""
        return str(self.integer(1940, 2029))

    def _month(self) -> str:
        month: str = self.random.choice(self.words["months"])
        return month if self.random.random() < 0.7 else month[:3]

    def month_year(self) -> str:
        """Invent a month of a year."""
        return f"{self._month()}{self.random.choice([' ', ' ', ', ', ' of '])}{self.year()}"

    def date(self) -> str:
        """Invent a date in one of the usual forms."""
        day, month, year = self.integer(1, 28), self.integer(1, 12), self.year()
        forms = [
            f"{month:02d}/{day:02d}/{year}",
            f"{month}/{day}/{year}",
            f"{month}/{day}/{year[2:]}",
            f"{month:02d}-{day:02d}-{year}",
            f"{year}-{month:02d}-{day:02d}",
            f"{self._month()} {day}, {year}",
            f"{self._month()} {day}",
            f"{day} {self._month()} {year}",
            f"{day}-{self._month()}-{year}",
            f"{month}/{day}",
            f"{day:02d}.{month:02d}.{year}",
            f"{self._month()} {day}{'th' if 3 < day < 21 else 'rd' if day == 23 else 'th'}",
        ]
        return self.random.choice(forms)

    def mrn(self) -> str:
        """Invent a record number."""
        forms = [
            self.digits(self.integer(6, 10)),
            f"{self.digits(3)}-{self.digits(2)}-{self.digits(2)}",
            f"{self.random.choice('ABEHMNS')}{self.digits(7)}",
            f"MRN-{self.digits(6)}",
            f"{self.digits(4)}-{self.digits(4)}",
        ]
        return self.random.choice(forms)

    def account(self) -> str:
        """Invent the number of an account, a policy or a specimen."""
        letters = "".join(self.random.choices("ABCDEFGHJKLMNPRSTXYZ", k=self.integer(1, 3)))
        forms = [
            f"{letters}{self.digits(self.integer(5, 9))}",
            f"{letters}-{self.digits(self.integer(4, 8))}",
            f"{self.digits(2)}-{self.digits(6)}",
            f"{letters}{self.digits(2)}-{self.digits(5)}",
            self.digits(self.integer(8, 12)),
        ]
        return self.random.choice(forms)

    def ssn(self) -> str:
        """Invent a social security number of a range that is never issued, some masked."""
        start = self.random.choice(["xxx-xx", "***-**", f"9{self.digits(2)}-{self.digits(2)}"])
        return f"{start}-{self.digits(4)}"

    def serial(self) -> str:
        """Invent the serial number of a device."""
        return f"{self.random.choice(['SN', 'PJN', 'LX', 'B'])}{self.digits(self.integer(6, 8))}"

    def plate(self) -> str:
        """Invent a number plate."""
        return f"{''.join(self.random.choices('ABCDEFGHJKLMNPRSTVWXYZ', k=3))} {self.digits(4)}"

    def npi(self) -> str:
        """Invent a provider number."""
        return f"1{self.digits(9)}"

    def street(self) -> str:
        """Invent a street with its house number."""
        kinds = ["Street", "St", "St.", "Avenue", "Ave", "Road", "Rd", "Drive", "Lane", "Blvd"]
        made = f"{self.last()} {self.random.choice(kinds)}"
        name = self.random.choice([self.random.choice(self._streets), made])
        tail = f", Apt {self.integer(1, 60)}" if self.random.random() < 0.15 else ""
        return f"{self.integer(1, 9999)} {name}{tail}"

    def city(self) -> str:
        """Choose a town."""
        return self._common(self._cities)

    def state(self) -> str:
        """Choose a state."""
        state: str = self.random.choice(self.words["states"])
        return state

    def zip(self) -> str:
        """Invent a postcode."""
        tail = f"-{self.digits(4)}" if self.random.random() < 0.1 else ""
        return self.digits(5) + tail

    def hospital(self) -> str:
        """Choose a hospital, or make one of a town."""
        kinds = ["Hospital", "Medical Center", "General Hospital", "Clinic", "Health Center"]
        made = f"{self.city()} {self.random.choice(kinds)}"
        return self.random.choice([self.random.choice(self._hospitals), made])

    def phone(self) -> str:
        """Invent a telephone number."""
        a, b, c = f"{self.integer(2, 9)}{self.digits(2)}", self.digits(3), self.digits(4)
        forms = [f"({a}) {b}-{c}", f"{a}-{b}-{c}", f"{a}.{b}.{c}", f"+1 {a} {b} {c}", f"{b}-{c}"]
        tail = f" ext. {self.digits(3)}" if self.random.random() < 0.08 else ""
        return self.random.choice(forms) + tail

    def pager(self) -> str:
        """Invent a pager number."""
        return self.digits(5)

    def email(self) -> str:
        """Invent an address of a reserved domain."""
        user = f"{self.first()}{self.random.choice(['.', '_', ''])}{self.last()}".lower()
        return f"{user}@{self.random.choice(self.words['domains'])}".replace(" ", "")

    def url(self) -> str:
        """Invent a page of a reserved domain."""
        word = self.random.choice(self.words["words"])
        return f"https://{self.random.choice(self.words['domains'])}/{word}"

    def job(self) -> str:
        """Choose an occupation."""
        job: str = self.random.choice(self.words["jobs"])
        return job
