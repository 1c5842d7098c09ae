"""The lists of the page Choose a model: chart, known, general and unsaid models, evidence, what the task consists of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts import dots
from harness.charts.chart import DASH
from harness.charts.text import dollars, sellers
from harness.reports import choice_text
from harness.site.widgets import blocks, columns, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.choice.wish import Wish
    from harness.site.server.view import View

DRAWN = 20
"""Models in the chart: a screen of a telephone and a half."""
LISTED = 200
"""Models of a second list that are shown; its CSV holds no more either."""


@contained.section
def chart(view: View, known: pd.DataFrame) -> None:
    """Suitability with intervals, each model with its price."""
    say = view.say
    shown = known.head(DRAWN)
    prices = [dollars(price) for price in shown["price"].astype(float)]
    drawn = shown.assign(
        model=[f"{m} · {p}" for m, p in zip(shown["model"], prices, strict=True)],
        ranks=DASH,
        **{
            name: 100 * shown[column].astype(float)
            for name, column in (("score", "suitability"), ("low", "low"), ("high", "high"))
        },
    )
    day = known["as_of"].dropna().max()
    blocks.chart(
        view,
        dots.ranking(
            drawn[["model", "score", "low", "high", "segment", "ranks", "price", "product_id"]],
            title=choice_text.chart_title(say, known),
            unit=say("choose.unit"),
            note=say("choose.chart_note"),
            source=say("choose.chart_source", day=f"{day:%Y-%m-%d}" if day == day else DASH),
            name="choice",
            origin="reported",
            most=DRAWN,
        ),
        lead=True,
    )


@contained.section
def known(view: View, rows: pd.DataFrame) -> None:
    """The models known for the task, with margin, price and evidence."""
    say, column = view.say, st.column_config
    blocks.section(say("choose.known"), say("choose.known_lead"))
    blocks.table(
        view,
        _named(view, rows),
        "choice-known",
        {
            "model": column.TextColumn(say("columns.model"), pinned=True),
            "vendor": column.TextColumn(say("columns.vendor")),
            "suitability": column.NumberColumn(say("choose.suitability"), format="percent"),
            "low": column.NumberColumn(say("columns.low"), format="percent"),
            "high": column.NumberColumn(say("columns.high"), format="percent"),
            "behind": column.NumberColumn(say("choose.behind"), format="percent"),
            "within_leader": column.CheckboxColumn(say("choose.level_short")),
            "reported": column.TextColumn(say("choose.reported_of")),
            "in_language": column.NumberColumn(say("choose.tests_in_language"), format="%d"),
            **_price_columns(view),
            **_model_columns(view),
        },
        alt=say("choose.known"),
        height=420,
    )


@contained.section
def second(view: View, rows: pd.DataFrame, standing: str) -> None:
    """Models known in general alone, or of which it cannot be said whether they satisfy the wish."""
    say, column = view.say, st.column_config
    part = rows[rows["standing"].eq(standing) & rows["scored"].astype(bool)]
    if part.empty:
        return
    title = say("choose.general" if standing == "general" else "choose.second")
    blocks.section(title, say("choose.general_lead" if standing == "general" else "choose.second_lead"))
    blocks.table(
        view,
        _named(view, part.head(LISTED)),
        f"choice-{standing}",
        {
            "model": column.TextColumn(say("columns.model"), pinned=True),
            "not_known": column.TextColumn(say("choose.not_known")),
            "vendor": column.TextColumn(say("columns.vendor")),
            "points": column.NumberColumn(say("choose.points"), format="%.0f"),
            "domain_points": column.NumberColumn(say("choose.domain_points"), format="%.0f"),
            "reported": column.TextColumn(say("choose.reported_of")),
            **_price_columns(view),
            **_model_columns(view),
        },
        alt=title,
        height=320,
    )


@contained.section
def evidence(view: View, rows: pd.DataFrame, proof: pd.DataFrame) -> None:
    """Every score behind the models known for the task, with its source."""
    say, column = view.say, st.column_config
    place = {id: i for i, id in enumerate(rows["product_id"])}
    part = proof[proof["product_id"].isin(place)]
    if part.empty:
        return
    blocks.section(say("choose.evidence"), say("choose.evidence_lead"))
    part = part.assign(
        place=part["product_id"].map(place),
        model=part["product_id"].map(rows.set_index("product_id")["model"]),
        origin_name=[say(f"origin.{o}") for o in part["origin"]],
    ).sort_values(["place", "weight", "benchmark_id"], ascending=[True, False, True], kind="stable")
    blocks.table(
        view,
        part.drop(columns="place"),
        "choice-evidence",
        {
            "model": column.TextColumn(say("columns.model"), pinned=True),
            "benchmark": column.TextColumn(say("choose.test")),
            "weight": column.NumberColumn(say("choose.weight"), format="%.0f"),
            "score": column.NumberColumn(say("choose.score"), format="%.4g"),
            "unit": column.TextColumn(say("choose.unit_of")),
            "effort": column.TextColumn(say("choose.effort")),
            "origin_name": column.TextColumn(say("columns.origin")),
            "as_of": column.DateColumn(say("columns.as_of"), format="YYYY-MM-DD"),
            "source": column.TextColumn(say("columns.source")),
            "url": columns.link(view.say("columns.link")),
        },
        alt=say("choose.evidence"),
        height=360,
    )


@contained.section
def consists(view: View, wish: Wish, tests: pd.DataFrame) -> None:
    """The tests of the kind of task with their weights, and the typical tokens of a task."""
    say, column = view.say, st.column_config
    blocks.section(say("choose.consists"), say("choose.consists_lead"))
    blocks.table(
        view,
        tests,
        "choice-tests",
        {
            "test": column.TextColumn(say("choose.test"), pinned=True),
            "weight": column.NumberColumn(say("choose.weight"), format="percent"),
            "benchmarks": column.NumberColumn(say("choose.benchmarks"), format="%d"),
            "models": column.NumberColumn(say("choose.models"), format="%d"),
            "on_scale": column.CheckboxColumn(say("choose.on_scale")),
        },
        alt=say("choose.consists"),
    )
    st.caption(blocks.literal(choice_text.task_note(say, wish)))


def _named(view: View, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with names and reasons in the language shown."""
    say = view.say
    pairs = zip(rows["vendor_en"], rows["vendor_zh"], strict=True)
    basis = [
        "" if not isinstance(b, str) else say("choose.estimated") if b == "estimated" else str(t)
        for b, t in zip(rows["task_basis"], rows["task_benchmark"], strict=True)
    ]
    reported = [
        "" if n != n else f"{n:.0f}/{m:.0f}"
        for n, m in zip(rows["evidence"].astype(float), rows["tests"].astype(float), strict=True)
    ]
    return rows.assign(
        vendor=[say.name(en, zh) if isinstance(en, str) else "" for en, zh in pairs],
        seller=sellers(say, rows),
        reported=reported,
        task_of=basis,
        not_known=[choice_text.unknown(say, codes) for codes in rows["unknown"]],
    ).drop(columns=["vendor_en", "vendor_zh", "unknown", "host_countries"])


def _price_columns(view: View) -> dict[str, Any]:
    say, column = view.say, st.column_config
    return {
        "price": column.NumberColumn(say("choose.price_short"), format="$%.3g"),
        "list_price": column.NumberColumn(say("choose.list_price"), format="$%.3g"),
        "seller": column.TextColumn(say("choose.seller")),
        "as_of": column.DateColumn(say("choose.price_day"), format="YYYY-MM-DD"),
        "url": columns.link(say("choose.price_source")),
        "task_cost": column.NumberColumn(say("choose.task_cost"), format="$%.3g"),
        "task_of": column.TextColumn(say("choose.task_basis")),
    }


def _model_columns(view: View) -> dict[str, Any]:
    say, column = view.say, st.column_config
    return {
        "licence": column.TextColumn(say("columns.licence")),
        "context_tokens": column.NumberColumn(say("choose.context_short"), format="%,d"),
        "memory_gb": column.NumberColumn(say("choose.memory_short"), format="%,.0f"),
        "released": column.DateColumn(say("columns.released"), format="YYYY-MM-DD"),
    }
