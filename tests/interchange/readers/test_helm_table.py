"""HELM's group tables."""

from __future__ import annotations

from pathlib import Path

from harness.interchange.importing import import_path
from tests.interchange import builders as b
from tests.interchange.conftest import Runs, codes, rows


def test_helm_group_table(tmp_path: Path, runs_of: Runs) -> None:
    cells = [{"value": "Tiny", "run_spec_names": ["x:model=acme_tiny"]}, {"value": 0.5}]
    header = [
        {"value": "Model"},
        {"value": "EM", "lower_is_better": False, "metadata": {"metric": "EM", "run_group": "BBQ"}},
    ]
    (run,) = runs_of(b.write(tmp_path / "bbq.json", [{"title": "t", "header": header, "rows": [cells]}]))
    assert run.manifest["model"]["id"] == "acme/tiny"
    assert rows(run)["BBQ", "EM", "none"]["score"] == 0.5


def table(title: str, *values: float, metric: str = "EM") -> dict[str, object]:
    header = [{"value": "Model"}, {"value": f"X - {metric}", "metadata": {"metric": metric, "run_group": "X"}}]
    return {"title": title, "header": header, "rows": [[{"value": "Tiny"}, {"value": v}] for v in values]}


def test_copies_of_tables_are_passed_over(tmp_path: Path) -> None:
    b.write(tmp_path / "groups/x.json", [table("Accuracy", 0.5)])
    b.write(tmp_path / "groups/json/x_accuracy.json", table("Accuracy", 0.5))
    b.write(tmp_path / "groups/json/x_other.json", table("Other", 0.75))
    report = import_path(tmp_path, runs_dir=tmp_path / "r")
    assert [(r.file, r.failed) for r in report.refused] == [("groups/json/x_accuracy.json", False)]
    assert "copy of a table in groups/x.json" in report.refused[0].reason
    assert len(report.imported) == 2
    alone = import_path(tmp_path / "groups/json", runs_dir=tmp_path / "alone")
    assert len(alone.imported) == 2 and not alone.refused


def test_tables_of_one_group_do_not_overwrite_each_other(tmp_path: Path, runs_of: Runs) -> None:
    win = [table(title, v, metric="Mean win rate") for title, v in (("Bias", 0.25), ("Toxicity", 0.5))]
    twice = table("Accuracy", 0.5, 0.75)
    (run,) = runs_of(b.write(tmp_path / "x.json", [*win, twice]))
    assert {k[1:]: r["score"] for k, r in rows(run).items()} == {
        ("Mean win rate", "Bias"): 0.25,
        ("Mean win rate", "Toxicity"): 0.5,
    }
    assert "several-values" in codes(run)


def test_an_overview_of_scenarios_is_no_table_of_models(tmp_path: Path) -> None:
    overview = {
        "title": "All",
        "header": [{"value": "Group"}, {"value": "# models"}],
        "rows": [[{"value": "BoolQ"}, {"value": 3}]],
    }
    b.write(tmp_path / "groups.json", [overview])
    report = import_path(tmp_path, runs_dir=tmp_path / "r")
    assert not report.imported and [r.failed for r in report.refused] == [False]
