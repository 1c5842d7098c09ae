"""How like one product errs to others on the items that they share: the pairs of its richest board."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.alike.boards import Board
    from harness.market.queries import Queries

COLUMNS = [
    "other",
    "other_id",
    "items",
    "accuracy",
    "accuracy_other",
    "kappa",
    "kappa_low",
    "kappa_high",
    "residual",
    "same_vendor",
]


@dataclass(frozen=True, slots=True)
class LikenessToOthers:
    """Pairs of the product on one board: COLUMNS, the most alike beyond difficulty first."""

    board: Board
    pairs: pd.DataFrame


def likeness_to_others(queries: Queries, boards: list[Board], ids: tuple[str, ...]) -> LikenessToOthers | None:
    """The product (its ids in the catalog, its own before those of second entries) against all others of the richest board that
    holds it; right-or-wrong boards first.

    None where no such board holds it; of a benchmark's boards the richest counts, of the product's runs the one that
    ``paired_items.runs_of`` puts first. The product's other runs are no others.
    """
    import pandas as pd

    from harness.market.alike.item_likeness import item_likeness
    from harness.market.alike.paired_items import runs_of

    richest = {b.task: b for b in reversed(boards)}
    known = [b for b in boards if richest[b.task] is b]
    products = dict.fromkeys(ids, ids[0])
    holding = [b for b in known if len(runs_of(b, ids[0], products))]
    if not holding:
        return None
    board = next((b for b in holding if not b.graded), holding[0])
    own = board.runs[board.runs["model_id"].isin(ids) | board.runs["model"].isin(ids)]
    label = str(runs_of(board, ids[0], products)["label"].iloc[0])
    pairs = item_likeness(queries, [board.task], []).likeness.pairs
    ids_of = board.runs.drop_duplicates("label").set_index("label")["model_id"]
    parts = [
        pairs[pairs[one].eq(label)].rename(
            columns={two: "other", f"accuracy_{one}": "accuracy", f"accuracy_{two}": "accuracy_other"}
        )
        for one, two in (("a", "b"), ("b", "a"))
    ]
    rows = pd.concat(parts, ignore_index=True)
    rows = rows[~rows["other"].isin(own["label"])]
    rows = rows.assign(other_id=rows["other"].map(ids_of))
    return LikenessToOthers(board, rows.sort_values("residual", ascending=False, ignore_index=True)[COLUMNS])
