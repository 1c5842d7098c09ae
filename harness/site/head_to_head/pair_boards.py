"""The boards of items that two products share: who solves what, by how much, and at what cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from harness.charts import dots
from harness.charts.items import quarters
from harness.charts.scatter import log_ticks
from harness.charts.text import dollars, number, p_value, span
from harness.market.alike.paired_items import (
    FittedBoard,
    PairedItems,
    adjusted,
    fitted_board,
    likeness_of,
    paired_items,
    runs_of,
    shared_boards,
)
from harness.site.capability import leaderboard
from harness.site.head_to_head import product_choice
from harness.site.widgets import blocks, contained, item_boards
from harness.site.widgets.tables.decimals import MONEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.i18n.translator import Translator
    from harness.market.alike.boards import Board
    from harness.site.server.view import View

MOST_BOARDS = 24
"""Boards that are compared: the richest; each takes a fit of all models of its benchmark."""


def shared(view: View, products: Sequence[str]) -> list[Board]:
    """The boards that all the products share, the richest first."""

    def compute(products: tuple[str, ...]) -> list[Board]:
        known, ids = item_boards.every(view), product_choice.product_ids(view)
        return shared_boards(known, products, ids)[:MOST_BOARDS]

    out: list[Board] = view.derived("shared_boards", compute, products=tuple(products))
    return out


def has_run(view: View, board: Board, product: str) -> bool:
    """Whether the product has a run on the board."""
    return len(runs_of(board, product, product_choice.product_ids(view))) > 0


def run_of(view: View, board: Board, product: str) -> str:
    """The run that stands for a product on a board."""

    def compute(board_key: tuple[str, ...], product: str) -> str:
        return str(runs_of(board, product, product_choice.product_ids(view))["run_id"].iloc[0])

    return str(view.derived("run_of_board", compute, board_key=_key(board), product=product))


def _key(board: Board) -> tuple[str, ...]:
    """What tells the board from all others of the database."""
    return board.suite, board.suite_version, board.task, board.origin


def fitted(view: View, board: Board) -> FittedBoard:
    """``market.alike.fitted_board``, once for all pairs of a board."""
    out: FittedBoard = view.derived("fitted_board", lambda board_key: fitted_board(view, board), board_key=_key(board))
    return out


def pair(view: View, board: Board, a: str, b: str) -> PairedItems:
    """``market.alike.paired_items`` of two products on a board that they share."""

    def compute(run_a: str, run_b: str, task: str) -> PairedItems:
        return paired_items(view, board, run_a, run_b, likeness_of(fitted(view, board), [run_a, run_b]))

    out: PairedItems = view.derived(
        "paired_items", compute, run_a=run_of(view, board, a), run_b=run_of(view, board, b), task=board.task
    )
    return out


def name(view: View, board: Board, items: int | None = None) -> str:
    """A board's name: benchmark, agent and number of items."""
    return leaderboard.names(view).board(board.task, board.agent, items)


def sentences(view: View, found: PairedItems, a: str, b: str) -> list[str]:
    """Who solves more of a board's items, by how much; then what a solved item costs with each, where that is known."""
    say, gap = view.say, found.difference
    first = gap.difference >= 0
    low, high = (gap.low, gap.high) if first else (-gap.high, -gap.low)
    ahead, behind = (a, b) if first else (b, a)
    shares = (gap.score_a, gap.score_b) if first else (gap.score_b, gap.score_a)
    told = {"a": ahead, "b": behind, "board": _in_brackets(view, found.board), "n": f"{gap.n:,}", "share_a": f"{shares[0]:.1%}",
            "share_b": f"{shares[1]:.1%}", "gap": number(100 * abs(gap.difference), 1), "low": number(100 * low, 1),
            "high": number(100 * high, 1)}  # fmt: skip
    out = [say("head_to_head.items_told" if low > 0 else "head_to_head.items_even", **told)]
    if found.ratio is not None and found.ratio.ratio == found.ratio.ratio:
        ratio = found.ratio
        cheap_first = ratio.ratio <= 1
        factor, ends = (
            (1 / ratio.ratio, (1 / ratio.high, 1 / ratio.low))
            if cheap_first
            else (ratio.ratio, (ratio.low, ratio.high))
        )
        per = [dollars(float(v)) for v in found.costs["per_solved"]]
        cheap, dear = ((a, per[0]), (b, per[1])) if cheap_first else ((b, per[1]), (a, per[0]))
        key = "head_to_head.cost_told" if ends[0] > 1 else "head_to_head.cost_even"
        out.append(say(key, cheap=cheap[0], cost=cheap[1], dear=dear[0], more=dear[1], times=number(factor, 2),
                       low=number(ends[0], 2), high=number(ends[1], 2)))  # fmt: skip
    return out


def _in_brackets(view: View, board: Board) -> str:
    """A board's name for use within a sentence."""
    names = leaderboard.names(view)
    task = names.alone(board.task, board.agent)
    return view.say("head_to_head.with_agent", task=task, agent=names.agent(board.agent)) if board.agent else task


@contained.section
def show(view: View, pairs: Sequence[PairedItems], a: str, b: str, vendors: tuple[str, str]) -> None:
    """Charts and table of all shared boards; ``a`` and ``b`` are the products' names, ``vendors`` their makers."""
    import pandas as pd

    say = view.say
    rows = frame(view, pairs)
    drawn = rows.assign(label=rows["short"])
    labels = {"both": say("head_to_head.both"), "only_a": say("head_to_head.only", model=a),
              "only_b": say("head_to_head.only", model=b), "neither": say("head_to_head.neither")}  # fmt: skip
    sources = say("memo.comma").join(dict.fromkeys(rows["source"]))
    agents = {found.board.agent for found in pairs} - {None}
    source = say("head_to_head.item_source", sources=sources)
    if len(agents) == 1 == len({found.board.agent for found in pairs}):
        source += say("memo.comma") + say("suite.agent", agent=leaderboard.names(view).agent(str(*agents)))
    sealed = pd.concat([found.board.runs["sealed"] for found in pairs]).dropna()
    if len(sealed):
        source += say("memo.between") + say("item_boards.days", days=span(sealed.dt.date))
    part = sum(p.only_a + p.only_b for p in pairs) / sum(len(p.items) for p in pairs)
    blocks.chart(
        view,
        quarters.quarters(
            drawn[["label", *quarters.PARTS]], labels, title=say("head_to_head.quarters", share=f"{part:.0%}", n=len(pairs)),
            unit=say("head_to_head.share_of_items"), note=say("head_to_head.quarters_note"), source=source, name="solved-by",
            vendors=vendors,
        ),
    )  # fmt: skip
    clear = rows[rows["significant"]]
    wins = (int((clear["difference"] > 0).sum()), int((clear["difference"] < 0).sum()))
    blocks.chart(
        view,
        dots.differences(
            drawn[["label", "difference", "low", "high", "significant", "p_adjusted", "n"]], say,
            title=won(say, "boards_won", (a, b), wins, len(pairs)),
            unit=say("head_to_head.board_unit"), note=say("head_to_head.note"), source=source, name="board-differences",
        ),
    )  # fmt: skip
    _costs(view, drawn, a, b, vendors, source)
    _table(view, rows, a, b)


def frame(view: View, pairs: Sequence[PairedItems]) -> pd.DataFrame:
    """One row a board: shares in 0–1, differences in percentage points (a − b), costs in US dollars."""
    rows: list[dict[str, Any]] = []
    names, agents = leaderboard.names(view), {found.board.agent for found in pairs}
    for found, p in zip(pairs, adjusted(pairs), strict=True):
        one, two = (found.costs.iloc[i] for i in (0, 1))
        ratio = found.ratio
        rows.append({
            "label": name(view, found.board),
            "short": names.alone(found.board.task, found.board.agent) if len(agents) == 1 else name(view, found.board),
            "n": found.difference.n, "share_a": found.difference.score_a,
            "share_b": found.difference.score_b, "difference": 100 * found.difference.difference, "low": 100 * found.difference.low,
            "high": 100 * found.difference.high, "p_adjusted": p, "significant": p < 0.05,
            "both": found.both, "only_a": found.only_a, "only_b": found.only_b, "neither": found.neither,
            **{f"{k}_{s}": float(c[k]) for s, c in (("a", one), ("b", two))
               for k in ("mean_cost", "per_solved", "low", "high", "with_cost")},
            "ratio": ratio.ratio if ratio else float("nan"), "ratio_low": ratio.low if ratio else float("nan"),
            "ratio_high": ratio.high if ratio else float("nan"), "kappa": found.kappa, "kappa_low": found.kappa_low,
            "kappa_high": found.kappa_high, "residual": found.residual, "run_a": found.label_a, "run_b": found.label_b,
            "source": leaderboard.suite_name(view)((found.board.suite, found.board.suite_version)).rpartition(" · ")[2],
        })  # fmt: skip
    return pd.DataFrame(rows)


def _costs(view: View, rows: pd.DataFrame, a: str, b: str, vendors: tuple[str, str], source: str) -> None:
    """The cost of a solved item on each board whose costs are known for both."""
    say = view.say
    known = rows.dropna(subset=["per_solved_a", "per_solved_b"])
    known = known[known[["per_solved_a", "per_solved_b"]].lt(float("inf")).all(axis=1)]
    if known.empty:
        st.caption(say("head_to_head.no_item_costs"))
        return
    points = pd.concat(
        [pd.DataFrame({"dimension": known["label"], "thing": thing, "vendor_id": vendor_id, "value": known[f"per_solved_{s}"], "low": known[f"low_{s}"],
                       "high": known[f"high_{s}"]}) for s, thing, vendor_id in (("a", a, vendors[0]), ("b", b, vendors[1]))], ignore_index=True,
    )  # fmt: skip
    cheaper = (int((known["ratio_high"] < 1).sum()), int((known["ratio_low"] > 1).sum()))
    figure = dots.profile(
        points, title=won(say, "cheaper", (a, b), cheaper, len(known)),
        unit=say("head_to_head.per_solved"), note=say("head_to_head.solved_note"), source=source, name="cost-per-solved",
    )  # fmt: skip
    figure.figure.update_xaxes(**log_ticks(points["value"]))
    blocks.chart(view, figure)


def won(say: Translator, key: str, names: tuple[str, str], wins: tuple[int, int], n: int) -> str:
    """Who is clearly ahead on how many of ``n`` boards: both, one of them, or neither."""
    (a, b), (first, second) = names, wins
    if first and second:
        return say(f"head_to_head.{key}", a=a, b=b, wins=first, losses=second, n=n)
    ahead = a if first else b
    if not first and not second:
        return say(f"head_to_head.{key}_even", a=a, b=b, n=n)
    if first + second == n:
        return say(f"head_to_head.{key}_all", a=ahead, n=n)
    return say(f"head_to_head.{key}_alone", a=ahead, wins=first + second, n=n)


def _table(view: View, rows: pd.DataFrame, a: str, b: str) -> None:
    say, column = view.say, st.column_config
    money = {
        key: column.NumberColumn(say(f"head_to_head.{text}", model=model), format=MONEY)
        for key, text, model in (
            ("mean_cost_a", "cost_item", a), ("mean_cost_b", "cost_item", b), ("per_solved_a", "cost_solved", a), ("low_a", "low_of", a),
            ("high_a", "high_of", a), ("per_solved_b", "cost_solved", b), ("low_b", "low_of", b), ("high_b", "high_of", b),
        )
    }  # fmt: skip
    blocks.table(
        view, rows.assign(share_a=100 * rows["share_a"], share_b=100 * rows["share_b"], p_text=rows["p_adjusted"].map(p_value)), "boards",
        {"label": column.TextColumn(say("columns.task"), pinned=True), "n": column.NumberColumn(say("columns.items"), format="%,d"),
         "share_a": column.NumberColumn(a, format="%.1f%%"), "share_b": column.NumberColumn(b, format="%.1f%%"),
         "difference": column.NumberColumn(say("head_to_head.difference_points"), format="%+.1f"),
         "low": column.NumberColumn(say("columns.low"), format="%+.1f"), "high": column.NumberColumn(say("columns.high"), format="%+.1f"),
         "p_text": column.TextColumn(say("head_to_head.p")),
         **money, "ratio": column.NumberColumn(say("head_to_head.ratio"), format="%.2f"),
         "both": column.NumberColumn(say("head_to_head.both"), format="%,d"),
         "only_a": column.NumberColumn(say("head_to_head.only", model=a), format="%,d"),
         "only_b": column.NumberColumn(say("head_to_head.only", model=b), format="%,d"),
         "neither": column.NumberColumn(say("head_to_head.neither"), format="%,d"),
         "kappa": column.NumberColumn(say("head_to_head.kappa"), format="%.2f", help=say("head_to_head.kappa_help")),
         "kappa_low": column.NumberColumn(say("columns.low"), format="%.2f"),
         "kappa_high": column.NumberColumn(say("columns.high"), format="%.2f"),
         "residual": column.NumberColumn(say("head_to_head.residual"), format="%.2f", help=say("head_to_head.residual_help")),
         "run_a": column.TextColumn(say("head_to_head.run_of", model=a)), "run_b": column.TextColumn(say("head_to_head.run_of", model=b)),
         "source": column.TextColumn(say("columns.source"))},
        alt=say("head_to_head.boards"), height=320, together=("share_a", "share_b"),
    )  # fmt: skip
