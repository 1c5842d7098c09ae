"""What each item of boards cost each model, as a matrix beside that of their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.analysis.likeness.homogeneity import OutcomeMatrix
    from harness.analysis.statistics.uncertainty import Floats
    from harness.market.alike.boards import Board
    from harness.market.queries import Queries


def item_money(queries: Queries, boards: Sequence[Board], matrix: OutcomeMatrix) -> Floats:
    """US dollars of each model and item, as ``matrix.correct``; NaN where the run does not say.

    An item that stands twice in one benchmark has no cost: which of the two it is of, nobody knows.
    """
    cost = np.full(matrix.correct.shape, np.nan)
    items = pd.MultiIndex.from_arrays([matrix.tasks, matrix.hashes if matrix.hashes is not None else matrix.tasks])
    once = ~items.duplicated(keep=False)
    places = pd.Series(np.flatnonzero(once), index=items[once])
    models = {name: i for i, name in enumerate(matrix.models)}
    for board in boards:
        runs = board.runs[board.runs["label"].isin(list(models))]
        rows = queries.frame("items_of_runs", run_ids=runs["run_id"].astype(str).tolist(), task=board.task)
        label = rows["run_id"].map(dict(zip(runs["run_id"], runs["label"], strict=True)))
        found = places.reindex(pd.MultiIndex.from_arrays([np.full(len(rows), board.task, object), rows["doc_hash"]]))
        known = found.notna().to_numpy()
        row = label[known].map(models).to_numpy(dtype=np.intp)
        cost[row, found[known].to_numpy(dtype=np.intp)] = rows["cost_usd"][known].to_numpy(dtype=float)
    return cost
