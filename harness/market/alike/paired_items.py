"""Two or more products item by item: the boards that they share, who solves which item, and at what cost.

A board is one benchmark under one agent and edition (``boards``); runs of several boards are never pooled. Money is in US
dollars.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from harness.analysis.cost.solved import CostRatio, cost_ratio, solved_cost
from harness.analysis.likeness.homogeneity import OutcomeMatrix, outcome_matrix
from harness.analysis.likeness.pairs import likeness
from harness.analysis.likeness.rasch import fit_rasch, residuals
from harness.analysis.statistics.paired import Paired, holm, paired_difference
from harness.analysis.statistics.seed import SEED
from harness.analysis.statistics.uncertainty import Floats
from harness.catalog.names import effort
from harness.errors import MissingData
from harness.market.paired_outcomes import outcomes

if TYPE_CHECKING:
    from harness.market.alike.boards import Board
    from harness.market.queries import Queries

_EFFORT = re.compile(r'"effort": *"([^"]*)"')
HALF = 0.5
"""Value from which on an item counts as solved, where it is a share."""
PARTS = ("differ", "only_a", "only_b", "neither", "both")
"""Items by what two runs make of them: other values, solved by one alone, by none, by both."""
COST_COLUMNS = ["model", "items", "with_cost", "mean_cost", "mean_low", "mean_high", "per_solved", "low", "high"]
LEAST_PRICED = 0.5
"""Share of the items whose cost must be known for a cost per solved item."""


@dataclass(frozen=True, slots=True)
class PairedItems:
    """Two runs of one board on the items that both answered.

    ``items``: ``item, name, value_a, value_b, cost_a, cost_b`` (NaN unknown; ``name`` None where only a hash is kept), by item.
    ``difference``: share solved, a − b, paired. ``both, only_a, only_b, neither``: items by who solves them. ``costs``:
    COST_COLUMNS, one row a run, over the items of known cost. ``ratio``: a's cost per solved item over b's, on the items of
    which both costs are known; None where there are none. ``kappa`` (``kappa_low``, ``kappa_high``) and ``residual``: error
    consistency, and correlation beyond the items' difficulty as all models of the board find them; NaN where undefined.
    """

    board: Board
    run_a: str
    run_b: str
    label_a: str
    label_b: str
    items: pd.DataFrame
    difference: Paired
    both: int
    only_a: int
    only_b: int
    neither: int
    costs: pd.DataFrame
    ratio: CostRatio | None
    kappa: float
    kappa_low: float
    kappa_high: float
    residual: float


def standing_for(runs: pd.DataFrame, product: str, products: dict[str, str]) -> pd.DataFrame:
    """A product's runs among ``runs`` (of one suite), the one that stands for it first: the highest effort, which the capability
    scale takes, then the newest.

    ``product`` is a product's id, the name of a run's model that the catalog does not know, or a run's label; ``products`` maps
    models to theirs.
    """
    ids = runs["model_id"].map(products).fillna(runs["model_id"]).fillna(runs["model"])
    mine = runs[runs["label"].eq(product)]
    mine = runs[ids.eq(product)] if mine.empty else mine
    order = mine.assign(height=[effort.rank(_effort(source)) for source in mine["source"]])
    order = order.sort_values(["height", "sealed", "run_id"], ascending=[False, False, True], kind="stable")
    return order.drop(columns="height")


def _effort(source: object) -> str:
    """The effort that a run's source states; DEFAULT where it states none, or one of the source's own words."""
    stated = _EFFORT.search(source) if isinstance(source, str) else None
    return stated[1] if stated and effort.is_effort(stated[1]) else effort.DEFAULT


def runs_of(board: Board, product: str, products: dict[str, str]) -> pd.DataFrame:
    """A product's runs on a board (``standing_for``)."""
    return standing_for(board.runs, product, products)


def shared_boards(known: Sequence[Board], named: Sequence[str], products: dict[str, str]) -> list[Board]:
    """Boards on which all ``named`` products have a run, in the order of ``known``; graded ones last."""
    both = [board for board in known if all(len(runs_of(board, product, products)) for product in named)]
    return sorted(both, key=lambda board: board.graded)


def paired_items(
    queries: Queries, board: Board, run_a: str, run_b: str, alike: pd.DataFrame | None = None
) -> PairedItems:
    """Two runs of one board compared item by item. ``alike``: ``likeness_of`` these and other runs, where it is known already.

    Raises:
        MissingData: they share no item.
    """
    labels = board.runs.set_index("run_id")["label"]
    wide = items_of(queries, board, [run_a, run_b])
    if wide.empty:
        raise MissingData(f"{labels[run_a]} and {labels[run_b]} share no item of {board.task}.")
    a, b = wide["value_a"] >= HALF, wide["value_b"] >= HALF
    clusters = wide["cluster"] if wide["cluster"].notna().any() else None
    difference = paired_difference(
        wide["value_a"], wide["value_b"], weights=wide["weight"].fillna(1.0), clusters=clusters
    )
    # values lie between 0 and 1, so no difference is beyond 1
    difference = replace(difference, low=max(difference.low, -1.0), high=min(difference.high, 1.0))
    costs = pd.concat(
        [_cost(wide, side, str(labels[run])) for side, run in (("a", run_a), ("b", run_b))], ignore_index=True
    )
    known = wide.dropna(subset=["cost_a", "cost_b"])
    priced = len(known) > 0 and bool(costs["per_solved"].notna().all())
    ratio = cost_ratio(known["cost_a"], known["value_a"], known["cost_b"], known["value_b"]) if priced else None
    alike = likeness_of(fitted_board(queries, board), [run_a, run_b]) if alike is None else alike
    return PairedItems(
        board, run_a, run_b, str(labels[run_a]), str(labels[run_b]), wide.drop(columns=["weight", "cluster"]), difference,
        int((a & b).sum()), int((a & ~b).sum()), int((~a & b).sum()), int((~a & ~b).sum()), costs, ratio,
        *_alike(alike, {str(labels[run_a]), str(labels[run_b])}),
    )  # fmt: skip


def items_of(queries: Queries, board: Board, run_ids: Sequence[str]) -> pd.DataFrame:
    """Items that all the runs answered, one row an item: ``item, name``, ``value_<letter>, cost_<letter>`` of each run in order
    (a, b, …), ``weight, cluster``. A run whose costs are all 0 was free: its costs are unknown."""
    rows = queries.frame("paired_items", run_ids=list(run_ids), task=board.task)
    keys = ["item", "doc_hash", "copy"]
    wide = rows.drop_duplicates(keys)[[*keys, "weight", "cluster"]]
    for letter, run_id in zip("abcdef", run_ids, strict=False):
        one = rows[rows["run_id"] == run_id].rename(columns={"value": f"value_{letter}", "cost_usd": f"cost_{letter}"})
        if not one[f"cost_{letter}"].astype(float).sum() > 0:
            one = one.assign(**{f"cost_{letter}": math.nan})
        wide = wide.merge(one[[*keys, f"value_{letter}", f"cost_{letter}"]], on=keys)
    numbers = [c for c in wide if str(c).startswith(("value_", "cost_"))]
    names = queries.frame("item_names", run_id=run_ids[0]).set_index("item")["name"]
    wide = wide.astype(dict.fromkeys([*numbers, "weight"], float)).assign(name=wide["item"].map(names).astype(object))
    return wide[["item", "name", *numbers, "weight", "cluster"]].sort_values("item", ignore_index=True)


def of_part(items: pd.DataFrame, part: str) -> pd.DataFrame:
    """Rows of ``items_of`` that belong to one of PARTS, as the first two runs solve them (from ``HALF`` on)."""
    a, b = items["value_a"] >= HALF, items["value_b"] >= HALF
    kept = {
        "differ": items["value_a"] != items["value_b"],
        "only_a": a & ~b,
        "only_b": ~a & b,
        "neither": ~a & ~b,
        "both": a & b,
    }
    return items[kept[part]]


def adjusted(pairs: Sequence[PairedItems]) -> list[float]:
    """p-values of the differences, adjusted over the boards (Holm)."""
    return [float(p) for p in holm(pd.Series([pair.difference.p_value for pair in pairs], dtype=float))]


def _cost(wide: pd.DataFrame, side: str, model: str) -> pd.DataFrame:
    """One run's costs over the items of known cost: COST_COLUMNS, NaN where fewer than ``LEAST_PRICED`` are known."""
    value, cost = wide[f"value_{side}"], wide[f"cost_{side}"]
    known = cost.notna()
    one, paid = value[known], cost[known]
    sums = pd.DataFrame(
        [{"items": len(wide), "solved": value.sum(), "right_or_wrong": bool(value.isin([0, 1]).all()), "costed": len(paid),
          "costed_solved": one.sum(), "solved_squared": (one**2).sum(), "cost": paid.sum() if len(paid) else math.nan,
          "cost_squared": (paid**2).sum(), "cost_solved": (paid * one).sum()}]
    )  # fmt: skip
    row = solved_cost(sums).assign(model=model)
    priced = [c for c in COST_COLUMNS if c not in ("model", "items", "with_cost")]
    if len(paid) < LEAST_PRICED * len(wide):
        row = row.assign(**dict.fromkeys(priced, math.nan))
    return row[COST_COLUMNS]


@dataclass(frozen=True, slots=True)
class FittedBoard:
    """Right and wrong answers of all models of a board, and what each differs from one fit of them (``rasch.residuals``): items are
    as hard as all its models find them."""

    board: Board
    matrix: OutcomeMatrix
    residual: Floats


def fitted_board(queries: Queries, board: Board) -> FittedBoard:
    """The fit of a whole board: the same for all its pairs."""
    rows = outcomes(queries, board.runs, right_or_wrong=True, task=board.task)
    matrix = outcome_matrix(rows.assign(cluster=rows["cluster"].fillna(rows["doc_hash"])))
    return FittedBoard(board, matrix, residuals(matrix.correct, fit_rasch(matrix.correct)))


def likeness_of(fitted: FittedBoard, run_ids: Sequence[str]) -> pd.DataFrame:
    """How alike these runs of a board err: ``pairs.PAIR_COLUMNS``, one row a pair."""
    runs = fitted.board.runs
    labels = runs.loc[runs["run_id"].isin(list(run_ids)), "label"]
    return likeness(fitted.matrix, {}, seed=SEED, models=set(labels.astype(str)), residual=fitted.residual).pairs


def _alike(pairs: pd.DataFrame, labels: set[str]) -> tuple[float, float, float, float]:
    """κ with its interval and the residual correlation of two models; NaN where ``pairs`` does not have them."""
    row = pairs[pairs["a"].isin(labels) & pairs["b"].isin(labels)]
    if row.empty:
        return (math.nan,) * 4
    return tuple(float(row[c].iloc[0]) for c in ("kappa", "kappa_low", "kappa_high", "residual"))  # type: ignore[return-value]
