"""Leading runs and their boards: names, headline results, the capability index and ranks.

What is shared by the pages and the report. A frame ``runs`` holds rows of ``leading_runs``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis import index as analysis
from harness.analysis.statistics.ranking import ranking
from harness.analysis.statistics.uncertainty import with_intervals

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries

MOST_RANKED = 300
"""Rank intervals compare every pair; of more models than this only the best are ranked."""
RUN_COLUMNS = ["run_id", "model_id", "vendor_en", "vendor_zh", "segment", "country", "params_b", "open_weights", "licence",
               "released", "vendor_id", "dtype", "engine", "sealed", "source"]  # fmt: skip


def leading_runs(queries: Queries) -> pd.DataFrame:
    """The newest valid, complete run of every model revision, suite, dtype and origin, by suite and model.

    Columns of the query ``leading_runs``; ``kind_of_origin``: ``origin``, or ``reference`` where the model is one of
    calibration; ``label``: the model's name, with dtype, revision and chat template where one board has several runs of it.
    """
    runs = queries.frame("leading_runs")
    runs = runs.assign(kind_of_origin=runs["origin"].where(runs["segment"] != "reference", "reference"))
    several = runs.duplicated(["suite", "suite_version", "kind_of_origin", "model"], keep=False)
    detail = runs["dtype"].fillna("").astype(str) + " " + runs["revision"].fillna("").astype(str).str[:7]
    chat = runs["chat_template"].map({True: " chat template"}).fillna("")
    detail, name = (detail.str.strip() + chat).str.strip(), runs["model"].astype(str)
    return runs.assign(label=name.where(~several | (detail == ""), name + " · " + detail))


def of_board(runs: pd.DataFrame, suite: str, version: str, origin: str) -> pd.DataFrame:
    """Those of one suite, version (empty where there is none) and ``kind_of_origin``."""
    same = (runs["suite"] == suite) & (runs["suite_version"].fillna("") == version)
    return runs[same & (runs["kind_of_origin"] == origin)]


def headline_results(queries: Queries, runs: pd.DataFrame) -> pd.DataFrame:
    """Headline score of each task of ``runs`` in the metric's unit, with ``low, high`` (95%) and the label as ``model``."""
    rows = queries.frame("headline_results", run_ids=_ids(runs))
    return with_intervals(rows.assign(model=rows["run_id"].map(dict(zip(runs["run_id"], runs["label"], strict=True)))))


def tasks(queries: Queries, runs: pd.DataFrame) -> pd.DataFrame:
    """Tasks of the suites of ``runs``, with their anchors."""
    return queries.frame("tasks", run_ids=_ids(runs))


def task_scores(queries: Queries, runs: pd.DataFrame) -> pd.DataFrame:
    """Normalised headline scores of ``runs``: ``analysis.index.SCORE_COLUMNS``, with the label as ``model``."""
    named = runs.assign(model=runs["label"])
    return analysis.task_scores(headline_results(queries, runs), tasks(queries, runs), named)


def index(queries: Queries, runs: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Capability index of ``runs`` from their ``task_scores``, overall and per kind: ``analysis.index.INDEX_COLUMNS``."""
    return analysis.capability_index(scores, tasks(queries, runs))


def index_board(queries: Queries, runs: pd.DataFrame, scores: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Models of one suite and origin ranked by the index of one kind (or ``overall``), best first: as ``_ranked``."""
    rows = index(queries, runs, scores)
    return _ranked(rows[rows["kind"] == kind], runs, higher_is_better=True)


def task_board(queries: Queries, runs: pd.DataFrame, task: str) -> pd.DataFrame:
    """Models of one suite and origin ranked by the raw headline score of one task, best first: as ``_ranked``.

    For suites whose anchors nobody stated. A task of unknown direction ranks nobody.
    """
    rows = headline_results(queries, runs)
    rows = rows[(rows["task"] == task) & rows["score"].notna() & rows["higher_is_better"].notna()]
    keep = ["run_id", "model", "score", "stderr", "low", "high", "n", "metric"]
    upwards = rows.empty or bool(rows["higher_is_better"].iloc[0])
    return _ranked(rows[keep].assign(tasks=1), runs, higher_is_better=upwards)


def _ranked(rows: pd.DataFrame, runs: pd.DataFrame, *, higher_is_better: bool) -> pd.DataFrame:
    """``rows`` (``run_id, model, score, stderr, …``) with ``rank, rank_low, rank_high, class, leader`` and RUN_COLUMNS.

    Ranks are among all ``rows``, MOST_RANKED at most. Without a standard error a model has no class: nobody can say whom it
    cannot be told from.
    """
    if rows.empty:
        return rows.assign(rank=[], rank_low=[], rank_high=[])
    rows = rows.astype({"score": float, "stderr": float}).drop(columns=["kind"], errors="ignore")
    rows = rows.sort_values(["score", "run_id"], ascending=[not higher_is_better, True])
    rows = rows.drop_duplicates("model").head(MOST_RANKED)
    ranks = ranking(rows[["model", "score", "stderr"]], higher_is_better=higher_is_better)
    board = ranks.drop(columns=["score", "stderr"]).merge(rows, on="model")
    board = board.merge(runs[RUN_COLUMNS], on="run_id", how="left")
    return board.assign(**{"class": board["class"].astype(float).where(board["stderr"].notna())})


def _ids(runs: pd.DataFrame) -> list[str]:
    return [str(run_id) for run_id in runs["run_id"]]
