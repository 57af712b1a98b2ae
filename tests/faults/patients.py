"""Patients who do not exist, and notes that write of them in many ways.

What is written is kept beside the note, so that a copy can be searched without the code under test.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from faker import Faker

from models.recognizing.lists import common, listed, nicknames

LOCALES = {"en": "en_US", "es": "es_ES", "nl": "nl_NL"}
PARTICLES = {"van", "de", "der", "den", "het", "ter", "ten", "la", "del", "von", "le", "y", "the"}
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}
SENTENCES = {
    "en": {
        "name": [
            "Seen today with a cough: {}.",
            "We reviewed {} in the clinic.",
            "Thank you for referring {} to us.",
            "Called the family of {} with the results.",
            "Consent was given by {} before surgery.",
        ],
        "lower": ["pt {} denies chest pain", "spoke with mr {} about the scan", "mrs {} agrees"],
        "initials": ["Signed by {}.", "Initials: {}.", "Dictated by {}."],
        "relative": ["Next of kin is {}.", "Collected by {} after the procedure."],
        "doctor": ["Referred by Dr. {}.", "Discussed with Dr {}.", "Letter to {}."],
        "id": ["MRN {}.", "Chart number: {}", "Record no. {} was merged."],
        "last": ["The account ending in {} was billed.", "Wristband xxx-xx-{} checked."],
        "phone": ["Reach the patient at {}.", "Phone {}", "New number {} since last week."],
        "mail": ["Results go to {}.", "E-mail: {}"],
        "birth": ["Born {}.", "DOB {}", "Date of birth: {}."],
        "address": ["Lives at {}.", "Home visit at {} planned."],
        "place": ["Moved to {} last year.", "Transport back to {} arranged."],
        "code": ["Zip {}.", "Area code {} as before."],
        "plain": [
            "Blood pressure 120/80, afebrile.",
            "Continue metformin 500 mg twice daily.",
            "No known drug allergies.",
            "Chest clear, heart sounds normal.",
        ],
    },
    "es": {
        "name": [
            "Acude hoy por tos: {}.",
            "Valoramos a {} en consultas.",
            "Se informa a la familia de {} del resultado.",
            "Firma el consentimiento {} antes de la cirugía.",
        ],
        "lower": ["pte {} niega dolor", "se habla con el sr {} de la prueba", "la sra {} acepta"],
        "initials": ["Firmado: {}.", "Iniciales: {}."],
        "relative": ["Persona de contacto: {}.", "Le acompaña {} al alta."],
        "doctor": ["Remitido por el Dr. {}.", "Comentado con la Dra. {}."],
        "id": ["NHC {}.", "Nº historia: {}", "Expediente {} unificado."],
        "last": ["Tarjeta terminada en {}."],
        "phone": ["Tel. {}", "Localizable en el {}.", "Nuevo teléfono {} desde ayer."],
        "mail": ["Se envía informe a {}.", "Correo: {}"],
        "birth": ["Nacido el {}.", "F. nac. {}"],
        "address": ["Domicilio: {}.", "Vive en {}."],
        "place": ["Trasladado a {} ayer.", "Natural de {} según refiere."],
        "code": ["CP {}."],
        "plain": [
            "TA 120/80, afebril.",
            "Continúa con metformina 850 mg cada 12 horas.",
            "Sin alergias conocidas.",
            "Auscultación normal.",
        ],
    },
    "nl": {
        "name": [
            "Gezien op de poli wegens hoesten: {}.",
            "Wij zagen {} voor controle.",
            "Familie van {} geïnformeerd over de uitslag.",
            "Toestemming gegeven door {} voor de ingreep.",
        ],
        "lower": ["pt {} heeft geen pijn", "dhr {} gebeld", "mw {} akkoord met beleid"],
        "initials": ["Paraaf: {}.", "Initialen {}."],
        "relative": ["Contactpersoon: {}.", "Opgehaald door {} na ontslag."],
        "doctor": ["Verwezen door dr. {}.", "Overleg met dr {}."],
        "id": ["Patiëntnummer {}.", "Dossier: {}", "Polisnummer {} gecontroleerd."],
        "last": ["Rekening eindigend op {}."],
        "phone": ["Bereikbaar op {}.", "Tel. {}", "Nieuw nummer {} sinds gisteren."],
        "mail": ["Uitslag naar {}.", "E-mail: {}"],
        "birth": ["Geboren {}.", "Geb.datum {}"],
        "address": ["Woont {}.", "Huisbezoek aan {} gepland."],
        "place": ["Verhuisd naar {} in het voorjaar.", "Terug naar {} met taxi."],
        "code": ["Postcode {}."],
        "plain": [
            "RR 120/80, geen koorts.",
            "Metformine 500 mg tweemaal daags door.",
            "Geen allergieën bekend.",
            "Longen schoon.",
        ],
    },
}


@dataclass(frozen=True, slots=True)
class Written:
    """A note, and each (kind, text) that it writes of the people."""

    text: str
    language: str
    pieces: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A patient with those around, as resources, and the notes."""

    language: str
    resources: tuple[dict[str, Any], ...]
    notes: tuple[Written, ...] = field(default=())

    @property
    def reference(self) -> str:
        return f"Patient/{self.resources[0]['id']}"


def cases(count: int, seed: int = 11) -> Iterator[Case]:
    """Make so many patients; the same seed makes the same ones."""
    draw = random.Random(seed)
    fakers = {language: Faker(locale) for language, locale in LOCALES.items()}
    for number, fake in enumerate(fakers.values()):
        fake.seed_instance(seed + number)
    for number in range(count):
        language = list(LOCALES)[number % len(LOCALES)]
        resources = _resources(fakers[language], language, number, draw)
        writer = Writer(language, resources, draw)
        yield Case(language, resources, tuple(writer.note() for _ in range(draw.randint(1, 3))))


def _resources(
    fake: Faker, language: str, number: int, draw: random.Random
) -> tuple[dict[str, Any], ...]:
    female = draw.random() < 0.5
    given = [fake.first_name_female() if female else fake.first_name_male()]
    if draw.random() < 0.3:
        given.append(fake.first_name_female() if female else fake.first_name_male())
    family = fake.last_name()
    if language == "es" or draw.random() < 0.1:
        family += (" " if language == "es" else "-") + fake.last_name()
    patient: dict[str, Any] = {
        "resourceType": "Patient",
        "id": f"pat-{number:06d}{draw.randint(100, 999)}",
        "gender": "female" if female else "male",
        "name": [{"family": family, "given": given}],
        "birthDate": fake.date_of_birth(minimum_age=1, maximum_age=99).isoformat(),
        "identifier": [{"value": _record(draw)}, {"value": fake.ssn()}],
        "telecom": [
            {"system": "phone", "value": fake.phone_number()},
            {"system": "phone", "value": fake.phone_number()},
            {"system": "email", "value": _mail(given[0], family, draw)},
        ],
        "address": [
            {
                "line": [" ".join(fake.street_address().split())],
                "city": fake.city(),
                "postalCode": fake.postcode(),
            }
        ],
    }
    if female and draw.random() < 0.3:
        patient["name"].append({"use": "maiden", "family": fake.last_name()})
    relative = {
        "resourceType": "RelatedPerson",
        "id": f"rel-{number:06d}",
        "name": [{"family": fake.last_name(), "given": [fake.first_name()]}],
        "telecom": [{"system": "phone", "value": fake.phone_number()}],
    }
    doctor = {
        "resourceType": "Practitioner",
        "id": f"doc-{number:06d}",
        "name": [{"family": fake.last_name(), "given": [fake.first_name()], "prefix": ["Dr."]}],
    }
    return patient, relative, doctor


def _record(draw: random.Random) -> str:
    digits = f"{draw.randint(0, 99_999_999):08d}"
    return draw.choice(
        [digits, f"00{digits}", f"{digits[:2]}-{digits[2:5]}-{digits[5:]}", f"H{digits}"]
    )


def _mail(given: str, family: str, draw: random.Random) -> str:
    first, last = (re.sub("[^a-z]", "", plain(part)) for part in (given, family))
    local = draw.choice([f"{first}.{last}", f"{first[0]}{last}", f"{last}{draw.randint(10, 99)}"])
    return f"{local}@example.{draw.choice(['com', 'net', 'org'])}"


def plain(text: str) -> str:
    """Drop case and accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(mark for mark in parts if not unicodedata.combining(mark))


class Writer:
    """Writes notes of one patient."""

    def __init__(
        self, language: str, resources: tuple[dict[str, Any], ...], draw: random.Random
    ) -> None:
        self.language, self.draw = language, draw
        self.patient, self.relative, self.doctor = resources
        self.sentences = SENTENCES[language]

    def note(self) -> Written:
        kinds: dict[str, Callable[[], str | None]] = {
            "name": self._name,
            "lower": self._lower,
            "initials": self._initials,
            "relative": lambda: self._name(self.relative),
            "doctor": lambda: self._name(self.doctor),
            "id": self._id,
            "last": lambda: self._digits(self._value("identifier"))[-4:],
            "phone": self._phone,
            "mail": self._mail,
            "birth": self._birth,
            "address": self._address,
            "place": self._place,
            "code": self._code,
        }
        chosen = ["name", *self.draw.choices(list(kinds), k=7), "plain", "plain"]
        self.draw.shuffle(chosen)
        lines, pieces = [], []
        for kind in chosen:
            sentence = self.draw.choice(self.sentences[kind])
            piece = None if kind == "plain" else kinds[kind]()
            if kind == "plain" or piece is None:
                lines.append(self.draw.choice(self.sentences["plain"]))
            else:
                lines.append(sentence.format(piece))
                pieces.append((kind, piece))
        mark = self.draw.choice([" ", "\n"])
        return Written(mark.join(lines), self.language, tuple(pieces))

    def _given(self, person: dict[str, Any]) -> str:
        given: str = person["name"][0]["given"][0]
        return given

    def _family(self, person: dict[str, Any] | None = None) -> str:
        family: str = (person or self.patient)["name"][0]["family"]
        return family

    def _name(self, person: dict[str, Any] | None = None) -> str:
        person = person or self.patient
        given, family = self._given(person), self._family(person)
        forms = [
            f"{given} {family}",
            f"{family}, {given}",
            f"{family.upper()}, {given.upper()}",
            f"{given} {family}".upper(),
            f"{given} {family}".lower(),
            f"{given[0]}. {family}",
            f"{family}, {given[0]}.",
            family,
            f"{family}'s" if self.language == "en" else family,
            plain(family).title(),
            family.replace("-", " "),
            f"{self._nickname(given)} {family}",
            f"{given} {self._misspelt(family)}",
            self._misspelt(family),
            self._misspelt(given),
        ]
        if len(person["name"]) > 1:
            forms.append(f"{given} {person['name'][1]['family']}")
        return self.draw.choice(forms)

    def _lower(self) -> str:
        """Write the family name in lower case, unless it reads as a verb there (`pt may`)."""
        family = self._family()
        return family if plain(family) in listed("verbs") else family.lower()

    def _nickname(self, given: str) -> str:
        known = sorted(nicknames().get(plain(given), ()))
        return self.draw.choice(known).title() if known else given

    def _misspelt(self, name: str) -> str:
        """Swap, drop, double or change a letter of the longest part; short names stay."""
        longest = max(re.findall(r"[^\W\d_]+", name), key=len)
        if len(longest) < 5 or plain(longest) in PARTICLES:
            return name
        at = self.draw.randint(1, len(longest) - 2)
        wrong = self.draw.choice(
            [
                longest[:at] + longest[at + 1] + longest[at] + longest[at + 2 :],
                longest[:at] + longest[at + 1 :],
                longest[:at] + longest[at] + longest[at:],
                longest[:at] + self.draw.choice("aeinrst") + longest[at + 1 :],
            ]
        )
        # A word of the language is none by the rules of the search.
        return name if plain(wrong) in common() else name.replace(longest, wrong)

    def _initials(self) -> str | None:
        family = [p for p in re.split(r"[ -]", self._family()) if plain(p) not in PARTICLES]
        letters = plain(self._given(self.patient)[0] + family[0][0]).upper()
        if not letters.isascii() or not letters.isalpha():
            return None
        return letters if self.draw.random() < 0.5 else ".".join(letters) + "."

    def _value(self, key: str) -> str:
        value: str = self.draw.choice(self.patient[key])["value"]
        return value

    def _digits(self, value: str) -> str:
        return re.sub(r"\D", "", value)

    def _id(self) -> str:
        value = self._value("identifier")
        digits = self._digits(value)
        forms = [value, value.replace("-", ""), value.replace("-", " "), value.lower()]
        if len(digits) >= 8 and len(digits) == len(value):
            forms += [f"{digits[:3]} {digits[3:6]} {digits[6:]}", digits.lstrip("0"), f"0{digits}"]
        return self.draw.choice(forms)

    def _phone(self) -> str:
        value = self.draw.choice(
            [one for one in self.patient["telecom"] if one["system"] == "phone"]
        )
        written: str = value["value"]
        main = re.split("x", written)[0]
        digits = self._digits(main)
        forms = [written, main, digits, re.sub(r"[-.() ]+", " ", main).strip()]
        if self.language == "en" and len(digits) >= 10:
            ten = digits[-10:]
            forms += [f"({ten[:3]}) {ten[3:6]}-{ten[6:]}", f"+1 {ten[:3]} {ten[3:6]} {ten[6:]}"]
        if self.language == "es":
            nine = digits[-9:]
            forms += [nine, f"{nine[:3]} {nine[3:5]} {nine[5:7]} {nine[7:]}", f"0034{nine}"]
        if self.language == "nl" and digits.startswith("0") and len(digits) == 10:
            forms += [
                f"+31{digits[1:]}",
                f"0031 {digits[1:3]} {digits[3:]}",
                f"+31 (0){digits[1:]}",
            ]
        return self.draw.choice(forms)

    def _mail(self) -> str:
        mail: str = self.patient["telecom"][2]["value"]
        local = mail.split("@", maxsplit=1)[0]
        forms = [mail, mail.upper(), mail.replace("@", " at ")]
        return self.draw.choice(
            [*forms, local] if len(re.sub("[^a-z0-9]", "", local)) > 6 else forms
        )

    def _birth(self) -> str:
        born = date.fromisoformat(self.patient["birthDate"])
        month = MONTHS[self.language].split()[born.month - 1]
        first, second = (born.month, born.day) if self.language == "en" else (born.day, born.month)
        forms = [
            born.isoformat(),
            f"{first:02d}/{second:02d}/{born.year}",
            f"{first}/{second}/{born.year}",
            f"{first:02d}-{second:02d}-{born.year}",
            f"{first}/{second}/{born.year % 100:02d}",
            f"{born.day} {month} {born.year}",
        ]
        if self.language == "es":
            forms.append(f"{born.day} de {month} de {born.year}")
        if self.language == "en":
            forms += [
                f"{month} {born.day}, {born.year}",
                f"{month[:3].upper()} {born.day} {born.year}",
            ]
        return self.draw.choice(forms)

    def _address(self) -> str:
        line: str = self.patient["address"][0]["line"][0]
        forms = [line, line.upper(), line.replace(",", "")]
        street = re.split(r" (?:Apt|Suite|Piso|Puerta)\b", line)[0]
        forms.append(street)
        if self.language == "en":
            short = {"Street": "St", "Avenue": "Ave", "Road": "Rd", "Drive": "Dr", "Lane": "Ln"}
            words = street.split()
            if words[-1] in short:
                forms += [" ".join([*words[:-1], short[words[-1]]]), " ".join(words[1:])]
        else:
            forms.append(re.sub(r"[ ,]*\d+\w*$", "", street))
        return self.draw.choice([form for form in forms if len(form) > 6] or [line])

    def _place(self) -> str:
        city: str = self.patient["address"][0]["city"]
        return self.draw.choice([city, city.upper(), plain(city).title()])

    def _code(self) -> str:
        code: str = self.patient["address"][0]["postalCode"]
        tight = code.replace(" ", "")
        return self.draw.choice(
            [code, tight, f"{tight[:4]} {tight[4:]}" if len(tight) == 6 else code]
        )
