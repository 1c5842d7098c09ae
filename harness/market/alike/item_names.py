"""Public names of items by their hash."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from harness.market.alike.boards import Board
    from harness.market.queries import Queries

MOST_ASKED = 5
"""Runs of a board that are asked for names: the first one mostly has all."""


def item_names(queries: Queries, board: Board, hashes: npt.NDArray[np.object_]) -> dict[int, str]:
    """Names of the items of ``hashes`` that the board's runs keep (manifest ``item_names``); others have none."""
    wanted, found = {int(value) for value in hashes if value is not None}, dict[int, str]()
    for run_id in board.runs["run_id"].astype(str).head(MOST_ASKED):
        names = queries.frame("item_names", run_id=run_id).set_index("item")["name"]
        if names.empty:
            continue
        rows = queries.frame("outcomes", run_ids=[run_id], probs=False, right_or_wrong=True, task=board.task)
        rows = rows.assign(name=rows["item"].map(names)).dropna(subset=["name", "doc_hash"])
        found |= {int(code): str(name) for code, name in zip(rows["doc_hash"], rows["name"], strict=True)}
        if wanted <= set(found):
            break
    return {code: name for code, name in found.items() if code in wanted}
