"""Likeness of the shipped item outcomes against a study of the same matrices, from the packed files and from the sources' own.

The study's figures (2026-11) are its printed digits; its pairs stand beside the sources in the shared data.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from harness import places
from harness.analysis.likeness.accuracy_bands import at_like_accuracy
from harness.analysis.likeness.ceiling import OTHER_AGENT, same_model
from harness.analysis.likeness.dimensions import dimensions
from harness.analysis.likeness.groups import DIFFERENCE, group_likeness
from harness.analysis.likeness.homogeneity import OutcomeMatrix
from harness.analysis.likeness.pairs import Likeness, likeness
from harness.analysis.likeness.release_trend import release_trend

WEAK = ("Nemotron-3-Nano", "Qwen3-Coder-480B", "Trinity-Large-Thinking")
"""Models that the study left out of GAIA."""
STAGED = {
    "swe-bench": ("openhands-index", "pairs_swe-bench.csv"),
    "swt-bench": ("openhands-index", "pairs_swt-bench.csv"),
    "gaia": ("openhands-index", "pairs_gaia.csv"),
    "trick": ("trick-question-bench", "pairs.csv"),
    "bash": ("swe-bench-bash-only", "pairs.csv"),
}


def matrix(wide: pd.DataFrame) -> OutcomeMatrix:
    n = wide.shape[1]
    nothing = np.zeros(n, dtype=np.int16)
    names = tuple(str(name) for name in wide.index)
    return OutcomeMatrix(
        names, np.full(n, "t", object), wide.to_numpy(np.float32), None, nothing, nothing, np.arange(n)
    )


@cache
def packed(task: str, agent: str | None = None) -> tuple[pd.DataFrame, dict[str, str], dict[str, str]]:
    """Right and wrong answers (models × items) of the shipped runs without a verdict against them, vendors, release dates."""
    folder = places.asset("data/public_runs")
    rows = duckdb.sql(f"""
        SELECT r.model, r.vendor_id, r.model_id, o.doc_hash, o.value
        FROM '{folder}/public.outcome.parquet' AS o JOIN '{folder}/public.run.parquet' AS r USING (run_id)
        WHERE o.task = '{task}' AND o.metric IN ('acc', 'resolved') AND r.valid AND NOT r.partial
            AND ({agent is None} OR r.source->>'$.agent' = '{agent}')
    """).df()
    with (places.asset("data/catalog") / "models.csv").open(encoding="utf-8", newline="") as file:
        dates = {row["model_id"]: row["released"] for row in csv.DictReader(file) if row["released"]}
    one = rows.drop_duplicates("model").set_index("model")
    released = {name: dates[model] for name, model in one["model_id"].items() if model in dates}
    return rows.pivot(index="model", columns="doc_hash", values="value"), one["vendor_id"].to_dict(), released


def means(measured: Likeness, vendors: dict[str, str], measure: str = "kappa") -> tuple[float, float]:
    """Mean over pairs of different vendors, and of one."""
    table = group_likeness(measured, vendors, (0, 1), seed=1, draws=2)
    rows = table[(table["measure"] == measure) & (table["group_a"] == "all")].set_index("relation")["mean"]
    return float(rows["between"]), float(rows["within"])


def test_two_benchmarks_of_the_shipped_runs() -> None:
    swe, vendors, _ = packed("swe-bench-verified-openhands", "OpenHands")
    bash, makers, _ = packed("swe-bench-verified-mini-swe-agent")
    assert (swe.shape, bash.shape) == ((34, 500), (24, 500))
    first, second = likeness(matrix(swe), vendors, seed=1, draws=400), likeness(matrix(bash), makers, seed=1, draws=400)
    assert means(first, vendors) == pytest.approx((0.565, 0.605), abs=0.001)  # 9 cells have no verdict at the source
    assert means(second, makers) == pytest.approx((0.436, 0.490), abs=0.0005)
    assert means(first, vendors, "both_wrong")[0] == pytest.approx(2.7, abs=0.05)
    assert means(second, makers, "both_wrong")[0] == pytest.approx(1.7, abs=0.05)
    assert means(second, makers, "residual") == pytest.approx((-0.027, 0.014), abs=0.0005)
    table = group_likeness(second, makers, (0, 1), seed=1)
    gap = table[table["relation"] == DIFFERENCE].set_index("measure").loc["kappa"]
    assert (gap["low"], gap["high"]) == pytest.approx((0.038, 0.068), abs=0.004)
    at_like = at_like_accuracy(first.pairs, 0.7, 0.8).groupby("same_vendor")["kappa"]
    assert at_like.mean().tolist() == pytest.approx([0.653, 0.685], abs=0.001)
    whole = dimensions(bash.to_numpy(), seed=1, draws=20)
    assert (whole.first_share, whole.participation_ratio) == pytest.approx((0.51, 3.6), abs=0.005)


def test_newer_models_of_the_shipped_runs_are_not_more_alike() -> None:
    swe, vendors, released = packed("swe-bench-verified-openhands", "OpenHands")
    pairs = likeness(matrix(swe.drop("claude-fable-5")), vendors, seed=1, draws=2).pairs
    trend = release_trend(pairs, released).set_index("measure")
    assert trend.loc["kappa", "per_year"] == pytest.approx(-0.05, abs=0.01)
    assert trend.loc["kappa", "half_width"] == pytest.approx(0.10, abs=0.01)
    assert trend.loc["residual", "per_year"] == pytest.approx(-0.00, abs=0.006)


@pytest.mark.parametrize(
    ("board", "beside", "kappa"),
    # .555 on SWT-bench where items without a verdict are left out: here they count as wrong, as at the source
    [
        ("swe-bench-verified-openhands", "swe-bench-verified", 0.737),
        ("gaia", "gaia", 0.513),
        ("swt-bench", "swt-bench", 0.553),
    ],
)
def test_the_same_model_under_another_agent(board: str, beside: str, kappa: float) -> None:
    wide = {"OpenHands": packed(board, "OpenHands")[0]}
    wide |= {
        agent: packed(beside, agent)[0] for agent in ("acp-claude", "acp-codex", "acp-gemini", "openhands_subagents")
    }
    rows = pd.concat(
        [frame.rename(index=lambda name, agent=agent: f"{name} · {agent}") for agent, frame in wide.items()]
    )
    others = [name for name in rows.index if not name.endswith("· OpenHands")]
    own = [f"{name.split(' · ')[0]} · OpenHands" for name in others]
    wanted = pd.DataFrame({"kind": OTHER_AGENT, "a": own, "b": others})
    level = same_model(matrix(rows), others, wanted, seed=1, draws=20).levels.set_index("measure").loc["kappa"]
    assert (level["pairs"], round(level["mean"], 3)) == (9, kappa)
    assert level["low"] < kappa < level["high"]


@pytest.mark.slow
def test_the_other_shipped_benchmarks() -> None:
    swt, vendors, _ = packed("swt-bench", "OpenHands")
    assert swt.shape == (33, 433) and "Nemotron-3-Nano" not in swt.index
    measured = likeness(matrix(swt), vendors, seed=1, draws=2)
    assert means(measured, vendors) == pytest.approx((0.286, 0.359), abs=0.0005)  # .294 and .365 without 149 cells
    gaia, vendors, _ = packed("gaia", "OpenHands")
    assert gaia.shape == (31, 165)
    measured = likeness(matrix(gaia.drop(list(WEAK))), vendors, seed=1, draws=2)
    assert means(measured, vendors) == pytest.approx((0.3133, 0.4025), abs=0.0001)  # .3132 and .4013 without 7 cells
    trick, vendors, _ = packed("trick-question-bench")
    measured = likeness(matrix(trick.dropna(axis=1)), vendors, seed=1, draws=2)
    assert trick.dropna(axis=1).shape == (70, 79)
    assert means(measured, vendors) == pytest.approx((0.366, 0.476), abs=0.0005)


@cache
def staged(shared: Path, name: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The source's own answers (models × items), its pairs as the study has them, and what it says of models."""
    folder, file = STAGED[name]
    pairs = pd.read_csv(shared / "items" / folder / file)
    rows = pd.read_parquet(shared / "items" / folder / "outcomes.parquet")
    if folder == "openhands-index":
        rows = rows[(rows["agent"] == "OpenHands") & (rows["benchmark"] == name)]
    rows = rows[rows["model_raw"].isin(set(pairs["a"]) | set(pairs["b"]))]
    wide = rows.pivot_table(index="model_raw", columns="item_id", values="value", aggfunc="first").astype(float)
    return (
        wide.dropna(axis=1) if name == "trick" else wide,
        pairs,
        rows.drop_duplicates("model_raw").set_index("model_raw"),
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "kappa", "wrong", "gap", "q3_gap", "share", "ratio"),
    [
        ("swe-bench", (0.565, 0.605), 2.7, (0.026, 0.050), (0.059, 0.108), 0.61, 2.6),
        ("swt-bench", (0.294, 0.365), 1.7, (0.059, 0.085), (0.037, 0.066), 0.36, 6.9),
        ("gaia", (0.313, 0.401), 1.8, (0.056, 0.113), (0.051, 0.130), 0.38, 6.1),
        ("trick", (0.366, 0.476), 1.7, (0.078, 0.143), (0.062, 0.144), 0.44, 4.9),
        ("bash", (0.436, 0.490), 1.7, (0.038, 0.068), (0.022, 0.061), 0.51, 3.6),
    ],
)
def test_every_pair_of_the_study_comes_out(
    shared: Path, name: str, kappa: tuple[float, float], wrong: float, gap: tuple[float, float],
    q3_gap: tuple[float, float], share: float, ratio: float,
) -> None:  # fmt: skip
    wide, published, about = staged(shared, name)
    vendors = about["vendor"].to_dict()
    measured = likeness(matrix(wide), vendors, seed=1, draws=1000)
    both = measured.pairs.merge(published, on=["a", "b"], suffixes=("", "_study"))
    assert len(both) == len(published) == len(measured.pairs)
    for ours, theirs, off in (
        ("kappa", "kappa_study", 1e-9),
        ("both_wrong", "lift_wrong", 1e-9),
        ("residual", "q3", 1e-5),
    ):
        assert both[ours].to_numpy() == pytest.approx(both[theirs].to_numpy(), abs=off)
    assert both["same_vendor"].tolist() == both["same"].tolist()
    assert [round(value, 3) for value in means(measured, vendors)] == list(kappa)
    assert round(means(measured, vendors, "both_wrong")[0], 1) == wrong
    table = group_likeness(measured, vendors, (0, 1), seed=1)
    table = table[table["relation"] == DIFFERENCE].set_index("measure")
    for measure, ends in (
        ("kappa", gap),
        ("residual", q3_gap),
    ):  # ends of few samples: up to a fifth of the width off
        row = table.loc[measure]
        assert (row["low"], row["high"]) == pytest.approx(ends, abs=0.2 * (ends[1] - ends[0]) + 0.001)
    found = dimensions(wide.to_numpy(), seed=1, draws=20)
    assert (round(found.first_share, 2), round(found.participation_ratio, 1)) == (share, ratio)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "kappa", "q3"),
    [("swe-bench", (-0.05, 0.10), (-0.00, 0.07)), ("swt-bench", (-0.06, 0.12), (-0.01, 0.07)),
     ("gaia", (-0.15, 0.16), (0.00, 0.08)), ("bash", (-0.13, 0.07), (-0.08, 0.09))],
)  # fmt: skip
def test_the_trends_of_the_study_come_out(
    shared: Path, name: str, kappa: tuple[float, float], q3: tuple[float, float]
) -> None:
    wide, _, about = staged(shared, name)
    pairs = likeness(matrix(wide), about["vendor"].to_dict(), seed=1, draws=2).pairs
    pairs = pairs[(pairs["a"] != "claude-fable-5") & (pairs["b"] != "claude-fable-5")]
    trend = release_trend(pairs, about["released"].to_dict()).set_index("measure")
    for measure, (slope, half) in (("kappa", kappa), ("residual", q3)):
        row = trend.loc[measure]
        assert (round(row["per_year"], 2), round(row["half_width"], 2)) == (slope, half)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "above"), [("swe-bench", 11), ("swt-bench", 9), ("trick", 8)])
def test_dimensions_above_a_rasch_null_come_out_where_they_are_not_chance(shared: Path, name: str, above: int) -> None:
    assert dimensions(staged(shared, name)[0].to_numpy(), seed=2).above == above


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "task", "agent", "missing"),
    [("swe-bench", "swe-bench-verified-openhands", "OpenHands", 9), ("swt-bench", "swt-bench", "OpenHands", 149),
     ("gaia", "gaia", "OpenHands", 7), ("bash", "swe-bench-verified-mini-swe-agent", None, 0)],
)  # fmt: skip
def test_what_is_shipped_differs_from_the_source_in_missing_cells_alone(
    shared: Path, name: str, task: str, agent: str | None, missing: int
) -> None:
    wide, _, _ = staged(shared, name)
    here = packed(task, agent)[0].loc[wide.index]
    assert int(wide.isna().to_numpy().sum()) == missing
    filled = wide.fillna(0)
    assert (
        here.sum(axis=1).tolist() == filled.sum(axis=1).tolist()
    )  # items' names are hashed: the same as a multiset of columns
    assert sorted(map(tuple, here.to_numpy().T)) == sorted(map(tuple, filled.to_numpy().T))
