"""Public names of items by their hash, and where the source of an item stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from harness.market.alike.boards import Board
    from harness.market.queries import Queries

MOST_ASKED = 5
"""Runs of a board that are asked for names: the first one mostly has all."""
_PULL_REQUEST = re.compile(r"(?P<owner>[A-Za-z0-9-]+)__(?P<repository>[\w.-]+)-(?P<number>\d+)")
_OF_PULL_REQUESTS = ("swe-bench", "swt-bench")
"""What the benchmarks whose items are named after pull requests on GitHub begin with."""


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


def item_link(task: str, name: str | None) -> str | None:
    """The address of the pull request that an item of SWE-bench and its kin is made from; None where there is none."""
    match = _PULL_REQUEST.fullmatch(name or "") if task.startswith(_OF_PULL_REQUESTS) else None
    return f"https://github.com/{match['owner']}/{match['repository']}/pull/{match['number']}" if match else None
