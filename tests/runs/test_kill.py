"""kill -9 at random moments, then the same command: the same numbers, at most the batch in flight twice."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from benchmarks import forked_commands
from harness import places
from harness.store import run_folder
from harness.suites.load import FOLDER

KILLS = 20
ROOT = Path(__file__).resolve().parents[2]
# All three kinds and both ways of asking (choices and texts); the whole suite would take an hour of starts.
TASKS = {
    "landscape_tinystories",
    "lambada_openai",
    "blimp_causative",
    "landscape_ag_news",
    "arc_easy",
    "landscape_xquad_en",
}


def command(model: Path, engine: str, suite: str, limit: int) -> list[str]:
    arguments = ["--engine", engine, "--suite", suite, "--limit", str(limit), "--offline", "--device", "cpu"]
    return ["run", *arguments, "--model", str(model)]


def environment(folder: Path, hub: Path | None = None) -> dict[str, str]:
    return {
        **os.environ,
        **({"LANDSCAPE_HUB": str(hub)} if hub else {}),
        "LANDSCAPE_RUNS": str(folder / "runs"),
        "LANDSCAPE_DB": str(folder / "landscape.duckdb"),
        "LANDSCAPE_CATALOG": str(ROOT / "data" / "catalog"),
        "OMP_NUM_THREADS": "1",
    }


def part_of_core_en(folder: Path) -> str:
    """A suite file with some of core-en's tasks, each as core-en has it."""
    spec = yaml.safe_load((FOLDER / "core-en.yaml").read_text(encoding="utf-8"))
    for entry in spec["tasks"]:
        if entry.get("group") == "blimp":
            del entry["group"], entry["members"], entry["weight_by_size"]
            entry["task"] = "blimp_causative"
    spec["tasks"] = [entry for entry in spec["tasks"] if entry.get("task") in TASKS]
    assert len(spec["tasks"]) == len(TASKS)
    path = folder / "core-en.yaml"
    path.write_text(yaml.safe_dump(spec, allow_unicode=True), encoding="utf-8")
    return str(path)


def rows(folder: Path, name: str) -> list[dict[str, object]]:
    return [
        {k: v for k, v in r.items() if k != "run_id"} for r in pq.read_table(folder / f"{name}.parquet").to_pylist()
    ]


def lines(folder: Path) -> int:
    return sum(p.read_bytes().count(b"\n") for p in (folder / "runs" / ".journal").glob("*.jsonl"))


def run_until(words: list[str], folder: Path, where: dict[str, str], batches: int, delay: float) -> bool:
    """Start the command; kill it ``delay`` seconds after its journal has grown by ``batches`` lines. True if it ended.

    With no batches it is killed ``delay`` seconds after its start, or with its first line where that comes sooner.
    """
    process = forked_commands.start(words, where)
    before = lines(folder) if (folder / "runs" / ".journal").is_dir() else 0
    started = time.monotonic()
    while lines(folder) < before + max(batches, 1) and (batches or time.monotonic() <= started + delay):
        process.join(0.01)
        if process.exitcode is not None:
            return True
    process.join(delay if batches else 0.0)
    if process.exitcode is not None:
        return True
    process.kill()
    process.join()
    return False


def killed_often(words: list[str], cut: Path, where: dict[str, str], early: int = 0) -> int:
    """Kill the command up to twenty times, ``early`` of them before it has scored anything; returns how often."""
    chance = random.Random(7)
    kills = 0
    for i in range(KILLS):
        batches, delay = (0, chance.random() * 4) if i < early else (chance.randint(1, 3), chance.random() * 0.05)
        if run_until(words, cut, where, batches, delay):
            break
        kills += 1
        assert run_folder.sealed(cut / "runs") == []
    return kills


def same_in_the_end(words: list[str], whole: Path, cut: Path, where: dict[str, str], kills: int, scoring: int) -> None:
    """The killed run ends as the whole one, and scored at most one batch twice for each of ``scoring`` kills."""
    assert forked_commands.ended(forked_commands.start(words, where)) == 0
    (one,), (two,) = run_folder.sealed(whole / "runs"), run_folder.sealed(cut / "runs")
    assert rows(two, "results") == rows(one, "results")
    assert rows(two, "samples") == rows(one, "samples")
    manifest = run_folder.read_manifest(two)
    assert manifest["journal"]["starts"] >= scoring
    assert 0 <= manifest["journal"]["begun"] - manifest["journal"]["done"] <= kills
    assert manifest["journal"]["done"] == manifest["plan"]["batches"]
    assert manifest["perf"]["complete"] is False


@pytest.mark.slow
@pytest.mark.parametrize(("engine", "least"), [("hf", KILLS), ("packed", 5)])
def test_twenty_kills_change_nothing(tmp_path: Path, engine: str, least: int) -> None:
    """``hf`` has some 140 batches here and takes all twenty kills; ``packed`` has four and may end before."""
    words = command(places.reference_models() / "landscape-ref-m", engine, "calibration", 200)
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    assert forked_commands.ended(forked_commands.start(words, environment(whole))) == 0
    kills = killed_often(words, cut, environment(cut))
    assert kills >= least
    same_in_the_end(words, whole, cut, environment(cut), kills, kills)


@pytest.mark.slow
def test_twenty_kills_of_core_en_change_nothing(tmp_path: Path, shared: Path) -> None:
    """Real weights on core-en's tasks at limit 50; five of the kills fall while the run is still being prepared."""
    words = command(shared / "models" / "stories260K", "hf", part_of_core_en(tmp_path), 50)
    whole, cut, hub = tmp_path / "whole", tmp_path / "cut", shared / "hub"
    assert forked_commands.ended(forked_commands.start(words, environment(whole, hub))) == 0
    kills = killed_often(words, cut, environment(cut, hub), early=5)
    assert kills == KILLS
    same_in_the_end(words, whole, cut, environment(cut, hub), kills, KILLS - 5)
