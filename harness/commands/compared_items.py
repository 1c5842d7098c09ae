"""Two models item by item for ``harness compare``: the boards that they share, as rows, JSON and a table."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, Any

from rich.table import Table

from harness.i18n.translator import Translator
from harness.market.alike.boards import boards
from harness.market.alike.item_links import item_link
from harness.market.alike.paired_items import PairedItems, adjusted, paired_items, runs_of, shared_boards
from harness.market.alike.products import product_ids
from harness.market.names_of_tasks import TaskNames
from harness.terminal import json_types, print_table

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries

DIGITS = 6
HEADINGS = ("items of", "A − B", "items", "A", "B", "points", "95 % interval", "p (Holm)", "both/A/B/none", "$/solved A",
            "$/solved B", "κ")  # fmt: skip
"""Columns of the table; ``both/A/B/none``: items that both solve, A alone, B alone, none."""


def compared(queries: Queries, runs: pd.DataFrame) -> list[tuple[PairedItems, float]]:
    """Every pair of the models of ``runs`` (one row a model) on each board that both have, with its p-value adjusted over all."""
    ids, known = product_ids(queries), boards(queries)
    products = [
        ids.get(id, id) if isinstance(id, str) else str(model)
        for id, model in zip(runs["model_id"], runs["model"], strict=True)
    ]
    pairs = [
        paired_items(queries, board, *(str(runs_of(board, id, ids)["run_id"].iloc[0]) for id in couple))
        for couple in combinations(products, 2)
        for board in shared_boards(known, couple, ids)
    ]
    return list(zip(pairs, adjusted(pairs), strict=True)) if pairs else []


def to_json(found: list[tuple[PairedItems, float]]) -> list[dict[str, Any]]:
    """One object a board and pair: shares, paired difference, who solves what, costs, likeness, and every item; null where not
    known."""
    return [_one(pair, p) for pair, p in found]


def _one(pair: PairedItems, p: float) -> dict[str, Any]:
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
        "model_a": pair.label_a, "model_b": pair.label_b, "run_a": pair.run_a, "run_b": pair.run_b, "n": gap.n,
        **{key: _rounded(getattr(gap, key)) for key in ("score_a", "score_b", "difference", "low", "high", "p_value")},
        "p_adjusted": _rounded(p), "both": pair.both, "only_a": pair.only_a, "only_b": pair.only_b, "neither": pair.neither,
        "costs": [{key: _rounded(value) if key != "model" else value for key, value in row.items()} for row in costs],
        "cost_ratio": None if ratio is None else {k: _rounded(getattr(ratio, k)) for k in ("items", "ratio", "low", "high")},
        **{key: _rounded(getattr(pair, key)) for key in ("kappa", "kappa_low", "kappa_high", "residual")}, "items": items,
    }  # fmt: skip


def show(queries: Queries, found: list[tuple[PairedItems, float]]) -> None:
    """What the models share item by item, one line a board and pair: differences are A − B, money is US dollars."""
    names = TaskNames(queries, Translator("en"))
    rows = [
        [
            names.board(pair.board.task, pair.board.agent), f"{pair.label_a} − {pair.label_b}", f"{pair.difference.n:,}",
            f"{pair.difference.score_a:.1%}", f"{pair.difference.score_b:.1%}", f"{100 * pair.difference.difference:+.1f}",
            f"{100 * pair.difference.low:+.1f} … {100 * pair.difference.high:+.1f}", f"{p:.3g}",
            f"{pair.both:,}/{pair.only_a:,}/{pair.only_b:,}/{pair.neither:,}",
            *(_money(value) for value in pair.costs["per_solved"]), "–" if math.isnan(pair.kappa) else f"{pair.kappa:.2f}",
        ]
        for pair, p in found
    ]  # fmt: skip
    table = Table(title="item by item: A − B, money in US$", title_justify="left", box=None, pad_edge=False)
    for column in HEADINGS:
        table.add_column(column, justify="left" if column in HEADINGS[:2] else "right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    print_table(table)


def _money(value: float) -> str:
    return f"{value:,.3g}" if math.isfinite(value) else "–"


def _rounded(value: Any) -> Any:
    return json_types(round(float(value), DIGITS)) if isinstance(value, float) else value
