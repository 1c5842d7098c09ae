"""Published scores made ready for one scale: which counts, on which benchmark, for which product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

from harness.catalog.names import effort
from harness.catalog.schema import LANGUAGE_KINDS

MIN_BENCHMARKS, MIN_MODELS = 4, 5
UNITS = {"fraction": 1.0, "share": 1.0, "%": 0.01, "percent": 0.01}
SYSTEMS = frozenset(["fugu", "fugu-ultra"])
"""Products that answer by calling models of other makers (Sakana AI's announcement of Fugu, 2026-06-22): what they score is not one
model's."""
THROUGH_OTHERS = "answers through other makers' models"
FEW_BENCHMARKS = f"model with fewer than {MIN_BENCHMARKS} benchmarks"
FEW_MODELS = f"benchmark with fewer than {MIN_MODELS} models"
UNCONNECTED = "shares no model or benchmark with the others"
PRUNED = (FEW_BENCHMARKS, FEW_MODELS, UNCONNECTED)
"""Reasons why a score that one scale could hold is left out of this one."""
SETTLED = {
    "livebench": "livebench",
    "open-llm-leaderboard-v1": "open-llm-leaderboard-v1",
    "open-llm-leaderboard-v2": "open-llm-leaderboard-v2",
    "helm-classic": "helm",
    "helm-lite": "helm",
    "fiction-live": "fiction-live",
}
"""Boards whose tests are one battery, whatever they ask: the same prompts, harness and day."""
OF_DOMAIN = {"agents": "agents", "coding": "agents", "mathematics": "mathematics"}
CLASSICS = frozenset(
    ["ANLI", "ARC-Challenge", "ARC-Easy", "BBH", "BoolQ", "CommonsenseQA", "GSM8K", "HellaSwag", "LAMBADA", "MMLU",
     "OpenBookQA", "PIQA", "SuperGLUE", "TriviaQA", "WinoGrande"]
)  # fmt: skip
"""Tests that papers of 2020 to 2024 report together, for base models, with the paper's own prompts."""
COLUMNS = ["model_id", "benchmark_id", "benchmark", "family", "battery", "domain", "language", "set_up_by", "chance",
           "score", "reports"]  # fmt: skip


@dataclass(frozen=True)
class Reported:
    """Scores ready to fit, one row a product and benchmark (COLUMNS; ``score`` and ``chance`` 0–1), and the rows left out.

    ``left_out`` has ``model_id, benchmark_id, reason``.
    """

    scores: pd.DataFrame
    left_out: pd.DataFrame


def battery(set_up_by: str, domain: str, family: str) -> str:
    """The battery of a benchmark: tests that one model passes or fails together; empty where a test stands alone."""
    if set_up_by in SETTLED:
        return SETTLED[set_up_by]
    if set_up_by in ("vendor", "unstated") and family in CLASSICS:
        return "classics"
    return OF_DOMAIN.get(domain, "")


def prepare_reported(reported: pd.DataFrame) -> Reported:
    """Scores of the query ``reported`` that one scale can hold.

    A product's rows are folded together (``product_id``; ``model_id`` of the result is the product). Of one reporter the
    highest effort counts, and sources are averaged: the maximum would reward whoever is reported most. Composites, ratings,
    other units than shares, models that are no language models and SYSTEMS are left out. Then models with fewer than MIN_BENCHMARKS
    families of benchmarks, benchmarks with fewer than MIN_MODELS models, and what the largest connected part does not hold
    go, again and again until none is left.
    """
    rows = reported.assign(
        model_id=reported["product_id"].where(reported["product_id"].notna(), reported["model_id"]),
        score=reported["score"].astype(float) * reported["unit"].astype("string").str.lower().map(UNITS).astype(float),
    )
    faults = {
        THROUGH_OTHERS: rows["model_id"].isin(SYSTEMS),
        "no language model": rows["kind"].notna() & ~rows["kind"].isin(LANGUAGE_KINDS),
        "not of a test that one scale can hold": rows["role"].ne("scale"),
        "unit is no share of items": rows["score"].isna(),
        "score outside 0 to 1": ~rows["score"].between(0, 1),
    }
    chosen = np.select([fault.to_numpy(dtype=bool) for fault in faults.values()], list(faults), default="")
    reason = pd.Series(chosen, index=rows.index, dtype=object)
    left = [rows.assign(reason=reason)[reason.ne("")]]
    usable = rows[reason.eq("")]
    usable = _one_each(highest(usable))
    usable, few = _prune(usable)
    out = pd.concat([*left, *few], ignore_index=True)[["model_id", "benchmark_id", "reason"]]
    return Reported(usable.reset_index(drop=True), out)


def highest(rows: pd.DataFrame) -> pd.DataFrame:
    """Of each reporter, product and benchmark, the rows of the highest effort, whichever of the reporter's sources has it."""
    height = rows["effort"].fillna(effort.DEFAULT).map(effort.rank)
    keys = ["model_id", "benchmark_id", "reported_by"]
    return rows[height == height.groupby([rows[k] for k in keys], dropna=False).transform("max")]


def _one_each(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a product and benchmark: the mean over sources of the mean within each."""
    if rows.empty:
        return pd.DataFrame({column: pd.Series(dtype=object) for column in COLUMNS})
    ids = ["model_id", "benchmark_id"]
    by_source = rows.groupby([*ids, "source_id"], as_index=False, dropna=False).agg(score=("score", "mean"))
    one = by_source.groupby(ids, as_index=False).agg(score=("score", "mean"), reports=("score", "size"))
    tests = rows.drop_duplicates("benchmark_id")
    tests = tests.assign(
        family=tests["family"].where(tests["family"].notna(), tests["benchmark_id"]),
        chance=tests["chance"].astype(float).fillna(0.0),
    )
    keys = ["set_up_by", "domain", "family"]
    tests["battery"] = [battery(*map(str, row)) for row in tests[keys].itertuples(index=False)]
    return one.merge(tests[[c for c in COLUMNS if c not in one or c == "benchmark_id"]], on="benchmark_id")[COLUMNS]


def _prune(scores: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    left = []
    while len(scores):
        few = scores.groupby("model_id")["family"].transform("nunique") < MIN_BENCHMARKS
        small = scores.groupby("benchmark_id")["model_id"].transform("size") < MIN_MODELS
        apart = ~largest_part(scores)
        if not (few | small | apart).any():
            break
        left.append(scores[few].assign(reason=FEW_BENCHMARKS))
        left.append(scores[small & ~few].assign(reason=FEW_MODELS))
        left.append(scores[apart & ~few & ~small].assign(reason=UNCONNECTED))
        scores = scores[~(few | small | apart)]
    return scores, left


def largest_part(scores: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Mask of the scores in the largest part that shared models and benchmarks connect."""
    model, models = pd.factorize(scores["model_id"])
    benchmark, benchmarks = pd.factorize(scores["benchmark_id"])
    size = len(models) + len(benchmarks)
    graph = sparse.coo_array((np.ones(len(scores)), (model, len(models) + benchmark)), shape=(size, size))
    part = csgraph.connected_components(graph.tocsr(), directed=False)[1][model]
    return np.asarray(part == np.bincount(part).argmax(), dtype=np.bool_)
