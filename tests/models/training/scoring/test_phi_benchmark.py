from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from models.training.scoring import phi_benchmark
from models.training.scoring.phi_benchmark import alarms, content, hidden, main, measure, misses
from models.training.scoring.phi_listed import listed
from models.training.scoring.phi_reading import Redaction
from models.training.scoring.phi_sets import NEGATIVE, Case, Gold
from models.types import PhiSpan, Span


def read(text: str, template: str, *taken: tuple[int, int]) -> tuple[Case, Redaction]:
    """A note whose words are all names, of which some are taken."""
    ends = [at for at, one in enumerate(f"{text} ") if one == " "]
    starts = [0, *(end + 1 for end in ends[:-1])]
    gold = tuple(Gold(s, e, "full") for s, e in zip(starts, ends, strict=True))
    phi = tuple(PhiSpan(Span(s, e, text[s:e]), "NAME", 1.0, "model") for s, e in taken)
    style = template.split(maxsplit=1)[0]
    case = Case(template, style, text, () if style == NEGATIVE else gold)
    return case, Redaction(text, taken, phi)


READ = [
    read("Ann Lee", "prose 0", (0, 3), (4, 7)),
    read("Bo Xu", "prose 0", (0, 2)),
    read("Cy", "list 0"),
    read("no pain at all", f"{NEGATIVE} 0", (3, 7)),
    read("no fever", f"{NEGATIVE} 1"),
]


def test_hidden_is_the_share_of_which_nothing_is_left() -> None:
    rows = hidden(READ, lambda case, _: case.style)
    assert {row: (each.score.gold, each.score.hits) for row, each in rows.items()} == {
        "list": (1, 0),
        "prose": (4, 3),
        "all": (5, 3),
    }
    assert list(rows)[-1] == "all"
    assert rows["all"].low <= 0.6 <= rows["all"].high


def test_the_bootstrap_draws_templates_not_notes() -> None:
    """Ten fillings of one template that stand and fall together say no more than one."""
    alike = [read("Ann", "prose 0", (0, 3))] * 50 + [read("Bo", "prose 1")] * 50
    every = hidden(alike, lambda *_: None)["all"]
    assert (every.low, every.high) == (0.0, 1.0)


def test_alarms_are_counted_where_there_is_nothing_to_hide() -> None:
    told = alarms(READ)
    assert (told.notes, told.hit, told.words) == (2, 1, 6)
    assert told.replaced == {"NAME": 1}
    assert told.rate == pytest.approx(1000 / 6)


def test_misses_are_told_by_place_the_most_frequent_first() -> None:
    lines = list(misses([*READ, read("Dee Ek", "prose 0", (0, 3))]))
    assert [line.split()[:4] for line in lines] == [
        ["2/3", "full", "prose", "0"],
        ["1/1", "full", "list", "0"],
    ]


def test_names_of_the_lists_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    from models.training.scoring import phi_listed

    monkeypatch.setattr(phi_listed, "_words", lambda *_: frozenset({"ann", "lee"}))
    rows = [
        listed("en", Case("t", "prose", text, ()), Gold(0, len(text), "full"))
        for text in ("Ann C. Lee", "Ann Oddname", "Xyzzy Oddname")
    ]
    assert rows == ["name listed", "name in part", "name in no list"]
    assert listed("en", Case("t", "prose", "123", ()), Gold(0, 3, "mrn")) is None


def test_a_set_is_measured_through_the_product(tmp_path: Path) -> None:
    told, made = measure("en", "dev", sample=10)
    assert told.cases == len(made) > 30
    assert 0.5 < told.recall() <= 1.0
    assert told.speed > 0
    assert set(told.tables) == {"classes", "styles", "forms", "in the lists"}
    written = content(told)
    assert written["tables"]["classes"]["all"]["gold"] == told.tables["classes"]["all"].score.gold


def test_a_floor_that_is_not_reached_ends_with_status_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = tmp_path / "phi.toml"
    tables.write_text(
        '[floors.en]\nrecall = 1.1\nnames = 1.2\nalarms = 0.0\n[classes]\n"A names" = []'
    )
    monkeypatch.setattr(phi_benchmark, "TABLES", tables)
    out = tmp_path / "phi.json"
    arguments = ["--part", "dev", "--lang", "en", "--sample", "20", "--json", str(out)]
    main(arguments)
    assert json.loads(out.read_text())[0]["part"] == "dev"
    with pytest.raises(SystemExit, match=r"en recall: 0\.\d{3} is below 1\.100"):
        main([*arguments, "--floors"])


@pytest.mark.parametrize("part", ["test", "clean2"])
def test_parts_that_are_scored_alone_are_not_looked_at(part: str) -> None:
    with pytest.raises(SystemExit, match=f"dev parts only: {part}"):
        main(["--part", part, "--misses", "5"])


def test_notes_without_personal_data_have_alarms_and_no_recall() -> None:
    told, made = measure("en", "clean", sample=20)
    assert told.alarms.notes == told.cases == len(made) > 2
    assert told.tables["classes"] == {}
    assert not [each for each in told.failures if "alarms" not in each]


def test_the_floors_are_of_languages_and_figures_that_there_are() -> None:
    floors = tomllib.loads(phi_benchmark.TABLES.read_text("utf-8"))["floors"]
    assert set(floors) == {"en", "es", "nl"}
    for each in floors.values():
        assert set(each) == {"recall", "names", "alarms"}
        assert 0.5 < each["recall"] < 1
        assert 0.5 < each["names"] < 1
