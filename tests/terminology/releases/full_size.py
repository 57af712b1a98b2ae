"""Write a made-up RF2 snapshot of the size and shape of a full international release, and load it.

    python tests/terminology/releases/full_size.py FOLDER BASE_INDEX [SHARE]

prints the seconds and the peak of resident memory of the loading alone. SHARE, 1 by default,
makes it smaller. No test: it writes about 900 MB.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

CONCEPTS, INACTIVE, RELATIONSHIPS = 360_000, 140_000, 3_000_000
SYNONYMS = 3
"""Besides the fully specified name; with the inactive ones, 1.6 million descriptions."""

CORE = "900000000000207008"
FSN, SYNONYM = "900000000000003001", "900000000000013009"
PREFERRED, ACCEPTABLE = "900000000000548007", "900000000000549004"
REFSETS = ("900000000000509007", "900000000000508004")
CASE = "900000000000448009"
SEED = 11
TAGS = (
    *("disorder",) * 22,
    *("finding",) * 9,
    *("procedure",) * 16,
    *("body structure",) * 12,
    *("organism",) * 10,
    *("substance",) * 8,
    *("qualifier value", "observable entity", "situation", "physical object", "person") * 4,
)
PARTS = (
    *("acute", "chronic", "severe", "mild", "left", "right", "upper", "lower", "medial"),
    *("lateral", "primary", "secondary", "simple", "complex", "open", "closed", "total"),
)
STARTS = ("bra", "clo", "dre", "flu", "gri", "pla", "sto", "tri", "vel", "zan")
ENDS = ("mark", "denth", "lusk", "nover", "pital", "reth", "sorn", "tivax", "vullen", "wicker")
STEMS = [start + end for start in STARTS for end in ENDS]
_TABLES = (
    "01234567891234067895234017895634012895674012395678"
    "59876043216598710432765982104387659321049876543210"
)
_PERMUTE = "01234567891576283094580379614289160435279453126870428657390127938064157046913258"
_INVERSE = "0432156789"


def sctid(number: int, partition: str) -> str:
    """A valid identifier: Verhoeff computed, not tried out, since there are millions."""
    body, check = f"{number}{partition}", 0
    for place, digit in enumerate(reversed(body), start=1):
        permuted = int(_PERMUTE[place % 8 * 10 + int(digit)])
        check = int(_TABLES[check * 10 + permuted])
    return body + _INVERSE[check]


def write(path: Path, header: str, rows: Iterator[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\r\n") as file:
        print(header, file=file)
        file.writelines(f"{row}\n" for row in rows)


def generate(folder: Path, share: float) -> None:
    chance = random.Random(SEED)
    active, inactive = int(CONCEPTS * share), int(INACTIVE * share)
    state = "id\teffectiveTime\tactive\tmoduleId\t"
    end = "INT_20240301.txt"
    terms, refsets = folder / "Snapshot/Terminology", folder / "Snapshot/Refset/Language"
    concepts = [sctid(100_000 + n, "00") for n in range(active + inactive)]
    write(
        terms / f"sct2_Concept_Snapshot_{end}",
        state + "definitionStatusId",
        (f"{c}\t20020131\t{int(n < active)}\t{CORE}\t{CASE}" for n, c in enumerate(concepts)),
    )
    write(
        terms / f"sct2_Description_Snapshot-en_{end}",
        state + "conceptId\tlanguageCode\ttypeId\tterm\tcaseSignificanceId",
        descriptions(concepts, active, chance),
    )
    write(
        refsets / f"der2_cRefset_LanguageSnapshot-en_{end}",
        state + "refsetId\treferencedComponentId\tacceptabilityId",
        members(active),
    )
    write(
        terms / f"sct2_Relationship_Snapshot_{end}",
        state + "sourceId\tdestinationId\trelationshipGroup\ttypeId\tcharacteristicTypeId"
        "\tmodifierId",
        relationships(concepts, active, int(RELATIONSHIPS * share), chance),
    )


def descriptions(concepts: list[str], active: int, chance: random.Random) -> Iterator[str]:
    for n, concept in enumerate(concepts):
        tag = TAGS[n % len(TAGS)]
        name = f"{' '.join(chance.sample(PARTS, 2))} {chance.choice(STEMS)} {chance.choice(STEMS)}"
        # The first has no fully specified name, so that the relationships are read, too.
        for place in range(n == 0, SYNONYMS + 1 if n < active else 1):
            kind = SYNONYM if place else FSN
            term = f"{name.title()} {n} ({tag})" if not place else f"{name} {n} {STEMS[place]}"
            row = f"{sctid(n * 4 + place + 1000, '01')}\t20020131\t{int(n < active)}\t{CORE}"
            yield f"{row}\t{concept}\ten\t{kind}\t{term}\t{CASE}"


def members(active: int) -> Iterator[str]:
    for n in range(active):
        for place in range(SYNONYMS + 1):
            identifier = sctid(n * 4 + place + 1000, "01")
            value = PREFERRED if place < 2 else ACCEPTABLE
            for refset in REFSETS:
                yield f"{n:08x}-{place}\t20020131\t1\t{CORE}\t{refset}\t{identifier}\t{value}"


def relationships(
    concepts: list[str], active: int, count: int, chance: random.Random
) -> Iterator[str]:
    for n in range(count):
        child = 1 + n % (active - 1)
        kind = "116680003" if n < active else "363698007"
        yield (
            f"{sctid(n + 1000, '02')}\t20020131\t1\t{CORE}\t{concepts[child]}"
            f"\t{concepts[chance.randrange(child)]}\t0\t{kind}\t{CASE}\t{CASE}"
        )


def load_once(folder: Path, base: Path) -> None:
    from terminology.releases.loading import load

    loaded = load([folder / "release"], folder / "index.sqlite", base)
    say(loaded.built, loaded.names, dict(loaded.skipped))


def main() -> None:
    folder, base = Path(sys.argv[1]), Path(sys.argv[2])
    if sys.argv[3:] == ["load"]:
        load_once(folder, base)
        return
    generate(folder / "release", float(sys.argv[3]) if sys.argv[3:] else 1)
    size = sum(file.stat().st_size for file in (folder / "release").rglob("*.txt"))
    start = time.perf_counter()
    subprocess.run([sys.executable, __file__, str(folder), str(base), "load"], check=True)
    seconds = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = used.ru_utime + used.ru_stime
    say(f"{size / 1e6:.0f} MB, {seconds:.0f} s ({processor:.0f} s of processor)")
    say(f"peak of resident memory {used.ru_maxrss >> 10} MiB")


def say(*what: object) -> None:
    sys.stdout.write(" ".join(str(one) for one in what) + "\n")


if __name__ == "__main__":
    main()
