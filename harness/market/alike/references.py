"""What likeness between models is held against: the same model under another agent, run again, tried again.

What is shared by ``harness alike`` and whoever shows likeness item by item.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from harness.analysis.likeness import same_answers as answers
from harness.analysis.likeness.ceiling import (
    LEVEL_COLUMNS,
    OTHER_AGENT,
    REFERENCE_COLUMNS,
    REPEATED,
    SameModel,
    same_model,
    trials,
)
from harness.analysis.likeness.homogeneity import outcome_matrix
from harness.analysis.statistics.seed import SEED
from harness.market.paired_outcomes import outcomes

if TYPE_CHECKING:
    from harness.analysis.likeness.same_answers import SameAnswers
    from harness.market.alike.boards import Board
    from harness.market.alike.item_likeness import ItemLikeness
    from harness.market.queries import Queries

_CONDITIONS = ["model_id", "effort", "test", "title"]
"""What two runs of one model have in common: a source (``title``) names models and efforts in one way."""


def self_likeness(queries: Queries, measured: ItemLikeness) -> SameModel:
    """Pairs of runs of one model on each board, and their means by kind; both with ``benchmark``, empty where there are none.

    Runs of one source, model, effort and test, on the items of the board: under another agent (both are named), under the same
    one (repeated: two hosts, two names), and two trials of one run where it states the tries. Of the models asked for. Columns:
    ``ceiling.REFERENCE_COLUMNS`` and ``ceiling.LEVEL_COLUMNS``.
    """
    known = queries.frame("runs_of_models")
    pairs, levels = [], []
    for board in measured.boards:
        for part in _of_board(queries, board, known, set(measured.models["label"])):
            pairs.append(part.pairs.assign(benchmark=board.task))
            levels.append(part.levels.assign(benchmark=board.task))
    return SameModel(_together(pairs, REFERENCE_COLUMNS), _together(levels, LEVEL_COLUMNS))


def same_answers(queries: Queries, measured: ItemLikeness) -> SameAnswers | None:
    """Agreement of the answers of the models asked for, on the boards' items; none where fewer than two have known answers."""
    runs = pd.concat([board.runs for board in measured.boards])
    if not bool(queries.frame("answered_runs", run_ids=[str(run_id) for run_id in runs["run_id"]])["answered"].any()):
        return None
    rows = pd.concat(
        [outcomes(queries, board.runs, right_or_wrong=True, task=board.task) for board in measured.boards],
        ignore_index=True,
    )
    rows = rows[rows["model"].isin(set(measured.matrix.models))]
    matrix = answers.answer_matrix(rows.assign(cluster=rows["cluster"].fillna(rows["doc_hash"])))
    kept = set(matrix.models) & set(measured.models["label"])
    if len(kept) < 2:
        return None
    makers = measured.models.dropna(subset=["vendor_id"])
    vendors = dict(zip(makers["label"].astype(str), makers["vendor_id"].astype(str), strict=True))
    return answers.same_answers(matrix, vendors, seed=SEED, models=kept)


def _of_board(queries: Queries, board: Board, known: pd.DataFrame, asked: set[str]) -> list[SameModel]:
    """The pairs of runs under two agents and repeated ones, and the trials."""
    own = board.runs[["run_id", "label"]].merge(known[known["task"].eq(board.task)], on="run_id")
    beside = known.merge(own[["test", "title"]].drop_duplicates(), on=["test", "title"])
    found = _pairs(own[own["label"].isin(asked)], beside, own)
    tried = _trials(queries, own[own["label"].isin(asked)], known)
    parts = [tried] if tried is not None else []
    if not found.empty:
        rows = [outcomes(queries, board.runs, right_or_wrong=True, task=board.task)]
        others = found[["run_id_b", "b", "task_b"]].drop_duplicates("run_id_b")
        others = others[~others["run_id_b"].isin(set(own["run_id"]))]
        for task, runs in others.groupby("task_b"):
            named = runs.rename(columns={"run_id_b": "run_id", "b": "label"})
            rows.append(outcomes(queries, named, right_or_wrong=True, task=str(task)).assign(
                task=board.task, metric=rows[0]["metric"].iloc[0], filter=rows[0]["filter"].iloc[0]))  # fmt: skip
        together = pd.concat(rows, ignore_index=True)
        matrix = outcome_matrix(together.assign(cluster=together["cluster"].fillna(together["doc_hash"])))
        parts.append(same_model(matrix, set(others["b"]), found, seed=SEED))
    return parts


def _pairs(asked: pd.DataFrame, beside: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """``kind, a, b, run_id_b, task_b``: each run of the board with every other run of its model, once."""
    both = asked.merge(beside, on=_CONDITIONS, suffixes=("_a", "_b"))
    both = both[both["run_id_a"] != both["run_id_b"]]
    labels = dict(zip(own["run_id"], own["label"], strict=True))
    both = both[~(both["run_id_b"].isin(list(labels)) & (both["run_id_a"] > both["run_id_b"]))]
    agents, one = both[["agent_a", "agent_b"]].notna().all(axis=1), both["agent_a"].eq(both["agent_b"])
    same = one | both[["agent_a", "agent_b"]].isna().all(axis=1)
    both = both.assign(kind=np.where(same, REPEATED, OTHER_AGENT))[same | agents]
    names = both["model_b"].astype(str) + (" · " + both["agent_b"].astype("string")).fillna("").astype(str)
    taken = set(labels.values())
    names = names.where(~names.isin(taken), names + " · " + both["run_id_b"].str[-8:])
    twice = both.assign(name=names).drop_duplicates("run_id_b").duplicated("name", keep=False)
    again = both["run_id_b"].isin(set(both.drop_duplicates("run_id_b")["run_id_b"][twice]))
    names = names.where(~again, names + " · " + both["run_id_b"].str[-8:])
    both = both.assign(a=both["label"], b=both["run_id_b"].map(labels).fillna(names))
    return both[["kind", "a", "b", "run_id_b", "task_b"]].sort_values(["kind", "a", "b"], ignore_index=True)


def _trials(queries: Queries, asked: pd.DataFrame, known: pd.DataFrame) -> SameModel | None:
    """Trials of the board's models, from runs of the same source and agent that state their tries."""
    label = dict(zip(asked["model_id"], asked["label"], strict=True))
    runs = known.merge(asked[["title", "agent"]].drop_duplicates(), on=["title", "agent"])
    runs = runs[runs["model_id"].isin(list(label))]
    rows = queries.frame("tried_items", run_ids=sorted(set(runs["run_id"])))
    items = (
        queries.frame("items_of_task", run_ids=list(asked["run_id"]), task=asked["task"].iloc[0]) if len(rows) else rows
    )
    rows = rows[rows["doc_hash"].isin(set(items["doc_hash"]))]
    if rows.empty:
        return None
    rows = rows.assign(label=rows["run_id"].map(dict(zip(runs["run_id"], runs["model_id"].map(label), strict=True))))
    share, tries = (rows.pivot_table(index="label", columns="doc_hash", values=v) for v in ("value", "tries"))
    return trials(tuple(share.index), share.to_numpy(dtype=float), tries.to_numpy(dtype=float), seed=SEED)


def _together(frames: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    columns = ["benchmark", *columns]
    return pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)
