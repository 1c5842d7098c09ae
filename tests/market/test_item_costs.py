"""What items took: two runs worked out by hand, and the shipped matrices against what their sources state."""

from __future__ import annotations

import math
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from harness import places
from harness.analysis.cost.solved import solved_cost
from harness.errors import MissingData
from harness.interchange.importing import import_path
from harness.market.prices.item_costs import compare_costs, item_costs
from harness.store.reader import Reader
from harness.store.rebuild import rebuild
from tests.store.conftest import make_catalog

MAPPING = """
columns: {model: m, item: i, value: v, cost_usd: c, output_tokens: t}
constants: {benchmark: toy, source: Toy, agent: Hands, date: 2026-01-02, licence: MIT}
metric: resolved
verdicts: [{model: judged, benchmark: toy, code: agent-breakdown, message: The agent broke down.}]
"""
ROWS = """m,i,v,c,t
acme/one (high reasoning),a,1,1,10
acme/one (high reasoning),b,0,3,30
acme/one (high reasoning),c,1,2,20
acme/two,a,1,0.5,
acme/two,b,1,0.5,
acme/two,c,0,,
judged,a,1,1,1
judged,b,1,1,1
judged,c,1,1,1
acme/tokens,a,1,,7
acme/tokens,b,0,,9
acme/tokens,c,0,,11
"""


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    for name, text in (("m.csv", ROWS), ("map.yaml", MAPPING)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    import_path(tmp_path / "m.csv", runs_dir=tmp_path / "runs", mapping=tmp_path / "map.yaml")
    (tmp_path / "public").mkdir()
    rebuild(tmp_path / "db.duckdb", make_catalog(tmp_path / "catalog"), tmp_path / "public", tmp_path / "runs")
    return Reader(tmp_path / "db.duckdb")


def test_costs_of_runs_by_hand(reader: Reader) -> None:
    costs = item_costs(reader, solved=100)
    assert list(costs["model"]) == ["acme/two", "acme/one (high reasoning)", "acme/tokens"]  # without the judged run
    two, one, tokens = costs.to_dict("records")
    assert (one["per_solved"], one["mean_cost"], one["output_tokens"], one["effort"]) == (3.0, 2.0, 20.0, "high")
    assert (one["total"], one["agent"], str(one["as_of"])[:10]) == (300.0, "Hands", "2026-01-02")
    assert (two["per_solved"], two["share"], two["with_cost"]) == (0.5, 2 / 3, 2 / 3)
    assert math.isnan(two["output_tokens"]) and math.isnan(tokens["per_solved"]) and tokens["output_tokens"] == 9


def test_two_models_are_compared_on_the_items_that_both_have(reader: Reader) -> None:
    costs = item_costs(reader).set_index("model")["run_id"]
    one, two = costs["acme/one (high reasoning)"], costs["acme/two"]
    shared = compare_costs(reader, one, two, "toy")
    assert (shared.items, shared.ratio, shared.difference) == (2, 8.0, 3.5)
    with pytest.raises(MissingData, match="share no item"):
        compare_costs(reader, one, costs["acme/tokens"], "toy")


@pytest.fixture(scope="module")
def shipped() -> pd.DataFrame:
    """Sums over the items of the shipped runs, from the packed files themselves: ``model, benchmark, agent`` and tokens."""
    folder = places.asset("data/public_runs")
    return duckdb.sql(f"""
        WITH o AS (
            SELECT run_id, task, item,
                max(value) FILTER (metric IN ('acc', 'resolved')) AS s, max(value) FILTER (metric = 'cost_usd') AS c,
                max(value) FILTER (metric = 'output_tokens') AS t
            FROM '{folder}/public.outcome.parquet' GROUP BY ALL
        )
        SELECT r.model, o.task AS benchmark, r.source->>'$.agent' AS agent, count(s) AS items, sum(s) AS solved,
            bool_and(s IN (0, 1)) AS right_or_wrong, count(c) AS costed, sum(s) FILTER (c IS NOT NULL) AS costed_solved,
            sum(s * s) FILTER (c IS NOT NULL) AS solved_squared, sum(c) AS cost, sum(c * c) AS cost_squared,
            sum(c * s) AS cost_solved, avg(t) AS output_tokens
        FROM o JOIN '{folder}/public.run.parquet' AS r USING (run_id)
        WHERE r.suite = 'items' AND r.valid GROUP BY ALL
    """).df()


def test_the_openhands_index_costs_what_it_publishes(shipped: pd.DataFrame) -> None:
    """USD per item and per cent solved of results/*/scores.json (2026-06-30)."""
    costs = solved_cost(shipped[shipped["agent"] == "OpenHands"]).set_index(["model", "benchmark"])
    published = {
        ("GPT-5.5", "swe-bench-verified-openhands"): (1.52, 78.2),
        ("claude-opus-4-6", "swe-bench-verified-openhands"): (0.77, 76.8),
        ("DeepSeek-V4-Pro", "swe-bench-verified-openhands"): (0.0395, 73.2),
        ("GPT-5.5", "commit0"): (5.56, 43.8),
        ("claude-opus-4-6", "swt-bench"): (0.43, 78.8),
    }
    for key, (usd, score) in published.items():
        assert costs.loc[key, "mean_cost"] == pytest.approx(usd, rel=0.01)
        assert 100 * costs.loc[key, "share"] == pytest.approx(score, abs=0.06)
    swe = costs.xs("swe-bench-verified-openhands", level="benchmark")
    assert len(swe) == 34 and swe["failed_to_solved"].median() == pytest.approx(1.4, abs=0.05)
    assert ("claude-sonnet-4-6", "gaia") not in costs.index  # a breakdown of the agent


def test_thinking_costs_twenty_times_as_much(shipped: pd.DataFrame) -> None:
    costs = solved_cost(shipped[shipped["benchmark"] == "trick-question-bench"]).set_index("model")
    plain, thinking = costs.loc["openai/gpt-5.4"], costs.loc["openai/gpt-5.4 (xhigh reasoning)"]
    assert (int(plain["output_tokens"]), round(plain["mean_cost"], 4)) == (113, 0.0018)
    assert (int(thinking["output_tokens"]), round(thinking["mean_cost"], 3)) == (2332, 0.035)
    assert thinking["mean_cost"] / plain["mean_cost"] == pytest.approx(19.1, abs=0.1)
