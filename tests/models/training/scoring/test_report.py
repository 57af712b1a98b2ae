import json

from models.training.scoring import report
from models.training.scoring.benchmark import Set
from models.training.scoring.evaluate import Score
from models.training.scoring.intervals import estimates
from models.training.scoring.scored import Scored

ROWS = estimates({"DRUG": [Score(2, 2, 1, 2)]})
SCORED = Scored(Set("en", "bc5cdr", "test"), "mine", 1, 3000, {"heads": ROWS}, ("GENE",))


def test_markdown_tells_scores_and_intervals():
    told = report.markdown(SCORED)
    assert "## bc5cdr test (en)\n\nmine, 1 documents, 3000 words" in told
    assert "no head for GENE" in told
    assert "| DRUG | 2 | 50.0 | 50.0 | 50.0 | 50.0–50.0 | 100.0 |" in told


def test_json_holds_the_same(tmp_path):
    report.write(tmp_path / "out.json", [SCORED])
    (one,) = json.loads((tmp_path / "out.json").read_text())["sets"]
    assert (one["name"], one["model"], one["missing"]) == ("bc5cdr test", "mine", ["GENE"])
    drug = one["tables"]["heads"]["DRUG"]
    assert (drug["gold"], drug["f1"], drug["low"], drug["relaxed"]) == (2, 0.5, 0.5, 1.0)
