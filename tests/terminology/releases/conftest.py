"""Small releases of every form, of our own invention, and an index to load them into."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from terminology.build import build
from terminology.codesystem import verhoeff
from terminology.index import Index
from terminology.linker import Linker
from terminology.releases.loading import Loaded, load

DATE = "20240301"
CORE = "900000000000207008"
FSN, SYNONYM = "900000000000003001", "900000000000013009"
PREFERRED = "900000000000548007"
CASE = "900000000000448009"
US, DUTCH = "900000000000509007", "31000146106"
STATE = "id\teffectiveTime\tactive\tmoduleId\t"
DESCRIPTION = STATE + "conceptId\tlanguageCode\ttypeId\tterm\tcaseSignificanceId"
LANGUAGE = STATE + "refsetId\treferencedComponentId\tacceptabilityId"
RELATIONSHIP = STATE + (
    "sourceId\tdestinationId\trelationshipGroup\ttypeId\tcharacteristicTypeId\tmodifierId"
)
MAP = STATE + (
    "refsetId\treferencedComponentId\tmapGroup\tmapPriority\tmapRule\tmapAdvice\tmapTarget"
    "\tcorrelationId\tmapCategoryId"
)


def sctid(number: int, partition: str = "00") -> str:
    """An identifier of this project's own: the number, the partition and a valid check digit."""
    body = f"{number}{partition}"
    return next(f"{body}{digit}" for digit in range(10) if verhoeff(f"{body}{digit}"))


class Rf2:
    """An RF2 snapshot written row by row."""

    FSN, US, DUTCH = FSN, US, DUTCH
    sctid = staticmethod(sctid)

    def __init__(self, root: Path, namespace: str = "INT", date: str = DATE) -> None:
        self.root, self.date, self.namespace = root, date, namespace
        self.concepts: list[str] = []
        self.descriptions: dict[str, list[str]] = {}
        self.languages: list[str] = []
        self.relationships: list[str] = []
        self.maps: list[str] = []
        self._next = 5000 if namespace == "INT" else 9000

    def concept(
        self, code: str, *, active: bool = True, module: str = CORE, time: str = "20020131"
    ) -> str:
        self.concepts.append(f"{code}\t{time}\t{int(active)}\t{module}\t900000000000074008")
        return code

    def name(
        self,
        code: str,
        term: str,
        language: str = "en",
        *,
        kind: str = SYNONYM,
        refset: str | None = None,
        active: bool = True,
        module: str = CORE,
    ) -> str:
        self._next += 1
        identifier = sctid(self._next, "01")
        row = f"{identifier}\t20020131\t{int(active)}\t{module}\t{code}\t{language}\t{kind}"
        self.descriptions.setdefault(language, []).append(f"{row}\t{term}\t{CASE}")
        if refset:
            self.languages.append(
                f"m{self._next}\t20020131\t1\t{module}\t{refset}\t{identifier}\t{PREFERRED}"
            )
        return identifier

    def is_a(self, child: str, parent: str) -> None:
        self._next += 1
        self.relationships.append(
            f"{sctid(self._next, '02')}\t20020131\t1\t{CORE}\t{child}\t{parent}\t0\t116680003"
            "\t900000000000011006\t900000000000451002"
        )

    def map_to(self, code: str, target: str, rule: str = "TRUE", refset: str = "447562003") -> None:
        self.maps.append(
            f"x\t20020131\t1\t{CORE}\t{refset}\t{code}\t1\t1\t{rule}\tadvice\t{target}"
            "\t447561005\t447637006"
        )

    def write(self) -> Path:
        end = f"{self.namespace}_{self.date}.txt"
        folder = self.root / "Snapshot"
        terminology, refsets = folder / "Terminology", folder / "Refset"
        if self.concepts:
            header = STATE + "definitionStatusId"
            table(terminology / f"sct2_Concept_Snapshot_{end}", header, self.concepts)
        for language, rows in self.descriptions.items():
            name = f"sct2_Description_Snapshot-{language}_{end}"
            table(terminology / name, DESCRIPTION, rows)
        table(refsets / f"der2_cRefset_LanguageSnapshot-en_{end}", LANGUAGE, self.languages)
        if self.relationships:
            name = f"sct2_Relationship_Snapshot_{end}"
            table(terminology / name, RELATIONSHIP, self.relationships)
        if self.maps:
            table(refsets / f"der2_iisssccRefset_ExtendedMapSnapshot_{end}", MAP, self.maps)
        return self.root


def table(path: Path, header: str, rows: Sequence[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{row}\r\n" for row in (header, *rows)), "utf-8", newline="")


@pytest.fixture
def base(pack, make_row, tmp_path: Path) -> Path:
    """An index of a few built-in concepts."""
    sct = {"snomed_match": "exact"}
    sources = pack(
        snomed_ips_freeset=[
            make_row("22298006", "Myocardial infarction", "disorder", snomed="22298006", **sct),
            make_row("233604007", "Pneumonia", "disorder", snomed="233604007", **sct),
        ],
        rxnorm=[
            make_row("IN:6809", "metformin", "drug", rxnorm="6809", atc="A10BA02"),
        ],
        loinc=[
            make_row("2823-3", "Potassium [Moles/volume] in Serum or Plasma", "lab", loinc="2823-3")
        ],
        mondo=[
            make_row(
                "MONDO:1", "heart attack", "disorder", snomed="22298006", icd10cm="I21", **sct
            ),
            make_row("MONDO:2", "brass founder's fever", "disorder", umls="C0000002"),
            make_row("MONDO:3", "tin fever", "disorder", umls="C0000003", icd10cm="T56"),
        ],
        icd10cm=[make_row("I21", "Acute myocardial infarction", "disorder", icd10cm="I21")],
    )
    (tmp_path / "supplement_en.tsv").write_text(
        "name\tgroup\tsystem\tcode\ncoronary\tdisorder\tsnomed\t22298006\n"
    )
    return build(sources, tmp_path / "base.sqlite", supplement_dir=tmp_path).path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder / "site.sqlite"


Load = Callable[..., Loaded]


@pytest.fixture
def load_into(base: Path, out: Path) -> Load:
    """Load releases into a copy of the small index."""
    return lambda *paths: load(paths, out, base)


@pytest.fixture
def index(out: Path):
    """The index that was loaded; opened when it is first asked."""
    opened: list[Index] = []

    def get() -> Index:
        if not opened:
            opened.append(Index(out))
        return opened[0]

    yield get
    for one in opened:
        one.close()


@pytest.fixture
def codes(index) -> Callable[..., list[str]]:
    """The codes of the best candidate for a mention."""

    def find(mention: str, group: str | None = None, language: str = "en") -> list[str]:
        found = Linker(index()).link(mention, language=language, group=group)
        return [coding.code for coding in found[0].concept.codings] if found else []

    return find


@pytest.fixture
def rf2(tmp_path: Path) -> Rf2:
    return Rf2(tmp_path / f"SnomedCT_Own_{DATE}")


@pytest.fixture
def zipped() -> Callable[[Path], Path]:
    """Pack a folder into a zip beside it."""

    def pack_up(folder: Path) -> Path:
        path = folder.with_name(f"{folder.name}.zip")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(folder.rglob("*")):
                if file.is_file():
                    archive.write(file, file.relative_to(folder.parent).as_posix())
        return path

    return pack_up


@pytest.fixture
def make_rf2(tmp_path: Path) -> Callable[..., Rf2]:
    """Begin a further RF2 snapshot in a folder of its own."""
    return lambda name, **said: Rf2(tmp_path / name, **said)


@pytest.fixture
def write_lines(tmp_path: Path) -> Callable[..., Path]:
    """Write lines under a path of the temporary folder."""

    def write(name: str, *lines: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        return path

    return write
