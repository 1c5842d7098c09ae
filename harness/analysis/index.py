"""The capability index: one number per run from many tasks, with its error and the influence of each task.

The index is the mean over kinds of the mean over a kind's tasks of the normalised score; a group of tasks counts
as one task, its subtasks weighted by their items. All anchors come from the suite, so a new model never moves
another's index. Only complete, valid runs have one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from harness.analysis.statistics.paired import holm
from harness.analysis.statistics.uncertainty import CONFIDENCE, Floats, normal_quantile

OVERALL = "overall"
SCORE_COLUMNS = ["run_id", "model", "suite", "suite_version", "kind", "task", "score", "stderr", "n", "clipped"]
INDEX_COLUMNS = ["run_id", "model", "kind", "score", "stderr", "low", "high", "tasks"]
DIFFERENCE_COLUMNS = ["kind", "model_a", "model_b", "difference", "stderr", "low", "high", "p_value", "p_adjusted"]
_LEAF = ["suite", "suite_version", "task"]


def normalise(score: npt.ArrayLike, chance: npt.ArrayLike, best: npt.ArrayLike) -> Floats:
    """(score − chance) / (best − chance), not clipped; for bits per byte ``chance`` is H₀ and ``best`` 0.

    NaN where an anchor is unknown or both are equal. Source: design of the suite (chance correction as in
    Cohen 1960 and the Open LLM Leaderboard v2).
    """
    x, low, high = (np.asarray(v, dtype=float) for v in (score, chance, best))
    span = np.where(high == low, np.nan, high - low)
    return np.asarray((x - low) / span)


def _anchors(task: pd.DataFrame) -> pd.DataFrame:
    """Tasks with both anchors as columns ``chance, best``: a perplexity task's are H₀ and 0.

    A task of unknown direction has none, and so no place on the index.
    """
    directed = task["higher_is_better"].notna()
    h0 = task["h0"].astype(float)
    loss = (task["kind"] == "perplexity") & h0.notna()
    chance = task["chance"].astype(float).where(~loss, h0)
    best = task["best"].astype(float).where(~loss, 0.0)
    counted = task["task_group"].where(task["task_group"].notna() & (task["task_group"] != ""), task["task"])
    return task.assign(chance=chance.where(directed), best=best.where(directed), counted=counted)


def task_scores(result: pd.DataFrame, task: pd.DataFrame, run: pd.DataFrame) -> pd.DataFrame:
    """Normalised headline score of every counted task of every valid, complete run.

    Frames of the tables ``result``, ``task`` and ``run``; columns SCORE_COLUMNS, ``score`` and ``stderr`` on the
    scale 0–1 (``score`` clipped, ``clipped`` says where). A counted task of which a run lacks any subtask is
    absent. Partial or invalid runs are left out.
    """
    good = run[~run["partial"].astype(bool) & run["valid"].astype(bool)]
    tasks = _anchors(task)
    rows = good[["run_id", "model", "suite", "suite_version"]].merge(
        tasks[[*_LEAF, "kind", "headline_metric", "headline_filter", "chance", "best", "counted"]],
        on=["suite", "suite_version"],
    )
    scores = result[["run_id", "task", "metric", "filter", "score", "stderr", "n"]]
    rows = rows.merge(
        scores,
        left_on=["run_id", "task", "headline_metric", "headline_filter"],
        right_on=["run_id", "task", "metric", "filter"],
        how="left",
    )
    if rows.empty:
        return pd.DataFrame({c: pd.Series(dtype=object) for c in SCORE_COLUMNS})
    value = normalise(rows["score"], rows["chance"], rows["best"])
    span = (rows["best"] - rows["chance"]).abs().to_numpy(dtype=float)
    weight = rows["n"].astype(float).fillna(0.0)
    rows = rows.assign(
        weight=weight,
        part=weight * value,
        variance=(weight * rows["stderr"].astype(float) / np.where(span == 0, np.nan, span)) ** 2,
        missing=np.isnan(value),
    )
    keys = ["run_id", "model", "suite", "suite_version", "kind", "counted"]
    sums = rows.groupby(keys, sort=True).agg(
        weight=("weight", "sum"),
        part=("part", "sum"),
        variance=("variance", lambda v: v.sum(skipna=False)),
        missing=("missing", "any"),
    )
    sums = sums[~sums["missing"] & (sums["weight"] > 0)].reset_index()
    raw = sums["part"] / sums["weight"]
    return sums.assign(
        task=sums["counted"],
        score=raw.clip(0.0, 1.0),
        stderr=np.sqrt(sums["variance"].astype(float)) / sums["weight"],
        n=sums["weight"],
        clipped=(raw < 0) | (raw > 1),
    )[SCORE_COLUMNS]


def index_weights(task: pd.DataFrame) -> pd.DataFrame:
    """Weight of each counted task in each index: ``suite, suite_version, kind, task, of, weight``.

    ``of`` is ``overall`` or the kind; the weights of one index sum to 1.
    """
    counted = _anchors(task)[["suite", "suite_version", "kind", "counted"]].drop_duplicates()
    suite = ["suite", "suite_version"]
    per_kind = counted.groupby([*suite, "kind"])["counted"].transform("size")
    kinds = counted.groupby(suite)["kind"].transform("nunique")
    within = counted.assign(of=counted["kind"], weight=1.0 / per_kind)
    overall = counted.assign(of=OVERALL, weight=1.0 / (per_kind * kinds))
    return pd.concat([overall, within], ignore_index=True).rename(columns={"counted": "task"})


def capability_index(scores: pd.DataFrame, task: pd.DataFrame, *, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Index of each run from ``task_scores``: overall and per kind, columns INDEX_COLUMNS, scale 0–1.

    The error is propagated over tasks as independent: Var = Σ w² se². A run that lacks a task of the suite has
    no overall index, and none for that kind. Source: design of the suite; propagation as in Miller (2024), sec. 3.
    """
    weights = index_weights(task)
    keys = ["suite", "suite_version", "kind", "task"]
    runs = scores[["run_id", "model", "suite", "suite_version"]].drop_duplicates()
    rows = runs.merge(weights, on=["suite", "suite_version"]).merge(
        scores[["run_id", *keys, "score", "stderr"]], on=["run_id", *keys], how="left"
    )
    if rows.empty:
        return pd.DataFrame({c: pd.Series(dtype=object) for c in INDEX_COLUMNS})
    rows = rows.assign(part=rows["weight"] * rows["score"], variance=(rows["weight"] * rows["stderr"]) ** 2)
    sums = rows.groupby(["run_id", "model", "of"], sort=True).agg(
        score=("part", lambda v: v.sum(skipna=False)),
        variance=("variance", lambda v: v.sum(skipna=False)),
        tasks=("task", "size"),
    )
    sums = sums.dropna(subset=["score"]).reset_index().rename(columns={"of": "kind"})
    stderr = np.sqrt(sums["variance"].astype(float))
    half = normal_quantile(confidence) * stderr
    return sums.assign(
        stderr=stderr, low=(sums["score"] - half).clip(lower=0.0), high=(sums["score"] + half).clip(upper=1.0)
    )[INDEX_COLUMNS]


def index_differences(paired: pd.DataFrame, task: pd.DataFrame, *, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Paired differences of the index from ``paired_differences``, overall and per kind, columns DIFFERENCE_COLUMNS.

    Each task's paired difference is divided by its span (best − chance); the error is propagated over tasks. Only
    the headline metric of ``task`` (one suite) counts, and only pairs that share every task. The differences are
    of unclipped scores. Holm's correction runs over all pairs of one kind.
    """
    tasks = _anchors(task)
    rows = paired.merge(
        tasks,
        left_on=["task", "metric", "filter"],
        right_on=["task", "headline_metric", "headline_filter"],
    )
    rows = rows[(rows["best"] - rows["chance"]).notna()]  # a task without anchors has no place on the index
    if rows.empty:
        return pd.DataFrame({c: pd.Series(dtype=object) for c in DIFFERENCE_COLUMNS})
    span = (rows["best"] - rows["chance"]).to_numpy(dtype=float)
    items = rows["n"].astype(float)
    keys = ["model_a", "model_b", "kind", "counted"]
    rows = rows.assign(
        items=items, part=items * rows["difference"] / span, variance=(items * rows["stderr"] / span) ** 2
    )
    merged = rows.groupby(keys).agg(
        items=("items", "sum"),
        part=("part", "sum"),
        variance=("variance", lambda v: v.sum(skipna=False)),
        leaves=("task", "nunique"),
    )
    full = tasks.groupby(["kind", "counted"])["task"].nunique().rename("leaves_of_suite")
    merged = merged.reset_index().merge(full.reset_index(), on=["kind", "counted"])
    merged = merged[merged["leaves"] == merged["leaves_of_suite"]]
    weights = index_weights(task).rename(columns={"task": "counted"})
    rows = merged.merge(weights[["kind", "counted", "of", "weight"]], on=["kind", "counted"])
    rows = rows.assign(
        part=rows["weight"] * rows["part"] / rows["items"],
        variance=rows["weight"] ** 2 * rows["variance"] / rows["items"] ** 2,
    )
    sums = rows.groupby(["of", "model_a", "model_b"], sort=True).agg(
        difference=("part", "sum"), variance=("variance", lambda v: v.sum(skipna=False)), share=("weight", "sum")
    )
    sums = sums[sums["share"] > 1 - 1e-9].reset_index().rename(columns={"of": "kind"})
    return _tested(sums.assign(stderr=np.sqrt(sums["variance"].astype(float))), confidence)


def _tested(sums: pd.DataFrame, confidence: float) -> pd.DataFrame:
    difference, stderr = sums["difference"].to_numpy(dtype=float), sums["stderr"].to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.where(stderr > 0, 2 * special.ndtr(-np.abs(difference) / stderr), np.where(difference == 0, 1.0, 0.0))
    p = np.where(np.isnan(stderr), np.nan, p)
    half = normal_quantile(confidence) * stderr
    out = sums.assign(low=difference - half, high=difference + half, p_value=p, p_adjusted=np.nan)
    for kind in out["kind"].unique():
        rows = out["kind"] == kind
        out.loc[rows, "p_adjusted"] = holm(out.loc[rows, "p_value"])
    return out[DIFFERENCE_COLUMNS]


def _table(scores: pd.DataFrame) -> pd.DataFrame:
    """Models × counted tasks, only models that have all tasks."""
    return scores.pivot_table(index="model", columns=["kind", "task"], values="score", aggfunc="mean").dropna()


def _columns(table: pd.DataFrame) -> list[tuple[str, str]]:
    return [(str(column[0]), str(column[1])) for column in table.columns]


def _equal_weights(table: pd.DataFrame) -> Floats:
    kinds = pd.Series(table.columns.get_level_values("kind"))
    return np.asarray(1.0 / (kinds.map(kinds.value_counts()) * kinds.nunique()), dtype=float)


def task_influence(scores: pd.DataFrame) -> pd.DataFrame:
    """Influence of each task on the order of models: ``task, kind, spread, correlation, kendall_tau``, most influential first.

    ``spread`` is the standard deviation over models of the task's contribution to the index, ``correlation`` that
    of the task with the index, ``kendall_tau`` the agreement (tau-b) of the order without the task with the order
    with it. NaN where models do not differ. Source: Kendall (1945); OECD/JRC (2008), step 8.
    """
    from scipy.stats import kendalltau

    table = _table(scores)
    columns = ["task", "kind", "spread", "correlation", "kendall_tau"]
    if len(table) < 2:
        return pd.DataFrame({c: pd.Series(dtype=object) for c in columns})
    values, weights = table.to_numpy(dtype=float), _equal_weights(table)
    index = values @ weights
    rows = []
    for i, (kind, name) in enumerate(_columns(table)):
        rest = table.drop(columns=[(kind, name)])
        tau = kendalltau(index, rest.to_numpy() @ _equal_weights(rest)).statistic if rest.shape[1] else np.nan
        varies = np.ptp(values[:, i]) > 0 and np.ptp(index) > 0
        correlation = np.corrcoef(values[:, i], index)[0, 1] if varies else np.nan
        rows.append((name, kind, float(np.std(values[:, i] * weights[i], ddof=1)), correlation, tau))
    out = pd.DataFrame(rows, columns=columns)
    return out.sort_values(["spread", "task"], ascending=[False, True], ignore_index=True)
