"""``--precision``: a task stops when it is known well enough, in an order and at a point that no kill can move."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from rich.console import Console

from benchmarks import forked_commands
from harness import places
from harness.analysis.statistics.uncertainty import interval
from harness.engine.source import ModelSource
from harness.errors import RunFailed
from harness.runs.execute import run_model
from harness.runs.plan import Plan, TaskPlan
from harness.runs.progress import Progress
from harness.runs.rounds import Item, bounds, decide
from harness.store import run_folder
from harness.suites.load import load_suite
from harness.suites.model import Suite
from tests.runs.conftest import options

SILENT = Progress(Console(quiet=True))
PRECISION = 0.09


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return [
        {k: v for k, v in r.items() if k != "run_id"} for r in pq.read_table(folder / f"{name}.parquet").to_pylist()
    ]


def precise(**changes: object) -> Any:
    return options(engine="hf", limit=None, precision=PRECISION, **changes)


@pytest.fixture(scope="module")
def folders(tiny_model: Path, calibration: Suite, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The whole suite, and the same under ``--precision``."""
    runs = tmp_path_factory.mktemp("runs")
    whole = run_model(str(tiny_model), calibration, options(engine="hf", limit=None), runs, SILENT)
    return whole.folder, run_model(str(tiny_model), calibration, precise(), runs, SILENT).folder


def test_stopped_tasks_are_known_as_well_as_was_asked(folders: tuple[Path, Path]) -> None:
    whole, stopped = folders
    truth = {(r["task"], r["metric"]): r["score"] for r in rows(whole, "results")}
    manifest = run_folder.read_manifest(stopped)
    tasks = {t["task"]: t for t in manifest["tasks"]}
    metrics = {
        "landscape_cal_class": "acc",
        "landscape_cal_facts": "exact_match",
        "landscape_cal_lookup": "exact_match",
    }
    for name, metric in metrics.items():
        task, end = tasks[name], tasks[name]["stopped"]
        assert end["stopped"] and 32 <= end["items"] == task["items"] < task["available"]
        assert end["high"] - end["low"] <= 2 * PRECISION
        assert end["low"] <= truth[name, metric] <= end["high"]
        scored = {r["metric"]: r for r in rows(stopped, "results") if r["task"] == name}
        assert scored[metric]["n"] == task["items"]
        assert scored[metric]["score"] == pytest.approx(end["mean"])
        shown = interval(scored[metric]["score"], scored[metric]["stderr"], scored[metric]["n"], metric)
        assert shown.high - shown.low <= 2 * PRECISION
    assert manifest["valid"]
    (finding,) = [f for f in manifest["verdict"] if f["code"] == "precision"]
    assert "3 of 4 tasks were stopped" in finding["message"]


def test_a_perplexity_is_scored_whole(folders: tuple[Path, Path]) -> None:
    tasks = {t["task"]: t for t in run_folder.read_manifest(folders[1])["tasks"]}
    text = tasks["landscape_cal_text"]
    assert text["items"] == text["available"] and text["stopped"]["stopped"] is False
    scores = [{(r["task"], r["metric"]): r["score"] for r in rows(f, "results")} for f in folders]
    key = ("landscape_cal_text", "bits_per_byte")
    assert scores[1][key] == pytest.approx(scores[0][key], rel=1e-6)


def test_items_are_random_named_and_scored_as_in_the_whole_run(folders: tuple[Path, Path]) -> None:
    whole, stopped = folders
    items = run_folder.read_manifest(stopped)["plan"]["items"]
    key = lambda r: (r["task"], r["item"], r["metric"], r["filter"])  # noqa: E731
    given = {key(r): r for r in rows(whole, "samples")}
    found = rows(stopped, "samples")
    for task, numbers in items.items():
        assert sorted({r["item"] for r in found if r["task"] == task}) == numbers
    assert items["landscape_cal_class"] != list(range(len(items["landscape_cal_class"])))
    for row in found:
        same = given[key(row)]
        assert (row["prompt"], row["target"], row["doc_hash"], row["response"]) == (
            same["prompt"], same["target"], same["doc_hash"], same["response"],
        )  # fmt: skip
        assert row["value"] == pytest.approx(same["value"], rel=1e-5)


def test_unanswered_batches_are_those_of_stopped_tasks(folders: tuple[Path, Path]) -> None:
    manifest = run_folder.read_manifest(folders[1])
    journal = manifest["journal"]
    assert journal["begun"] == journal["done"] < journal["batches"]
    assert manifest["perf"]["complete"]


@pytest.mark.parametrize("dies_in", [pytest.param(1, marks=pytest.mark.slow), 30])
def test_a_killed_run_takes_the_same_decisions_again(
    dies_in: int, folders: tuple[Path, Path], tiny_model: Path, calibration: Suite, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from harness.engine.hf import HFEngine

    plain, calls = HFEngine.run, []

    def dies(self: HFEngine, asked: Any) -> Any:
        calls.append(asked)
        if len(calls) == dies_in:
            raise RuntimeError("the power went")
        return plain(self, asked)

    monkeypatch.setattr(HFEngine, "run", dies)
    with pytest.raises(RunFailed, match="the power went"):
        run_model(str(tiny_model), calibration, precise(), tmp_path, SILENT)
    monkeypatch.setattr(HFEngine, "run", plain)
    rest = run_model(str(tiny_model), calibration, precise(), tmp_path, SILENT)
    assert rows(rest.folder, "results") == rows(folders[1], "results")
    assert rows(rest.folder, "samples") == rows(folders[1], "samples")
    one, two = run_folder.read_manifest(folders[1]), run_folder.read_manifest(rest.folder)
    assert two["plan"]["items"] == one["plan"]["items"]
    assert [t["stopped"] for t in two["tasks"]] == [t["stopped"] for t in one["tasks"]]
    assert two["journal"]["begun"] == one["journal"]["begun"] + 1


def test_a_tiny_interval_scores_everything(tiny_model: Path, calibration: Suite, tmp_path: Path) -> None:
    done = run_model(str(tiny_model), calibration, options(limit=None, precision=0.0005), tmp_path, SILENT)
    manifest = run_folder.read_manifest(done.folder)
    assert all(t["items"] == t["available"] and not t["stopped"]["stopped"] for t in manifest["tasks"])
    assert "0 of 4 tasks were stopped" in " ".join(f["message"] for f in manifest["verdict"])


def test_only_bounded_means_of_items_can_stop() -> None:
    entries = {t.task: bounds(t) for name in ("core-en", "core-zh", "calibration") for t in load_suite(name).tasks}
    assert entries["landscape_cal_text"] is None and entries["landscape_cal_class"] == (0.0, 1.0)
    assert {t.metric for n in ("core-en", "core-zh") for t in load_suite(n).tasks if bounds(t) is None} <= {
        "text_bits_per_byte", "macro_f1",
    }  # fmt: skip


def test_the_interval_that_is_shown_is_narrow_enough_too(calibration: Suite) -> None:
    """Sixty alike items of eighty nearly settle the whole task; of one cluster in ten they say little of others."""
    task = TaskPlan("landscape_cal_class", None, "classification", "1", 0, 80, 80, None)
    source = ModelSource("m", "", "", None, "", "", None, None, False, False)
    plan = Plan(source, calibration, options(limit=None, precision=0.15), (task,), {}, None, "")
    values = [1.0, 0.0] * 30
    alone = [Item(v, None) for v in values]
    clustered = [Item(v, f"passage {int(v)}{i % 5}") for i, v in enumerate(values)]
    stop = decide(plan, task.task, alone)
    assert stop is not None and stop.stopped and stop.items == 60
    assert decide(plan, task.task, clustered) is None
    assert decide(plan, task.task, [*alone, *[Item(None, None)] * 5]) is None


def command(model: Path) -> list[str]:
    arguments = ["--suite", "calibration", "--precision", "0.06", "--offline", "--device", "cpu", "--model", str(model)]
    return ["run", *arguments]


def killed_at(command: list[str], environment: dict[str, str], runs: Path, lines: int) -> bool:
    """Start the command and kill it (SIGKILL) once its journal has grown by ``lines``; true if it ended before."""

    def written() -> int:
        return sum(p.read_bytes().count(b"\n") for p in (runs / ".journal").glob("*.jsonl"))

    before = written()
    process = forked_commands.start(command, environment)
    while written() < before + lines:
        process.join(0.02)
        if process.exitcode is not None:
            return True
    process.kill()
    process.join()
    return False


@pytest.mark.slow
def test_sigkill_between_rounds_changes_nothing(tmp_path: Path) -> None:
    model = places.reference_models() / "landscape-ref-s"
    found = []
    for name, kills in (("whole", []), ("cut", [4, 6, 5])):
        runs = tmp_path / name / "runs"
        environment = {
            **os.environ, "LANDSCAPE_RUNS": str(runs), "LANDSCAPE_DB": str(tmp_path / name / "db"), "OMP_NUM_THREADS": "1",
        }  # fmt: skip
        ended = [killed_at(command(model), environment, runs, lines) for lines in kills]
        assert ended == [False] * len(kills)
        assert forked_commands.ended(forked_commands.start(command(model), environment)) == 0
        found.append(run_folder.sealed(runs)[0])
    one, two = found
    assert rows(two, "results") == rows(one, "results")
    assert rows(two, "samples") == rows(one, "samples")
    first, second = run_folder.read_manifest(one), run_folder.read_manifest(two)
    assert [t["stopped"] for t in second["tasks"]] == [t["stopped"] for t in first["tasks"]]
    assert any(t["stopped"]["stopped"] for t in first["tasks"])
    assert second["journal"]["starts"] == 4
    assert second["journal"]["begun"] - second["journal"]["done"] <= 3
