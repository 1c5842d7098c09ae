"""Models compared on one suite: per task and for the index, paired differences with intervals and adjusted p-values.

The one definition behind the page Head to head, ``harness compare`` and the report's section.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from harness.analysis.comparability import conditions, differences
from harness.analysis.index import capability_index, index_differences, task_scores
from harness.analysis.statistics.paired import MEASURE, advantages, holm, paired_differences
from harness.analysis.statistics.ranking import ALPHA, ranking, settle_frame
from harness.analysis.statistics.uncertainty import CONFIDENCE, estimate_frame
from harness.errors import BadInput, MissingData

UNDIRECTED = "unknown direction: whether higher or lower is better"
NO_MEAN = "the score is no mean of its items"
# Differences in these mean another question, another prompt or another way of scoring: such a task is not compared.
# Items may differ: the paired difference uses those that both answered.
_SEPARATING = ("data_hash", "prompt_hash", "task_version", "num_fewshot", "chat_template", "window")


@dataclass(frozen=True)
class Comparison:
    """A comparison of models on one suite.

    ``scores``: per model and task with interval. ``tasks``: per task and pair (``paired_differences`` with ``detectable,
    items_needed, higher_is_better``; ``p_adjusted`` is Holm's over all rows). ``index``: per pair, overall and per kind.
    ``ranking``: ranks and classes on the overall index. ``conditions``: what differs between the runs.
    ``left_out``: tasks that were not compared: ``task, conditions`` (names of what differs, or ``direction``
    where nobody knows which way is better, or ``average`` where the score is no mean of its items; comma-separated), ``reason``.
    """

    models: tuple[str, ...]
    scores: pd.DataFrame
    tasks: pd.DataFrame
    index: pd.DataFrame
    ranking: pd.DataFrame
    conditions: pd.DataFrame
    left_out: pd.DataFrame

    def to_json(self) -> dict[str, Any]:
        """Plain values for ``--json``: frames as lists of records, unknown numbers as null."""
        frames = ("scores", "tasks", "index", "ranking", "conditions", "left_out")
        return {"models": list(self.models), **{name: _records(getattr(self, name)) for name in frames}}

    def advantages(self) -> pd.DataFrame:
        """Index and tasks in one frame: a positive ``difference`` means that ``model_a`` is better, bits per byte included.

        One row per pair and index (``of_index``, its kind in ``task``) or task; the columns of ``tasks``. ``items_needed`` is
        unknown for the index and where nothing differs (no number of items would do).
        """
        index = self.index.rename(columns={"kind": "task"}).dropna(subset=["low"])
        index = index.assign(metric="index", filter="none", of_index=True)
        tasks = advantages(self.tasks).assign(of_index=False)
        rows = pd.concat([part for part in (index, tasks) if len(part)] or [tasks], ignore_index=True)
        needed = rows["items_needed"].astype(float)
        return rows.assign(items_needed=needed.where(needed < float("inf")))


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(k): v.item() if hasattr(v, "item") else v for k, v in row.items()} for row in plain.to_dict("records")]


def compare(
    models: Sequence[str],
    *,
    run: pd.DataFrame,
    task: pd.DataFrame,
    result: pd.DataFrame,
    outcome: pd.DataFrame,
    alpha: float = ALPHA,
    confidence: float = CONFIDENCE,
) -> Comparison:
    """Compare ``models`` (``run.model``) on the headline metrics of one suite.

    ``run`` holds one run a model (the caller chooses, e.g. the leading runs), ``task`` one suite and version, ``result``
    and ``outcome`` these runs' rows. Raises ``BadInput`` for fewer than two models or several runs of one, and
    ``MissingData`` where a model has no run or no outcomes.
    """
    names = tuple(dict.fromkeys(models))
    runs = run[run["model"].isin(names)]
    _check(names, runs, outcome)
    headline = task.rename(columns={"headline_metric": "metric", "headline_filter": "filter"})[MEASURE]
    answers = outcome[outcome["run_id"].isin(runs["run_id"])].merge(headline, on=MEASURE)
    answers = answers.drop(columns="model", errors="ignore").merge(runs[["run_id", "model"]], on="run_id")
    _check(names, runs, answers)
    results = result[result["run_id"].isin(runs["run_id"])].merge(headline, on=MEASURE)
    differing = differences(conditions(runs, results, answers))
    left_out = _left_out(differing, task, _no_means(results, runs))
    usable = answers[~answers["task"].isin(left_out["task"])]
    pairs = settle_frame(paired_differences(usable, confidence=confidence), alpha=alpha)
    pairs = pairs.assign(p_adjusted=holm(pairs["p_value"]))
    pairs = pairs.merge(task[["task", "higher_is_better"]].drop_duplicates("task"), on="task", how="left")
    index = index_differences(pairs.drop(columns="higher_is_better"), task, confidence=confidence)
    averaged = answers[~answers["task"].isin(left_out.loc[left_out["reason"] == NO_MEAN, "task"])]
    scores = estimate_frame(averaged, confidence=confidence).merge(runs[["run_id", "model"]], on="run_id")
    indices = capability_index(task_scores(results, task, runs), task, confidence=confidence)
    overall = indices[indices["kind"] == "overall"]
    return Comparison(
        models=names,
        scores=scores,
        tasks=pairs,
        index=index,
        ranking=ranking(overall, index[index["kind"] == "overall"], alpha=alpha),
        conditions=differing,
        left_out=left_out,
    )


def _no_means(results: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Tasks whose score in a run of ours is no mean of its items (a median, a corpus metric), as rows of ``left_out``.

    What items differ by says nothing of such scores.
    """
    ours = runs.loc[runs["origin"] == "measured", "run_id"] if "origin" in runs else []
    bare = results[results["run_id"].isin(ours) & results["score"].notna() & results["stderr"].isna()]
    names = bare.loc[pd.to_numeric(bare["n"]) > 1, ["task"]].drop_duplicates()
    return names.assign(conditions="average", reason=NO_MEAN)


def _left_out(differing: pd.DataFrame, task: pd.DataFrame, no_means: pd.DataFrame) -> pd.DataFrame:
    """Tasks that differ in a separating condition, have no mean of items or no known direction: ``task, conditions, reason``."""
    apart = differing[differing["condition"].isin(_SEPARATING)]
    names = (
        apart.groupby("task")["condition"].agg(lambda c: ", ".join(sorted(set(c)))).rename("conditions").reset_index()
    )
    names = names.assign(reason="different " + names["conditions"].astype(str))
    undirected = task.loc[task["higher_is_better"].isna(), ["task"]].assign(conditions="direction", reason=UNDIRECTED)
    return pd.concat([no_means, names, undirected]).drop_duplicates("task", ignore_index=True)


def _check(names: tuple[str, ...], runs: pd.DataFrame, outcome: pd.DataFrame) -> None:
    if len(names) < 2:
        raise BadInput("A comparison needs at least two models.")
    counts = runs["model"].value_counts()
    absent = [name for name in names if name not in counts]
    if absent:
        raise MissingData(f"No run of {', '.join(absent)} on this suite.")
    several = [str(name) for name in counts.index[counts > 1]]
    if several:
        raise BadInput(f"Several runs of {', '.join(several)}; give one run a model.")
    silent = runs.loc[~runs["run_id"].isin(outcome["run_id"]), "model"].astype(str).to_list()
    if silent:
        raise MissingData(f"The runs of {', '.join(silent)} have no item outcomes to pair.")
