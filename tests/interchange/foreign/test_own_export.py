"""What our exports carry of a run: the verdict and the conditions come back in every format, whatever they were."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.interchange import stored_runs
from harness.interchange.exporting import WRITERS, export
from harness.interchange.foreign import own_export
from harness.interchange.importing import import_path
from tests.interchange import builders as b
from tests.interchange.conftest import rows_without_id
from tests.store.conftest import reseal

_KEPT = ("valid", "partial", "verdict", "chat_template", "left_out", "dtype", "device", "started")
_OF_MODEL = ("id", "revision", "params", "architecture", "chat_template", "quantisation", "base")


def broken_off(folder: Path) -> Path:
    return b.write(folder / "a.json", {**b.inspect_log(), "status": "cancelled", "results": None}).parent


def unscored(folder: Path) -> Path:
    log = b.inspect_log()
    log["samples"][1]["scores"] = {}
    return b.write(folder / "a.json", log).parent


def limited(folder: Path) -> Path:
    return b.write(
        folder / "a.json", {**b.inspect_log(), "eval": {**b.inspect_log()["eval"], "config": {"limit": 4}}}
    ).parent


def reduced(folder: Path) -> Path:
    log = b.inspect_log()
    log["samples"] = [{**s, "epoch": e} for s in log["samples"] for e in (1, 2)]
    scores = [
        {"name": "match", "scorer": "match", "reducer": r, "metrics": {"accuracy": {"value": 0.625}}}
        for r in ("mean", "max")
    ]
    return b.write(folder / "a.json", {**log, "results": {"scores": scores}}).parent


def templated(folder: Path) -> Path:
    more: dict[str, Any] = {
        "chat_template": "{{ x }}",
        "chat_template_sha": "c0ffee",
        "system_instruction": "Be brief.",
    }
    return b.write(folder / f"results_{b.DATE}.json", b.lm_eval_results(**more)).parent


def quantised(folder: Path) -> Path:
    results = b.lm_eval_results()
    results["config"]["model_args"] += ",load_in_4bit=True"
    return b.write(folder / f"results_{b.DATE}.json", results).parent


def unknown_score(folder: Path) -> Path:
    results = b.lm_eval_results()
    results["results"]["toy"]["acc,none"] = float("nan")
    return b.write(folder / f"results_{b.DATE}.json", results).parent


def withheld(folder: Path) -> Path:
    """A figure of an unknown scale, an impossible error and a direction against the list: none comes back by the list."""
    document = b.lm_eval_results()
    document["results"]["toy"] |= {"acc,none": 75.0, "acc_stderr,strict": 2.5, "perplexity,none": 9.0}
    document["higher_is_better"]["toy"]["perplexity"] = True
    return b.write(folder / f"results_{b.DATE}.json", document).parent


def withdrawn(folder: Path) -> Path:
    return b.write(folder / "a.json", {**b.inspect_log(), "invalidated": True}).parent


MAKERS: list[Callable[[Path], Path]] = [
    broken_off, unscored, limited, reduced, templated, quantised, unknown_score, withheld, withdrawn, b.helm_run, b.lm_eval_run,
]  # fmt: skip


@pytest.mark.parametrize("make", MAKERS, ids=lambda m: m.__name__)
@pytest.mark.parametrize("format", sorted(WRITERS))
def test_verdict_and_conditions_come_back(tmp_path: Path, make: Callable[[Path], Path], format: str) -> None:
    (run_id,) = import_path(make(tmp_path / "in"), runs_dir=tmp_path / "runs").imported
    export([run_id], format, tmp_path / "out", tmp_path / "runs")
    back = import_path(tmp_path / "out", runs_dir=tmp_path / "back")
    assert len(back.imported) == 1 and not back.refused
    one, two = stored_runs.load(run_id, tmp_path / "runs"), stored_runs.load(back.imported[0], tmp_path / "back")
    assert {k: one.manifest[k] for k in _KEPT} == {k: two.manifest[k] for k in _KEPT}
    assert {k: one.manifest["model"].get(k) for k in _OF_MODEL} == {k: two.manifest["model"].get(k) for k in _OF_MODEL}
    assert one.manifest["plan"].get("conditions") == two.manifest["plan"].get("conditions")
    assert rows_without_id(one.results) == rows_without_id(two.results)


@pytest.mark.parametrize("format", sorted(WRITERS))
def test_every_finding_of_a_measured_run_comes_back(tmp_path: Path, format: str) -> None:
    (run_id,) = import_path(b.lm_eval_run(tmp_path / "in"), runs_dir=tmp_path / "runs").imported
    path = tmp_path / "runs" / run_id / "manifest.json"
    findings = [
        {"code": "limit", "message": "Only the first 5 items of each task were scored (--limit).", "invalid": True},
        {"code": "engine", "message": "One note: with a colon.", "invalid": False},
        {"code": "engine", "message": "Another note.", "invalid": False},
    ]
    manifest = {
        **json.loads(path.read_text()),
        "origin": "measured",
        "valid": False,
        "partial": False,
        "verdict": findings,
    }
    manifest["plan"]["limit"] = 5
    path.write_text(json.dumps(manifest))
    reseal(path.parent)
    export([run_id], format, tmp_path / "out", tmp_path / "runs")
    (again,) = import_path(tmp_path / "out", runs_dir=tmp_path / "back").imported
    two = stored_runs.load(again, tmp_path / "back").manifest
    assert [(v["code"], v["message"]) for v in two["verdict"]] == [(f["code"], f["message"]) for f in findings]
    assert (two["valid"], two["partial"], two["plan"]["limit"]) == (False, False, 5)


def test_tables_without_a_verdict_say_so(tmp_path: Path) -> None:
    (run_id,) = import_path(b.lm_eval_run(tmp_path / "in"), runs_dir=tmp_path / "runs").imported
    export([run_id], "csv", tmp_path / "out", tmp_path / "runs")
    table = tmp_path / "out" / f"{run_id}.results.csv"
    header, row, *_ = table.read_text().splitlines()
    assert header.startswith("model,suite,origin,valid,partial,verdict,conditions,run_id")
    start = row.index(run_id, row.index('"}"') if '"}"' in row else row.rindex("}"))
    old = f"model,suite,origin,{header.split(',', 7)[7]}\nacme/tiny-1b,lm-eval,imported,{row[start:]}\n"
    (back,) = import_path(b.write(tmp_path / "old" / "a.csv", old).parent, runs_dir=tmp_path / "back").imported
    codes = [v["code"] for v in stored_runs.load(back, tmp_path / "back").manifest["verdict"]]
    assert "verdict-unknown" in codes


def test_samples_alone_still_say_that_their_run_is_not_valid(tmp_path: Path) -> None:
    (run_id,) = import_path(broken_off(tmp_path / "in"), runs_dir=tmp_path / "runs").imported
    export([run_id], "csv", tmp_path / "out", tmp_path / "runs")
    (tmp_path / "out" / f"{run_id}.results.csv").unlink()
    (back,) = import_path(tmp_path / "out", runs_dir=tmp_path / "back").imported
    manifest = stored_runs.load(back, tmp_path / "back").manifest
    assert (manifest["valid"], manifest["partial"]) == (False, True)


def odd_names(folder: Path) -> Path:
    metrics = {"acc,uracy": {"value": 0.5}, "Mean win rate": {"value": 0.25}, "em": {"value": 0.75}}
    entry = {"name": 'a,b "q"', "scorer": 'a,b "q"', "metrics": metrics}
    other = {"name": "=cmd", "scorer": "=cmd", "metrics": {"accuracy": {"value": 0.5}}}
    return b.write(folder / "a.json", {**b.inspect_log(), "results": {"scores": [entry, other]}}).parent


@pytest.mark.parametrize("format", sorted(WRITERS))
def test_names_of_metrics_and_filters_come_back_letter_by_letter(tmp_path: Path, format: str) -> None:
    (run_id,) = import_path(odd_names(tmp_path / "in"), runs_dir=tmp_path / "runs").imported
    export([run_id], format, tmp_path / "out", tmp_path / "runs")
    (back,) = import_path(tmp_path / "out", runs_dir=tmp_path / "back").imported
    one, two = stored_runs.load(run_id, tmp_path / "runs"), stored_runs.load(back, tmp_path / "back")
    assert rows_without_id(one.results) == rows_without_id(two.results)
    assert {r["filter"] for r in two.results.to_pylist()} >= {'a,b "q"', "=cmd"}


@pytest.mark.parametrize("format", sorted(WRITERS))
def test_runs_of_one_model_and_second_keep_their_own_verdicts_and_items(tmp_path: Path, format: str) -> None:
    ids: list[str] = []
    for status in ("success", "cancelled"):
        log = b.write(tmp_path / status / "a.json", {**b.inspect_log(), "status": status})
        ids += import_path(log, runs_dir=tmp_path / "runs").imported
    export(ids, format, tmp_path / "out", tmp_path / "runs")
    report = import_path(tmp_path / "out", runs_dir=tmp_path / "back")
    runs = [stored_runs.load(run_id, tmp_path / "back") for run_id in report.imported]
    assert sorted((r.manifest["valid"], r.samples.num_rows) for r in runs) == [(False, 4), (True, 4)]


def test_items_of_lm_eval_alone_still_say_that_their_run_is_not_valid(tmp_path: Path) -> None:
    (run_id,) = import_path(broken_off(tmp_path / "in"), runs_dir=tmp_path / "runs").imported
    for path in export([run_id], "lm-eval", tmp_path / "out", tmp_path / "runs"):
        if path.name.startswith("results_"):
            path.unlink()
    (back,) = import_path(tmp_path / "out", runs_dir=tmp_path / "back").imported
    manifest = stored_runs.load(back, tmp_path / "back").manifest
    assert (manifest["valid"], manifest["partial"]) == (False, True)


def test_a_manifest_of_few_entries_carries_what_it_has() -> None:
    part = own_export.carried({"run_id": "a", "model": {"id": "org/a", "revision": "b" * 40}, "suite": {"name": "s"}})
    assert (part["run_id"], part["origin"], part["revision"], part["tasks"]) == ("a", None, "b" * 40, {})
