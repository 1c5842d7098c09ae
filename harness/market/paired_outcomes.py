"""Models on the same items: headline outcomes and paired differences on a suite.

What is shared by the page Head to head, ``harness compare`` and the report. A frame ``runs`` has one row a model: ``run_id``,
``label`` (the name shown), ``suite, suite_version, chat_template, partial, valid``; all of one suite and version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis import compare as analysis

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.compare import Comparison
    from harness.market.queries import Queries


def with_items(queries: Queries, runs: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``runs`` of which single items are known, with their number in ``outcomes``."""
    return runs.merge(queries.frame("outcome_runs"), on="run_id")


def outcomes(
    queries: Queries,
    runs: pd.DataFrame,
    *,
    probs: bool = False,
    right_or_wrong: bool = False,
    task: str | None = None,
) -> pd.DataFrame:
    """Headline outcomes of ``runs``, one row an item and run, with ``model`` set to the run's label.

    ``probs``: with the choices' probabilities; ``right_or_wrong``: without perplexity; ``task``: of one task only.
    """
    import numpy as np
    import pandas as pd

    names = dict(zip(runs["run_id"], runs["label"], strict=True))
    frame = queries.frame("outcomes", run_ids=list(names), probs=probs, right_or_wrong=right_or_wrong, task=task)
    run, ids = pd.factorize(frame["run_id"])
    labels = np.array([names[str(run_id)] for run_id in ids], dtype=object)
    arrays = np.full(len(frame), None, dtype=object)  # no pandas NA in lists
    if probs:
        arrays[:] = [v if isinstance(v, np.ndarray) else None for v in frame["choice_probs"]]
    return frame.assign(
        model=pd.Series(labels[run], index=frame.index, dtype=frame["run_id"].dtype),
        choice_probs=pd.Series(arrays, dtype=object, index=frame.index),
    )


def compare(queries: Queries, runs: pd.DataFrame) -> Comparison:
    """Paired comparison of ``runs``; p-values are adjusted over all tasks and pairs, tasks under other conditions left out.

    Raises:
        BadInput: fewer than two runs, or two of one label.
        MissingData: a run without outcomes of the suite's headline metrics.
    """
    ids = [str(run_id) for run_id in runs["run_id"]]
    named = runs.drop(columns="manifest", errors="ignore").merge(queries.frame("manifests", run_ids=ids), on="run_id")
    return analysis.compare(
        list(runs["label"]),
        run=named.assign(model=named["label"]),
        task=queries.frame("tasks", run_ids=ids),
        result=queries.frame("results", run_ids=ids),
        outcome=outcomes(queries, runs),
    )
