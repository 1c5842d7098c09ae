"""Public sources as their repositories have them: the same values, model by model and item by item, as in tables made of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from harness.interchange import detect, formats
from harness.interchange.foreign.names_and_dates import item_hash
from harness.interchange.imported_run import ImportedRun, Refused
from harness.interchange.importing import import_path
from harness.interchange.readers.items.item_mapping import ORIGINAL, read_item_mapping
from tests.interchange import builders as b
from tests.interchange.conftest import codes, rows

Values = dict[str, dict[str, float]]
"""The mean value of each item, by its hash, of each model (and benchmark, and agent)."""


def read(path: Path, name: str) -> list[ImportedRun]:
    """The runs of a source by its shipped mapping; nothing of it may be refused."""
    runs: list[ImportedRun] = []
    for unit in detect.find(path, mapping=ORIGINAL / f"{name}.yaml"):
        assert not isinstance(unit, Refused)
        for entry in formats.reader(unit)(unit):
            assert isinstance(entry, ImportedRun), entry
            runs.append(entry)
    return runs


def values(runs: list[ImportedRun], metric: str) -> Values:
    """The values that the runs hold, by benchmark (as the source names it), agent and model."""
    found: Values = {}
    for run in runs:
        source, agent = run.manifest["source"], run.manifest["source"]["agent"] or ""
        table = run.samples
        cells = zip(*(table[c].to_pylist() for c in ("metric", "doc_hash", "value")), strict=True)
        key = f"{source['matrix']['benchmark']} {agent} {run.manifest['model']['id']}"
        found[key] = {item: value for name, item, value in cells if name == metric}
    return found


def staged(path: Path, key: Callable[[dict[str, Any]], str | None], *, missing_is_wrong: bool = False) -> Values:
    """The same of a staged table, whose rows ``key`` names (none: not of these runs)."""
    tries: dict[str, dict[str, list[float | None]]] = defaultdict(lambda: defaultdict(list))
    benchmarks: dict[str, set[str]] = defaultdict(set)
    for row in pq.read_table(path / "outcomes.parquet").to_pylist():
        if (name := key(row)) is not None:
            tries[name][row["item_id"]].append(row["value"])
            benchmarks[name.split()[0]].add(row["item_id"])
    found: Values = {}
    for name, by_item in tries.items():
        found[name] = {}
        for item in benchmarks[name.split()[0]]:
            known = [v for v in by_item.get(item, []) if v is not None]
            if known or missing_is_wrong:
                found[name][item_hash("item", item)] = sum(known) / len(known) if known else 0.0
    return found


def assert_same(found: Values, expected: Values) -> None:
    assert set(found) == set(expected)
    for key, items in expected.items():
        assert found[key] == pytest.approx(items), key


@pytest.mark.slow  # 34 models on five benchmarks, 360 files
def test_openhands_index(shared: Path) -> None:
    path = shared / "items/openhands-index"
    left_out = set(read_item_mapping(ORIGINAL / "openhands-index.yaml").leave_out["item_id"])
    for name, own in (("openhands-index", True), ("openhands-index-agents", False)):
        runs = read(path, name)
        expected = staged(
            path,
            lambda row, own=own: (
                f"{row['benchmark']} {row['agent']} {row['model_raw']}"
                if (row["agent"] == "OpenHands") == own and row["item_id"] not in left_out
                else None
            ),
            missing_is_wrong=True,
        )
        assert_same(values(runs, "resolved"), expected)
        assert len(runs) == (170 if own else 45)
    costs = {
        (row["benchmark"], row["model_raw"], row["item_id"]): row["cost_usd"]
        for row in pq.read_table(path / "outcomes.parquet").to_pylist()
        if row["agent"] == "OpenHands" and row["cost_usd"] is not None
    }
    run = next(
        r for r in read(path / "results/GPT-5.5", "openhands-index") if r.manifest["source"]["benchmark"] == "gaia"
    )
    mean = [cost for (benchmark, model, _), cost in costs.items() if (benchmark, model) == ("gaia", "GPT-5.5")]
    assert rows(run)["gaia", "cost_usd", "none"]["score"] == pytest.approx(sum(mean) / len(mean))


def test_bash_only_board(shared: Path) -> None:
    path = shared / "items/swe-bench-bash-only"
    runs = read(path / "leaderboards.json", "swe-bench-bash-only")
    expected = staged(
        path,
        lambda row: (
            f"swe-bench-verified-mini-swe-agent mini-SWE-agent {row['model_raw']}" if row["consistent"] else None
        ),
    )
    assert_same(values(runs, "resolved"), expected)
    opus = next(r for r in runs if r.manifest["model"]["id"] == "Claude 4.5 Opus medium (20251101)")
    assert opus.manifest["started"] == "2025-11-24T00:00:00Z" and opus.manifest["engine"]["version"] == "1.16.0"
    assert opus.manifest["model"]["model_id"] == "claude-opus-4-5"
    assert rows(opus)["swe-bench-verified-mini-swe-agent", "cost_usd", "none"]["score"] == pytest.approx(0.721244997)


def test_weirdml(shared: Path) -> None:
    path = shared / "items/weirdml"
    runs = read(path, "weirdml")
    assert_same(values(runs, "item_score"), staged(path, lambda row: f"weirdml  {row['model_raw']}"))
    assert len(runs) == 87 and any("tries" in codes(run) for run in runs)


@pytest.mark.parametrize(
    ("name", "benchmarks"),
    [
        ("bridge", {"gdpval": "gdpval", "swe-bench": "swebench"}),
        ("bridge-mle-bench", {f"mle-bench:{t}": t for t in ("any_medal", "above_median", "valid_submission")}),
        ("bridge-cybench", {"cybench": "cybench-bridge"}),
        ("bridge-metr", {"metr-th1": "metr-th1"}),
    ],
)
def test_bridge(shared: Path, name: str, benchmarks: dict[str, str]) -> None:
    path = shared / "items/bridge"

    def key(row: dict[str, Any]) -> str | None:
        model = row["model_raw"].rpartition("/")[2]
        return f"{benchmarks[row['benchmark']]}  {model}" if row["benchmark"] in benchmarks else None

    runs = read(path, name)
    found = {
        name.replace("Qwen/", "").replace("openai/", "").replace("MiniMaxAI/", ""): v
        for name, v in values(runs, "resolved").items()
    }
    assert_same(found, staged(path, key))
    if name == "bridge":
        run = next(r for r in runs if r.manifest["model"]["id"] == "gemini-2.5-flash")
        assert rows(run)["gdpval-bridge", "input_tokens", "none"]["n"] == 220


@pytest.mark.parametrize(
    ("name", "benchmark", "pattern"),
    [
        ("terminal-bench", "terminal-bench-2.0", r"terminus_2_(.+)"),
        ("terminal-bench-trials", "terminal-bench-2.0-trials", r"terminus-2_(?:.*/)?(.+)_at_.+"),
        ("gso", "gso", r"(.+)"),
        ("swe-bench-pro-paper", "swe-bench-pro", r"(.+) - paper"),
        ("swe-bench-pro-2025-10", "swe-bench-pro", r"(.+?) --? 10(?:13|22)2025"),
    ],
)
def test_agent_psychometrics(shared: Path, name: str, benchmark: str, pattern: str) -> None:
    path = shared / "items/agent-psychometrics"
    spec = read_item_mapping(ORIGINAL / f"{name}.yaml")
    agent = spec.constants.get("agent", "")

    def key(row: dict[str, Any]) -> str | None:
        system = re.fullmatch(pattern, row["subject_id"] or "")
        return (
            f"{spec.constants['benchmark']} {agent} {system[1]}" if row["benchmark"] == benchmark and system else None
        )

    runs = read(path, name)
    found = {re.sub(r" \S+/", " ", name): v for name, v in values(runs, spec.metric).items()}
    assert_same(found, staged(path, key))
    assert len(runs) == {"terminal-bench": 32, "terminal-bench-trials": 23, "gso": 15}.get(name, len(runs)) > 4


def test_trick_questions_of_a_folder_for_each_vendor(tmp_path: Path) -> None:
    def answer(question: str, model: str, passed: bool, **more: Any) -> dict[str, Any]:
        own = {"questionId": question, "modelId": model, "modelName": model, "passed": passed, "judgment": "PASS - so"}
        return {**own, "timestamp": "2026-03-04T20:36:25.083Z", "needsHumanReview": False, **more}

    usage = {"usage": {"promptTokens": 212, "completionTokens": 465}, "costUsd": 0.0009, "latencyMs": 26912}
    high = "openai/gpt-5.2 (high reasoning)"
    b.write(tmp_path / "in/output/README.md", "Outputs.")
    b.write(
        tmp_path / "in/output/openai/gpt-5.2 (high reasoning).json",
        [answer("a", high, True, **usage), answer("b", high, False)],
    )
    b.write(tmp_path / "in/output/aion-labs/aion-2.0.json", [answer("a", "aion-labs/aion-2.0", False)])
    runs = {r.manifest["model"]["id"]: r for r in read(tmp_path / "in", "trick-question-bench")}
    assert set(runs) == {high, "aion-labs/aion-2.0"} and runs[high].manifest["source"]["effort"] == "high"
    scores = {metric: row["score"] for (_, metric, _), row in rows(runs[high]).items()}
    expected = {"acc": 0.5, "cost_usd": 0.0009, "input_tokens": 212, "output_tokens": 465, "seconds": 26.912}
    assert scores == pytest.approx(expected)


def test_livecodebench_performances(tmp_path: Path) -> None:
    def row(item: str, model: str, value: float) -> dict[str, Any]:
        own = {"question_id": item, "model": model, "date": 1692662400000, "difficulty": "easy"}
        return {**own, "pass@1": value, "platform": "codeforces"}

    performances = [
        row("1873_A", "DSCoder-33b-Ins", 0.0),
        row("1873_B", "DSCoder-33b-Ins", 10.0),
        row("1873_A", "x", 100.0),
    ]
    document = {"performances": performances, "models": [{"model_name": "x"}], "date_marks": [1692662400000]}
    path = b.write(tmp_path / "src/mocks/performances_generation.json", document)
    runs = {r.manifest["model"]["id"]: r for r in read(path, "livecodebench")}
    assert {m: rows(r)["livecodebench", "item_score", "none"]["score"] for m, r in runs.items()} == {
        "DSCoder-33b-Ins": pytest.approx(0.05),
        "x": 1.0,
    }


def test_every_shipped_mapping_of_a_public_source_can_be_used_and_is_taken_by_its_name(tmp_path: Path) -> None:
    names = [path.stem for path in sorted(ORIGINAL.glob("*.yaml"))]
    assert len(names) >= 12
    for name in names:
        spec = read_item_mapping(ORIGINAL / f"{name}.yaml")
        assert spec.any_edition and spec.layout.files and spec.constants["source"]
    document = {"performances": [{"question_id": "a", "model": "m", "pass@1": 50}]}
    path = b.write(tmp_path / "performances_generation.json", document)
    report = import_path(path, runs_dir=tmp_path / "runs", mapping=Path("livecodebench"))
    assert len(report.imported) == 1 and not report.refused
