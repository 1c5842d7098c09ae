"""One run travels from a model's folder to a sealed folder with lm-eval's own scores."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from rich.console import Console

from harness.engine.source import resolve
from harness.errors import BadInput, RunFailed
from harness.runs.execute import run_model
from harness.runs.plan import items_of, whole_or_share
from harness.runs.progress import Progress
from harness.store import run_folder
from harness.suites.load import load_suite
from harness.suites.model import Suite
from tests.runs.conftest import options

SILENT = Progress(Console(quiet=True))


def results(folder: Path) -> dict[tuple[str, str, str], float]:
    rows = pq.read_table(folder / "results.parquet").to_pylist()
    return {(r["task"], r["metric"], r["filter"]): r["score"] for r in rows}


def plain_rows(folder: Path) -> list[dict[str, Any]]:
    rows = pq.read_table(folder / "results.parquet").to_pylist()
    return [{k: v for k, v in r.items() if k != "run_id"} for r in rows]


def direct(model: Path, tasks: list[str], limit: int) -> dict[tuple[str, str, str], float]:
    """lm-eval itself, called directly."""
    from lm_eval.evaluator import simple_evaluate
    from lm_eval.models.huggingface import HFLM

    from harness.engine.libraries import quiet
    from harness.suites.tasks import resolve as resolve_tasks

    suite = load_suite("calibration")
    lm = HFLM(
        pretrained=str(model), device="cpu", dtype="float32", softmax_dtype="float32", logits_cache=False, batch_size=1
    )
    resolved = resolve_tasks(suite, None, True, only=tasks)
    with quiet():
        found: Any = simple_evaluate(lm, tasks=list(resolved.tasks.values()), limit=limit, bootstrap_iters=0)
    rows = {}
    for task, scores in found["results"].items():
        for key, value in scores.items():
            metric, _, name = key.partition(",")
            if name and not metric.endswith("_stderr"):
                rows[task, metric, name] = value
    return rows


@pytest.mark.parametrize("engine", ["packed", "hf"])
def test_scores_are_lm_evals_own(engine: str, tiny_model: Path, calibration: Suite, tmp_path: Path) -> None:
    done = run_model(str(tiny_model), calibration, options(engine=engine), tmp_path, SILENT)
    ours = results(done.folder)
    theirs = direct(tiny_model, list(calibration.names()), 4)
    assert theirs and set(theirs) <= set(ours)
    for key, value in theirs.items():
        assert ours[key] == pytest.approx(value, rel=1e-5), key


def test_sealed_run_is_found_again_and_again_makes_a_new_one(
    tiny_model: Path, calibration: Suite, tmp_path: Path
) -> None:
    first = run_model(str(tiny_model), calibration, options(limit=1), tmp_path, SILENT)
    second = run_model(str(tiny_model), calibration, options(limit=1), tmp_path, SILENT)
    assert (first.existing, second.existing) == (False, True)
    assert second.folder == first.folder
    other = run_model(str(tiny_model), calibration, options(limit=2), tmp_path, SILENT)
    assert not other.existing


def test_limit_below_one_is_a_share_as_lm_eval_has_it(tiny_model: Path, calibration: Suite, tmp_path: Path) -> None:
    from lm_eval.evaluator_utils import get_sample_size

    from harness.suites.tasks import resolve as resolve_tasks

    done = run_model(str(tiny_model), calibration, options(limit=0.013), tmp_path, SILENT)
    manifest = run_folder.read_manifest(done.folder)
    tasks = resolve_tasks(calibration, None, True).tasks
    assert {t["task"]: t["items"] for t in manifest["tasks"]} == {
        name: get_sample_size(task, 0.013) for name, task in tasks.items()
    }
    assert manifest["plan"]["limit"] == 0.013 and not manifest["valid"]
    assert manifest["verdict"][0]["message"].startswith("Only the first 1.3% of items of each task")
    rows = pq.read_table(done.folder / "samples.parquet", columns=["task", "item"]).to_pylist()
    assert {t["task"]: t["items"] for t in manifest["tasks"]} == {
        task: len({r["item"] for r in rows if r["task"] == task}) for task in tasks
    }
    again = run_model(str(tiny_model), calibration, options(limit=0.013), tmp_path, SILENT)
    assert again.existing and again.folder == done.folder


@pytest.mark.parametrize(
    ("limit", "problem"),
    [
        (0, "0;"),
        (-3.0, "-3;"),
        (math.nan, "nan;"),
        (math.inf, "inf;"),
        (2.5, "2.5;"),
        (1, None),
        (1.0, None),
        (0.999, None),
    ],
)
def test_limit_is_whole_or_a_share(limit: float, problem: str | None) -> None:
    problems = options(limit=limit).check()
    assert (problem is None) == (not problems)
    assert problem is None or f"--limit is {problem} give a whole number of items from 1 on" in problems[0]


@pytest.mark.parametrize("name", ["limit", "sample"])
@pytest.mark.parametrize("value", [10**9 + 1, 10**23, 10**400])
def test_more_items_than_any_data_set_has_are_refused(name: str, value: int) -> None:
    (problem,) = options(**{"limit": None, name: value}).check()
    assert problem.startswith(f"--{name} is more than 1,000,000,000 items")
    assert not options(**{"limit": None, name: 10**9}).check()
    assert whole_or_share(1e300) == 1e300  # no whole number of three hundred digits


def test_one_point_zero_is_one_item_as_lm_eval_reads_it() -> None:
    assert [whole_or_share(x) for x in (1.0, 1, 10.0, 0.1, None)] == [1, 1, 10, 0.1, None]
    assert json.dumps(whole_or_share(10.0)) == "10"  # the hash of a plan is of this text
    assert [items_of(x, 7) for x in (1, 0.1, 0.15, None, 9)] == [1, 1, 2, None, 9]


def test_manifest_says_what_was_run(tiny_model: Path, calibration: Suite, tmp_path: Path) -> None:
    done = run_model(str(tiny_model), calibration, options(), tmp_path, SILENT)
    manifest = run_folder.read_manifest(done.folder)
    assert manifest["model"]["revision"] == resolve(str(tiny_model)).revision
    assert manifest["plan"]["limit"] == 4
    assert manifest["journal"]["begun"] == manifest["journal"]["done"] == manifest["plan"]["batches"]
    assert manifest["perf"]["complete"] and manifest["perf"]["tokens_per_s"] > 0
    assert manifest["perf"]["energy_j"] is None
    assert not manifest["valid"] and manifest["verdict"][0]["code"] == "limit"
    assert done.folder.name == manifest["run_id"]
    assert done.folder.name.endswith(f"-tiny-calibration-{manifest['plan']['hash'][:8]}")


def test_samples_recompute_the_scores(tiny_model: Path, calibration: Suite, tmp_path: Path) -> None:
    done = run_model(str(tiny_model), calibration, options(limit=6), tmp_path, SILENT)
    scores = results(done.folder)
    rows = pq.read_table(done.folder / "samples.parquet").to_pylist()
    bits = [r for r in rows if r["metric"] == "bits_per_byte"]
    total = math.fsum(r["value"] * r["weight"] for r in bits) / math.fsum(r["weight"] for r in bits)
    assert scores["landscape_cal_text", "bits_per_byte", "none"] == pytest.approx(total, rel=1e-12)
    chosen = [r for r in rows if r["task"] == "landscape_cal_class" and r["metric"] == "acc"]
    hits = [max(range(4), key=r["choice_loglikelihoods"].__getitem__) == r["gold"] for r in chosen]
    assert scores["landscape_cal_class", "acc", "none"] == pytest.approx(sum(hits) / len(hits))
    assert [r["value"] for r in chosen] == [float(h) for h in hits]


def test_sample_is_seeded_and_named(tiny_model: Path, calibration: Suite, tmp_path: Path) -> None:
    one = run_model(str(tiny_model), calibration, options(limit=None, sample=3), tmp_path / "a", SILENT)
    two = run_model(str(tiny_model), calibration, options(limit=None, sample=3), tmp_path / "b", SILENT)
    assert results(one.folder) == results(two.folder)
    manifest = run_folder.read_manifest(one.folder)
    items = manifest["plan"]["items"]["landscape_cal_class"]
    rows = pq.read_table(one.folder / "samples.parquet").to_pylist()
    assert sorted({r["item"] for r in rows if r["task"] == "landscape_cal_class"}) == items != [0, 1, 2]
    assert any(f["code"] == "sample" and f["invalid"] for f in manifest["verdict"])


def test_stopped_run_goes_on_where_it_was(
    tiny_model: Path, calibration: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine dies in the third batch; the next start scores only what is missing, to the same bits."""
    from harness.engine.hf import HFEngine

    whole = run_model(str(tiny_model), calibration, options(engine="hf"), tmp_path / "whole", SILENT)
    plain, calls = HFEngine.run, []

    def dies(self: HFEngine, asked: Any) -> Any:
        calls.append(asked)
        if len(calls) == 3:
            raise RuntimeError("the device fell off the bus")
        return plain(self, asked)

    monkeypatch.setattr(HFEngine, "run", dies)
    with pytest.raises(RunFailed, match=r"batch 3 of \d+: the device fell off the bus. 2 batches are kept"):
        run_model(str(tiny_model), calibration, options(engine="hf"), tmp_path / "cut", SILENT)
    assert run_folder.sealed(tmp_path / "cut") == []
    monkeypatch.setattr(HFEngine, "run", plain)
    rest = run_model(str(tiny_model), calibration, options(engine="hf"), tmp_path / "cut", SILENT)
    manifest = run_folder.read_manifest(rest.folder)
    assert manifest["journal"]["starts"] == 2
    assert manifest["journal"]["begun"] == manifest["journal"]["done"] + 1
    assert manifest["perf"]["complete"] is False
    assert plain_rows(rest.folder) == plain_rows(whole.folder)


def test_strict_refuses_what_cannot_be_scored(calibration: Suite, tmp_path: Path) -> None:
    from tests.runs.conftest import make_model

    small = make_model(tmp_path / "small", context=6)
    with pytest.raises(BadInput, match="--strict") as caught:
        run_model(str(small), calibration, options(strict=True), tmp_path / "runs", SILENT)
    assert any("window is 6" in p for p in caught.value.problems)
    assert run_folder.sealed(tmp_path / "runs") == []


def test_task_that_does_not_fit_is_left_out_and_named(calibration: Suite, tmp_path: Path) -> None:
    from tests.runs.conftest import make_model

    small = make_model(tmp_path / "small", context=7)
    done = run_model(str(small), calibration, options(), tmp_path / "runs", SILENT)
    manifest = run_folder.read_manifest(done.folder)
    assert done.partial and not done.valid
    assert {left["task"] for left in manifest["left_out"]} >= {"landscape_cal_facts"}
    assert "landscape_cal_class" in {t["task"] for t in manifest["tasks"]}
    json.dumps(manifest, allow_nan=False)
