"""Tables for a buyer: portfolios with their cost, tasks that none or one solves, vendors that can stand for each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.analysis.likeness.portfolios.combinations import MOST_IN_TRIPLES
from harness.site.widgets import blocks, columns, controls
from harness.site.widgets.tables.decimals import MONEY

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.likeness.buyer.bought import Bought
    from harness.site.server.view import View

MOST = 500
"""Rows of a table of portfolios, those that solve most; thousands of triples would be sent to every visitor."""


def portfolios(view: View, bought: Bought) -> None:
    """Pairs and triples: those that nothing beats in cost and tasks solved, or those that solve most."""
    import pandas as pd

    say, found, column = view.say, bought.found, st.column_config
    blocks.section(say("buyer.together"), say("buyer.together_lead"))
    sets = {"frontier": None, "pairs": found.pairs, "triples": found.triples}
    every = pd.concat([found.singles, found.pairs, found.triples])
    edge = every[every["on_frontier"]].sort_values("cost")
    names = [name for name, rows in sets.items() if len(edge if rows is None else rows)]
    which = controls.segmented(say("buyer.which"), names, "portfolios", lambda s: say(f"buyer.show_{s}"))
    rows = edge if which == "frontier" else sets[which]
    assert rows is not None
    if which == "triples" and len(found.answers.models) > MOST_IN_TRIPLES:
        st.caption(say("buyer.triples_bounded", n=MOST_IN_TRIPLES))
    rows = rows.head(MOST).reset_index(drop=True)
    shown = rows.assign(
        names=[bought.joined(view, labels) for labels in rows["models"]], alone=rows["better"].map(bought.models),
        solved_percent=100 * rows["score"],
        **{name: rows[name] * bought.items for name in ("gain", "gain_low", "gain_high")},
    ).drop(columns=["models", "better", "on_frontier"])  # fmt: skip
    blocks.table(
        view,
        shown,
        f"portfolios-{which}-{bought.board}",
        {
            "names": column.TextColumn(say("buyer.models"), pinned=True, width="large"),
            "solved_percent": column.NumberColumn(say("buyer.solved"), format="%.1f%%"),
            "gain": column.NumberColumn(say("buyer.more"), format="%.0f", help=say("buyer.more_help")),
            "gain_low": column.NumberColumn(say("columns.low"), format="%.0f"),
            "gain_high": column.NumberColumn(say("columns.high"), format="%.0f"),
            "alone": column.TextColumn(say("buyer.than")),
            "cost": column.NumberColumn(say("buyer.cost"), format=MONEY),
            "cost_low": column.NumberColumn(say("columns.low"), format=MONEY),
            "cost_high": column.NumberColumn(say("columns.high"), format=MONEY),
            "per_solved": column.NumberColumn(say("buyer.per_solved"), format=MONEY),
        },
        alt=say("buyer.together"),
        height=420,
    )


def unsolved(view: View, bought: Bought) -> None:
    """Tasks that no model solves, and those that only one does, with their sources."""
    say, column = view.say, st.column_config
    rows = bought.found.items
    rows = rows[rows["solved_by"] <= 1]
    none, only = int((rows["solved_by"] == 0).sum()), int((rows["solved_by"] == 1).sum())
    blocks.section(say("buyer.unsolved", n=none, items=f"{bought.items:,}", only=only), say("buyer.unsolved_lead"))
    if rows.empty:
        return
    shown = rows.assign(
        item=[_called(name, code) for name, code in zip(rows["name"], rows["doc_hash"], strict=True)],
        whose=[say("buyer.nobody") if n == 0 else bought.models[str(o)] for n, o in
               zip(rows["solved_by"], rows["only"], strict=True)],
    )[["item", "whose", "solved_by", "task", "link"]]  # fmt: skip
    blocks.table(
        view,
        shown,
        f"unsolved-{bought.board}",
        {
            "item": column.TextColumn(say("buyer.task"), pinned=True),
            "whose": column.TextColumn(say("buyer.whose")),
            "link": columns.link(say("columns.link")),
        },
        alt=say("buyer.unsolved", n=none, items=f"{bought.items:,}", only=only),
        height=360,
    )


def _called(name: object, code: object) -> str:
    """An item's public name; its hash where the runs keep no name."""
    return name if isinstance(name, str) else f"{int(str(code)):016x}" if code is not None else "–"


def vendors(view: View, bought: Bought) -> None:
    """Pairs of vendors by their best models: how far apart, how alike, what the second adds."""
    say, column, rows = view.say, st.column_config, bought.found.vendors
    if rows.empty:
        return
    same = rows[rows["verdict"] == "interchangeable"]
    blocks.section(say("buyer.vendors"), say("buyer.vendors_lead"))
    st.markdown(blocks.literal(_vendor_sentence(view, bought, rows, same)))
    shown = rows.assign(
        maker_a=rows["vendor_a"].map(bought.vendors).fillna(rows["vendor_a"]), model_a=rows["a"].map(bought.models),
        maker_b=rows["vendor_b"].map(bought.vendors).fillna(rows["vendor_b"]), model_b=rows["b"].map(bought.models),
        said=[say(f"buyer.verdict_{verdict}") for verdict in rows["verdict"]],
        **{name: rows[name] * bought.items for name in ("gain", "gain_low", "gain_high")},
        **{name: 100 * rows[name] for name in ("difference", "difference_low", "difference_high")},
    )  # fmt: skip
    order = {"interchangeable": 0, "complementary": 1, "unknown": 2, "unequal": 3}
    shown = shown.assign(order=shown["verdict"].map(order)).sort_values(["order", "alike"], ascending=[True, False])
    number = {
        "difference": (say("buyer.difference"), "%+.1f"), "difference_low": (say("columns.low"), "%+.1f"),
        "difference_high": (say("columns.high"), "%+.1f"), "alike": (say("buyer.alike"), "%+.2f"),
        "alike_low": (say("columns.low"), "%+.2f"), "alike_high": (say("columns.high"), "%+.2f"),
        "gain": (say("buyer.second_adds"), "%.0f"), "gain_low": (say("columns.low"), "%.0f"),
        "gain_high": (say("columns.high"), "%.0f"),
    }  # fmt: skip
    blocks.table(
        view,
        shown.drop(columns=["a", "b", "vendor_a", "vendor_b", "verdict", "order"]),
        f"vendors-{bought.board}",
        {
            "model_a": column.TextColumn(say("buyer.better_model"), pinned=True),
            "model_b": column.TextColumn(say("buyer.other_model"), pinned=True),
            "said": column.TextColumn(say("buyer.verdict")),
            **{name: column.NumberColumn(label, format=form) for name, (label, form) in number.items()},
            "maker_a": column.TextColumn(say("buyer.better_vendor")),
            "maker_b": column.TextColumn(say("buyer.other_vendor")),
        },
        alt=say("buyer.vendors"),
        height=360,
    )


def _vendor_sentence(view: View, bought: Bought, rows: pd.DataFrame, same: pd.DataFrame) -> str:
    say = view.say
    if same.empty:
        return say("buyer.vendors_none", pairs=len(rows))
    top = same.iloc[0]
    low, high = same["gain"].min(), same["gain"].max()
    return say(
        "buyer.vendors_found", n=len(same), pairs=len(rows), a=bought.models[top["a"]], b=bought.models[top["b"]],
        low=bought.tasks(low), high=bought.tasks(high), items=f"{bought.items:,}",
    )  # fmt: skip
