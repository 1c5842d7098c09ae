"""Two models item by item for ``harness compare``: the boards that they share, as rows, JSON and a table."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from rich.table import Table

from harness.errors import MissingData
from harness.i18n.translator import Translator
from harness.market.alike.boards import boards
from harness.market.alike.item_links import item_link
from harness.market.alike.paired_items import (
    PairedItems,
    adjusted,
    fitted_board,
    likeness_of,
    paired_items,
    standing_for,
)
from harness.market.alike.products import product_ids
from harness.market.names_of_tasks import TaskNames
from harness.names import fold
from harness.terminal import json_types, print_table

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.alike.boards import Board
    from harness.market.queries import Queries

DIGITS = 6
HEADINGS = ("items of", "A − B", "items", "A", "B", "points", "95% interval", "p (Holm)", "both/A/B/none", "$/solved A",
            "$/solved B", "κ")  # fmt: skip
"""Columns of the table; ``both/A/B/none``: items that both solve, A alone, B alone, none."""
WIDEST = 30
"""Characters of a name in the table before it goes on in the next line."""

Row = Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class ComparedItems:
    """Two models on one board: ``pair``, its p-value adjusted over all that is compared, and the models that were asked for,
    by name. A label of ``pair`` that is of another model's run stands for what was asked for."""

    pair: PairedItems
    p_adjusted: float
    asked_a: str
    asked_b: str

    @property
    def stands_in(self) -> list[tuple[str, str]]:
        """Label of a run, and the model that it stands for: no run of the board has that name, however
        it is spelled."""
        models = self.pair.board.runs.set_index("run_id")["model"]
        sides = [(self.pair.run_a, self.pair.label_a, self.asked_a), (self.pair.run_b, self.pair.label_b, self.asked_b)]
        return [(label, asked) for run, label, asked in sides if _bare(models[run]) != _bare(asked)]


def _bare(model: str) -> str:
    """A model's name without its maker, folded."""
    return fold(model.rpartition("/")[2])


def compared(queries: Queries, runs: pd.DataFrame) -> list[ComparedItems]:
    """Every pair of the models of ``runs`` (one row a model) on each board that both have: the very run of ``runs``, elsewhere a run
    of the same name, else the run that stands for the product, but not where both are of one product."""
    ids = product_ids(queries)
    asked = runs.assign(product=runs["model_id"].map(ids).fillna(runs["model_id"]).fillna(runs["model"]))
    couples = list(combinations(asked.to_dict("records"), 2))
    found: dict[int, list[tuple[PairedItems, str, str]]] = {place: [] for place in range(len(couples))}
    for board in sorted(boards(queries), key=lambda board: board.graded):
        products = board.runs["model_id"].map(ids).fillna(board.runs["model_id"]).fillna(board.runs["model"])
        if products.isin(asked["product"]).sum() < 2:
            continue
        here = [(place, *_run_of_each(board, *couple, ids)) for place, couple in enumerate(couples)]
        chosen = [(place, a, b) for place, a, b in here if a is not None and b is not None and a != b]
        alike = (
            likeness_of(fitted_board(queries, board), [run for _, *two in chosen for run in two]) if chosen else None
        )
        for place, run_a, run_b in chosen:
            one, two = (str(row["model"]) for row in couples[place])
            with contextlib.suppress(MissingData):  # they share no item of this board
                found[place].append((paired_items(queries, board, run_a, run_b, alike), one, two))
    rows = [row for group in found.values() for row in group]
    p_values = adjusted([pair for pair, *_ in rows]) if rows else []
    return [ComparedItems(pair, p, a, b) for (pair, a, b), p in zip(rows, p_values, strict=True)]


def _run_of_each(board: Board, one: Row, two: Row, ids: dict[str, str]) -> tuple[str | None, str | None]:
    """The runs of a board for two models that were asked for; None where there is none."""
    by_name = one["product"] == two["product"]
    return _run(board, one, ids, by_name=by_name), _run(board, two, ids, by_name=by_name)


def _run(board: Board, asked: Row, ids: dict[str, str], *, by_name: bool) -> str | None:
    """The run of a board for one model. ``by_name``: no other model of its product."""
    here = board.runs
    if (here["run_id"] == asked["run_id"]).any():
        return str(asked["run_id"])
    if (board.suite, board.suite_version) == (asked["suite"], asked["suite_version"]):
        return None  # that run is left out of the board, and no other is meant
    same = here[here["model"] == asked["model"]]
    candidates = same if by_name or len(same) else here
    if candidates.empty:
        return None
    order = standing_for(candidates, asked["product"], ids)
    return str(order["run_id"].iloc[0]) if len(order) else None


def to_json(found: list[ComparedItems]) -> list[dict[str, Any]]:
    """One object a board and pair: shares, paired difference, who solves what, costs, likeness, and every item; null where not
    known. ``asked_a, asked_b``: the models asked for, which ``model_a, model_b`` stand for."""
    return [_one(each) for each in found]


def _one(compared: ComparedItems) -> dict[str, Any]:
    pair = compared.pair
    gap, costs = pair.difference, pair.costs.to_dict("records")
    ratio = pair.ratio
    items = [
        {"item": int(row["item"]), "name": row["name"] if isinstance(row["name"], str) else None,
         "link": item_link(pair.board.task, row["name"]),
         **{key: _rounded(row[key]) for key in ("value_a", "value_b", "cost_a", "cost_b")}}
        for row in pair.items.to_dict("records")
    ]  # fmt: skip
    return {
        "benchmark": pair.board.task, "agent": pair.board.agent, "suite": pair.board.suite, "suite_version": pair.board.suite_version,
        "model_a": pair.label_a, "model_b": pair.label_b,
        "asked_a": compared.asked_a, "asked_b": compared.asked_b, "run_a": pair.run_a, "run_b": pair.run_b, "n": gap.n,
        **{key: _rounded(getattr(gap, key)) for key in ("score_a", "score_b", "difference", "low", "high", "p_value")},
        "p_adjusted": _rounded(compared.p_adjusted), "both": pair.both, "only_a": pair.only_a, "only_b": pair.only_b, "neither": pair.neither,
        "costs": [{key: _rounded(value) if key != "model" else value for key, value in row.items()} for row in costs],
        "cost_ratio": None if ratio is None else {k: _rounded(getattr(ratio, k)) for k in ("items", "ratio", "low", "high")},
        **{key: _rounded(getattr(pair, key)) for key in ("kappa", "kappa_low", "kappa_high", "residual")}, "items": items,
    }  # fmt: skip


def show(queries: Queries, found: list[ComparedItems]) -> None:
    """What the models share item by item, one row a board and pair: differences are A − B, money is US dollars; then which runs
    stand for models that were asked for."""
    names = TaskNames(queries, Translator("en"))
    rows = [
        [
            names.board(pair.board.task, pair.board.agent), f"{pair.label_a}\n− {pair.label_b}", f"{pair.difference.n:,}",
            f"{pair.difference.score_a:.1%}", f"{pair.difference.score_b:.1%}", f"{100 * pair.difference.difference:+.1f}",
            f"{100 * pair.difference.low:+.1f} … {100 * pair.difference.high:+.1f}", f"{p:.3g}",
            f"{pair.both:,}/{pair.only_a:,}/{pair.only_b:,}/{pair.neither:,}",
            *(_money(value) for value in pair.costs["per_solved"]), "–" if math.isnan(pair.kappa) else f"{pair.kappa:.2f}",
        ]
        for pair, p in ((each.pair, each.p_adjusted) for each in found)
    ]  # fmt: skip
    table = Table(title="item by item: A − B, money in US$", title_justify="left", box=None, pad_edge=False)
    for column in HEADINGS[:2]:
        table.add_column(column, max_width=WIDEST, overflow="fold")
    for column in HEADINGS[2:]:
        table.add_column(column, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    print_table(table)
    said = [
        f"  On {names.board(each.pair.board.task, each.pair.board.agent)} {label} stands for {asked}: no run there has that name."
        for each in found
        for label, asked in each.stands_in
    ]
    for line in dict.fromkeys(said):
        print(line)


def _money(value: float) -> str:
    return f"{value:,.3g}" if math.isfinite(value) else "–"


def _rounded(value: Any) -> Any:
    return json_types(round(float(value), DIGITS)) if isinstance(value, float) else value
