"""What a right answer costs at list price: the price of its tokens by the share of items that a model gets right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts import dots
from harness.charts.text import dollars
from harness.site.capability import leaderboard, scale
from harness.site.widgets import blocks, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

TOKENS = 1000
"""Tokens of an item, question and answer: nobody reports them, so all models get the same and only the level hangs on it."""
ANSWERS = 1000
"""Right answers that a cost is of: a single one costs fractions of a cent."""
LEAST = 10
"""Models with a score and a price that a benchmark needs."""
MOST = 20
"""Bars: the table has every model."""


def scored(view: View) -> pd.DataFrame:
    """Reported shares of right answers, one row a model and benchmark (``model_id, benchmark, score``)."""
    import pandas as pd

    fit = scale.fitted(view)
    return pd.DataFrame(columns=["model_id", "benchmark", "score"]) if fit is None else fit.scores


def costs(view: View, benchmark: str, ratio: float) -> pd.DataFrame:
    """Models with a score on the benchmark and a price, cheapest right answer first.

    ``value`` is US dollars for ``ANSWERS`` right answers of ``TOKENS`` tokens, ``price_place`` the place by price alone.
    """

    def compute(benchmark: str, ratio: float) -> pd.DataFrame:
        from harness.analysis.cost import cost_per_correct
        from harness.market.prices.cheapest import cheapest

        scores = scored(view)
        rows = scores[(scores["benchmark"] == benchmark) & (scores["score"] > 0)][["model_id", "score"]]
        rows = rows.merge(cheapest(view, ratio)[["model_id", "provider", "blended_per_mtok", "as_of"]], on="model_id")
        who = view.frame("models").drop_duplicates("model_id")
        rows = rows.merge(
            who[["model_id", "name", "vendor_en", "vendor_zh", "segment", "country"]], on="model_id", how="left"
        )
        return rows.assign(
            model=rows["name"].fillna(rows["model_id"]),
            value=ANSWERS * cost_per_correct(rows["blended_per_mtok"], TOKENS, rows["score"]),
            price_place=rows["blended_per_mtok"].rank(method="min").astype(int),
        ).sort_values(["value", "model"], ignore_index=True)

    out: pd.DataFrame = view.derived("cost_per_correct", compute, benchmark=benchmark, ratio=ratio)
    return out


def benchmarks(view: View, ratio: float) -> list[str]:
    """Benchmarks with enough priced models; first those whose shares right differ most, where price alone misleads."""

    def compute(ratio: float) -> tuple[str, ...]:
        from harness.analysis.cost import score_spread
        from harness.market.prices.cheapest import cheapest

        scores = scored(view)
        spread = score_spread(scores[scores["model_id"].isin(cheapest(view, ratio)["model_id"])])
        return tuple(str(b) for b in spread.loc[spread["models"] >= LEAST, "benchmark"])

    return list(view.derived("answer_benchmarks", compute, ratio=ratio))


def show(view: View, ratio: float) -> None:
    """Cost of right answers on the benchmark chosen: the cheapest as bars, all in a table."""
    say = view.say
    names = benchmarks(view, ratio)
    blocks.section(say("answers.title"), say("answers.lead"))
    if not names:
        st.info(say("answers.too_few", least=LEAST), icon=":material/info:")
        return
    benchmark = controls.select(say("controls.benchmark"), names, "answers")
    rows = leaderboard.named(view, costs(view, benchmark, ratio))
    rows = rows.assign(label=[f"{m} · {s:.0%}" for m, s in zip(rows["model"], rows["score"], strict=True)])
    keep = ["label", "value", "model", "vendor", "score", "blended_per_mtok", "price_place", "provider", "as_of"]
    blocks.chart(
        view,
        dots.bars(
            rows[keep], title=_sentence(view, rows, benchmark), unit=say("answers.unit", answers=f"{ANSWERS:,}"),
            note=say("answers.note", tokens=f"{TOKENS:,}", ratio=f"{ratio:g}", n=min(len(rows), MOST), all=len(rows)),
            source=say("answers.source"), name="cost-per-right-answer", most=MOST,
        ),
    )  # fmt: skip
    column = st.column_config
    blocks.table(
        view,
        rows,
        "right-answers",
        {
            "model": column.TextColumn(say("columns.model"), pinned=True),
            "vendor": column.TextColumn(say("columns.vendor")),
            "value": column.NumberColumn(say("answers.cost", answers=f"{ANSWERS:,}"), format="$%.4g"),
            "score": column.NumberColumn(say("reported.share"), format="percent"),
            "blended_per_mtok": column.NumberColumn(say("cost.blended"), format="$%.4g"),
            "price_place": column.NumberColumn(say("answers.price_place"), format="%d"),
            "provider": column.TextColumn(say("columns.provider")),
            "as_of": column.DateColumn(say("columns.as_of"), format="YYYY-MM-DD"),
        },
        alt=say("answers.title"),
        height=300,
    )


def _sentence(view: View, rows: pd.DataFrame, benchmark: str) -> str:
    """Who answers right most cheaply, and what became of the one that is cheapest by the token."""
    first = rows.iloc[0]
    by_token = rows.sort_values("price_place", kind="stable").iloc[0]
    told = {"benchmark": benchmark, "model": first["model"], "cost": dollars(first["value"])}
    if by_token["price_place"] == first["price_place"]:
        return view.say("answers.same", n=len(rows), **told)
    return view.say(
        "answers.other",
        cheap=by_token["model"],
        other=dollars(by_token["value"]),
        right=f"{by_token['score']:.0%}",
        share=f"{first['score']:.0%}",
        answers=f"{ANSWERS:,}",
        **told,
    )
