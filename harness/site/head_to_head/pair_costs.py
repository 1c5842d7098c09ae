"""What the compared products cost: list price per million tokens, and reported cost per task of benchmarks that both have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.market.prices.list_prices import RATIO, list_prices
from harness.market.prices.task_costs import highest_effort, task_costs
from harness.site.capability import leaderboard
from harness.site.widgets import blocks, columns, contained
from harness.site.widgets.tables.decimals import MONEY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from harness.site.server.view import View


@contained.section
def show(view: View, products: Sequence[str], names: Mapping[str, str]) -> None:
    """The section: prices, one row a product, then cost per task, one row a benchmark."""
    say, column = view.say, st.column_config
    blocks.section(say("head_to_head.costs"), say("head_to_head.costs_lead", ratio=f"{RATIO:g}"))
    rows = prices(view, products, names)
    blocks.table(
        view, rows, "head-prices",
        {"name": column.TextColumn(say("columns.model"), pinned=True),
         "blended_per_mtok": column.NumberColumn(say("cost.mixed"), format=MONEY),
         "input_per_mtok": column.NumberColumn(say("cost.input"), format=MONEY),
         "output_per_mtok": column.NumberColumn(say("cost.output"), format=MONEY),
         "evidence_of": None,
         "provider": column.TextColumn(say("columns.provider")),
         "kind": column.TextColumn(say("cost.kind")), **columns.evidence(say)},
        alt=say("head_to_head.costs"),
    )  # fmt: skip
    tasks = per_task(view, products)
    if tasks.empty:
        st.caption(say("head_to_head.no_task_costs"))
        return
    blocks.table(
        view, tasks, "head-task-costs",
        {"benchmark_name": column.TextColumn(say("controls.benchmark"), pinned=True),
         **{f"cost_{id}": column.NumberColumn(names[id], format=MONEY) for id in products},
         "evidence_of": None, "efforts": column.TextColumn(say("head_to_head.efforts")), "basis_name": column.TextColumn(say("head_to_head.basis")),
         "as_of": column.DateColumn(say("reported.date"), format="YYYY-MM-DD")},
        alt=say("head_to_head.task_costs"), height=300, together=[f"cost_{id}" for id in products],
    )  # fmt: skip


def prices(view: View, products: Sequence[str], names: Mapping[str, str]) -> pd.DataFrame:
    """List prices of the products in the order given; a row without figures where nobody's list price is known."""
    import pandas as pd

    wanted = pd.DataFrame({"product_id": list(products), "name": [names[id] for id in products]})
    rows = wanted.merge(list_prices(view), on="product_id", how="left")
    return rows.assign(
        evidence_of=[
            f"price:{id}" if price == price else ""
            for id, price in zip(rows["product_id"], rows["blended_per_mtok"], strict=True)
        ],
        kind=[view.say.known("provider_kind", k) if isinstance(k, str) else "–" for k in rows["provider_kind"]],
    )


def per_task(view: View, products: Sequence[str]) -> pd.DataFrame:
    """Cost per task of benchmarks that the first two have, at each product's highest effort that was costed: ``benchmark_id,
    benchmark_name, cost_<product>, evidence_of, efforts, basis_name, as_of``, the newest first."""
    import pandas as pd

    say = view.say
    rows = task_costs(view).dropna(subset="cost")
    rows = rows[rows["product_id"].isin(products)]
    parts = [highest_effort(part) for _, part in rows.groupby("benchmark_id")]
    if not parts:
        return pd.DataFrame()
    rows = pd.concat(parts, ignore_index=True)
    out = []
    for benchmark, part in rows.groupby("benchmark_id", sort=True):
        own = part.set_index("product_id")
        if not set(products[:2]) <= set(own.index):
            continue
        order = [id for id in products if id in own.index]
        efforts = [say.known("effort", own.loc[id, "effort"]) for id in order]
        estimated = bool((own["basis"] != "reported").any())
        out.append({"benchmark_id": benchmark, "benchmark_name": leaderboard.names(view).task(str(benchmark)),
                    **{f"cost_{id}": float(own.loc[id, "cost"]) for id in order}, "efforts": " / ".join(efforts),
                    "evidence_of": " ".join(f"cost:{id}:{benchmark}" for id in order),
                    "basis_name": say("head_to_head.estimated" if estimated else "head_to_head.reported"),
                    "as_of": own["as_of"].max()})  # fmt: skip
    return pd.DataFrame(out).sort_values("as_of", ascending=False, ignore_index=True) if out else pd.DataFrame()
