"""A model's published scores, benchmark by benchmark, each among those of its peers and with its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts.product import among
from harness.charts.text import number
from harness.market.evidence.reference import Reference
from harness.market.products.scores import peer_scores
from harness.site.product import known
from harness.site.widgets import blocks, columns, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.charts.chart import Chart
    from harness.market.products.about import Product
    from harness.site.server.view import View

DRAWN = 16
"""Benchmarks in the chart: those that most products have. The table has all."""


@contained.section
def show(view: View, product: Product) -> None:
    """The chart among peers and the table of every score."""
    say = view.say
    rows = known.published(view, product)
    if rows.empty:
        st.info(blocks.literal(say("model.unscored", model=product.name)), icon=":material/info:")
        return
    drawn = rows[rows["unit"].eq("fraction") & rows["place"].notna()].head(DRAWN)
    if len(drawn):
        blocks.chart(view, _among(view, product, rows, drawn), lead=True)
    _table(view, product, rows)


def _among(view: View, product: Product, rows: pd.DataFrame, drawn: pd.DataFrame) -> Chart:
    say = view.say
    placed = rows.dropna(subset="standing")
    firsts = placed[placed["place"].eq(1)]
    makers = int(firsts["reporter"].eq("vendor").sum())
    kind = "never" if firsts.empty else "makers" if makers else ""
    title = say(
        "_".join(["model.scores_finding", *([kind] if kind else [])]),
        model=product.name,
        n=len(placed),
        above=int(placed["standing"].gt(0.5).sum()),
        best=len(firsts),
        **({"makers": makers} if kind == "makers" else {}),
    )
    own = drawn.assign(
        dimension=drawn["benchmark"], value=drawn["score"].astype(float),
        note=[say("model.place_of", place=f"{p:.0f}", of=n) for p, n in zip(drawn["place"], drawn["peers"], strict=True)],
    )  # fmt: skip
    peers = peer_scores(known.newest(view), list(drawn["benchmark_id"]))
    peers = peers[~peers["model_id"].eq(product.id)].rename(
        columns={"benchmark": "dimension", "model": "thing", "score": "value"}
    )
    return among.among(
        own[["dimension", "value", "median", "note", "place", "peers", "as_of", "source", "url"]], peers, thing=product.name,
        others=say("model.peers"), middle=say("model.median"), title=title, unit=say("reported.share"),
        note=say("model.scores_note", n=len(drawn), all=len(rows)), name="model-scores",
        source=say("model.scores_source", n=drawn["source"].nunique(), day=str(rows["as_of"].max())[:10]),
    )  # fmt: skip


def _table(view: View, product: Product, rows: pd.DataFrame) -> None:
    say, column = view.say, st.column_config
    by = {"vendor": say("model.by_vendor"), "third-party": say("model.by_others")}
    shown = rows.assign(
        score_text=[number(float(s), 3) if u == "fraction" else f"{s:,.4g}" for s, u in zip(rows["score"], rows["unit"], strict=True)],
        place_text=["–" if p != p else say("model.place_of", place=f"{p:.0f}", of=n)
                    for p, n in zip(rows["place"], rows["peers"], strict=True)],
        who=[by.get(r, r) for r in rows["reporter"]],
        evidence_of=[str(Reference("score", (product.id, str(b)))) for b in rows["benchmark_id"]],
    )  # fmt: skip
    blocks.table(
        view, shown, "model-scores-table",
        {
            "benchmark": column.TextColumn(say("controls.benchmark"), pinned=True),
            "score": column.NumberColumn(say("reported.score"), format="%.4g"),
            "evidence_of": None,
            "place_text": column.TextColumn(say("model.place"), help=say("model.place_help")),
            "median": column.NumberColumn(say("model.median"), format="%.4g"),
            "best": column.NumberColumn(say("model.best"), format="%.4g"),
            "setting": column.TextColumn(say("reported.setting")),
            "who": column.TextColumn(say("model.who")),
            "reported_by": column.TextColumn(say("reported.by")),
            "as_of": column.DateColumn(say("reported.date"), format="YYYY-MM-DD"),
            "url": columns.link(say("columns.link")),
            "source": column.TextColumn(say("columns.source")),
            "unit": column.TextColumn(say("reported.unit")),
            "reports": column.NumberColumn(say("model.reports"), format="%d", help=say("model.reports_help")),
        },
        alt=say("model.scores"), height=420,
    )  # fmt: skip
