"""``harness compare`` says what each run's verdict says before it says how they differ."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.commands import show
from harness.commands.compare import compare
from harness.interchange.commands import import_results
from tests.interchange import builders as b
from tests.market import item_boards


@pytest.fixture
def two_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A whole run of one model and a run of another that was broken off, on the same questions."""
    for name in ("DB", "RUNS", "PUBLIC_RUNS"):
        monkeypatch.setenv(f"LANDSCAPE_{name}", str(tmp_path / name))
    for model, status in (("acme/whole", "success"), ("acme/broken", "cancelled")):
        log = b.inspect_log()
        b.write(tmp_path / "in" / f"{status}.json", {**log, "status": status, "eval": {**log["eval"], "model": model}})
    assert import_results(tmp_path / "in") == 0
    capsys.readouterr()


@pytest.mark.usefixtures("two_runs")
def test_the_verdicts_stand_before_the_differences(capsys: pytest.CaptureFixture[str]) -> None:
    compare(["acme/whole", "acme/broken"], suite=None, as_json=False)
    text = capsys.readouterr().out
    (broken,) = [line for line in text.splitlines() if "not valid" in line]
    assert "partial" in broken and "did not end as planned" in broken and "-broken-" in broken
    assert text.index("not valid") < text.index("quiz (accuracy)")
    assert "-whole-inspect" in text and ": valid: " in text


@pytest.mark.usefixtures("two_runs")
def test_the_document_has_the_verdicts(capsys: pytest.CaptureFixture[str]) -> None:
    compare(["acme/whole", "acme/broken"], suite=None, as_json=True)
    document = json.loads(capsys.readouterr().out)
    whole, broken = document["verdicts"]
    assert (whole["valid"], whole["partial"], broken["valid"], broken["partial"]) == (True, False, False, True)
    assert "not-finished" in [finding["code"] for finding in broken["findings"]]
    assert [v["run_id"] for v in document["verdicts"]] == document["runs"]


@pytest.mark.usefixtures("two_runs")
def test_one_run_is_shown_with_its_standing(capsys: pytest.CaptureFixture[str]) -> None:
    show.run("broken", as_json=False)
    assert "verdict: not valid, partial\n    not-finished: " in capsys.readouterr().out


def test_two_models_are_compared_on_every_benchmark_that_they_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANDSCAPE_DB", str(item_boards.build(tmp_path)))
    monkeypatch.setenv("LANDSCAPE_RUNS", str(tmp_path / "runs"))
    compare(["Two", "bigco-max"], suite=None, as_json=True)  # the catalog's name
    document = json.loads(capsys.readouterr().out)
    fix, test = document["shared_items"]
    assert [(s["benchmark"], s["agent"], s["n"]) for s in (fix, test)] == [("fix", "Hands", 40), ("test", "Hands", 30)]
    given = item_boards.answers()
    items = {row["name"]: row for row in fix["items"]}
    assert [items[f"t{i}"]["value_a"] for i in range(item_boards.ITEMS)] == given["acme-two"]
    assert [items[f"t{i}"]["cost_a"] for i in range(item_boards.ITEMS)] == pytest.approx(
        [1 + i / 10 for i in range(item_boards.ITEMS)]
    )
    assert fix["costs"][1]["per_solved"] == pytest.approx(80 / sum(given["bigco-max"]))
    assert test["cost_ratio"] is None and test["costs"][0]["per_solved"] is None
    compare(["Two", "bigco-max"], suite=None, as_json=False)
    text = capsys.readouterr().out
    assert "fix, agent Hands" in text and f"{fix['both']}/{fix['only_a']}/{fix['only_b']}/{fix['neither']}" in text
