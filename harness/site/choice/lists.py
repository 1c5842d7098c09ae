"""The lists of the page Choose a model: chart, known, general and unsaid models, evidence, what the task consists of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts import dots
from harness.charts.chart import DASH
from harness.charts.licences import spelt
from harness.charts.text import dollars, rank, sellers
from harness.reports import choice_text, wish_text
from harness.site.widgets import blocks, columns, contained, controls
from harness.site.widgets.tables.decimals import MONEY

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.choice.wish import Wish
    from harness.site.server.view import View

DRAWN = 20
"""Models in the chart: a screen of a telephone and a half."""
SHOWN = ("price", "task", "model")
"""What the lists show beside a model and how well it is known."""
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


def about(view: View) -> str:
    """What the lists show beside a model and how well it is known: one of SHOWN."""
    say = view.say
    return controls.segmented(say("cost.columns"), list(SHOWN), "columns", lambda name: say(f"choose.columns_{name}"))


@contained.section
def known(view: View, rows: pd.DataFrame, wish: Wish, more: dict[str, Any]) -> None:
    """The models known for the task, with margin and evidence; ``more``: columns of ``shown_columns``."""
    say, column = view.say, st.column_config
    first, rest = _parted(more)
    with blocks.below(say("choose.known"), "known", opened="columns" in st.query_params):
        st.caption(say("choose.known_lead"))
        blocks.table(
            view,
            _named(view, rows),
            "choice-known",
            {
                "model": column.TextColumn(say("columns.model"), pinned=True, width=165),
                "suitability": column.NumberColumn(say("choose.suitability"), format="%.0f%%", width=80),
                "interval": column.TextColumn(say("value.interval"), width=70),
                **first,
                "vendor": column.TextColumn(say("columns.vendor"), width=95),
                "within_leader": column.CheckboxColumn(
                    say("choose.level_short"), help=say("choose.level_help"), width=60
                ),
                "reported": column.TextColumn(say("choose.reported_of"), width=70),
                **(
                    {"in_language": column.NumberColumn(say("choose.tests_in_language"), format="%d", width=70)}
                    if wish.language
                    else {}
                ),
                **rest,
            },
            alt=say("choose.known"),
            folded=True,
            height=420,
        )


@contained.section
def second(view: View, rows: pd.DataFrame, standing: str, more: dict[str, Any]) -> None:
    """Models known in general alone, or of which it cannot be said whether they satisfy the wish."""
    say, column = view.say, st.column_config
    part = rows[rows["standing"].eq(standing) & rows["scored"].astype(bool)]
    if part.empty:
        return
    first, rest = _parted(more)
    title = say("choose.general" if standing == "general" else "choose.second")
    with blocks.below(title, standing):
        st.caption(say("choose.general_lead" if standing == "general" else "choose.second_lead"))
        blocks.table(
            view,
            _named(view, part.head(LISTED)),
            f"choice-{standing}",
            {
                "model": column.TextColumn(say("columns.model"), pinned=True),
                "points": column.NumberColumn(say("choose.points"), format="%.0f", width=70),
                "points_interval": column.TextColumn(say("value.interval"), width=75),
                **first,
                "vendor": column.TextColumn(say("columns.vendor"), width=95),
                "reported": column.TextColumn(say("choose.reported_of"), width=70),
                "not_known": column.TextColumn(say("choose.not_known"), width=170),
                **rest,
            },
            alt=title,
            folded=True,
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
    with blocks.below(say("choose.evidence"), "evidence"):
        st.caption(say("choose.evidence_lead"))
        part = part.assign(
            place=part["product_id"].map(place),
            model=part["product_id"].map(rows.set_index("product_id")["model"]),
            origin_name=[say(f"origin.{o}") for o in part["origin"]],
            effort_name=[say.known("effort", e) if isinstance(e, str) else "" for e in part["effort"]],
            evidence_of=[
                f"score:{p}:{b}" if o == "reported" else ""
                for p, b, o in zip(part["product_id"], part["benchmark_id"], part["origin"], strict=True)
            ],
        ).sort_values(["place", "weight", "benchmark_id"], ascending=[True, False, True], kind="stable")
        blocks.table(
            view,
            part.drop(columns="place"),
            "choice-evidence",
            {
                "model": column.TextColumn(say("columns.model"), pinned=True, width=150),
                "benchmark": column.TextColumn(say("choose.test"), width=200),
                "weight": column.NumberColumn(say("choose.weight"), format="%.0f", width=60),
                "score": column.NumberColumn(say("choose.score"), format="%.4g", width=65),
                "evidence_of": None,
                "effort_name": column.TextColumn(say("choose.effort"), width=80),
                "origin_name": column.TextColumn(say("columns.origin"), width=95),
                "as_of": column.DateColumn(say("columns.as_of"), format="YYYY-MM-DD", width=90),
                "source": column.TextColumn(say("columns.source"), width=165),
                "url": columns.link(view.say("columns.link")),
            },
            alt=say("choose.evidence"),
            together=("benchmark", "score"),
            folded=True,
            height=360,
        )


@contained.section
def consists(view: View, wish: Wish, tests: pd.DataFrame) -> None:
    """The tests of the kind of task with their weights, and the typical tokens of a task."""
    say, column = view.say, st.column_config
    with blocks.below(say("choose.consists"), "consists"):
        st.caption(say("choose.consists_lead"))
        blocks.table(
            view,
            tests.assign(weight=100 * tests["weight"].astype(float)),
            "choice-tests",
            {
                "test": column.TextColumn(say("choose.test"), pinned=True),
                "weight": column.NumberColumn(say("choose.weight"), format="%.0f%%"),
                "benchmarks": column.NumberColumn(say("choose.benchmarks"), format="%d"),
                "models": column.NumberColumn(say("choose.models"), format="%d"),
                "on_scale": column.CheckboxColumn(say("choose.on_scale")),
            },
            alt=say("choose.consists"),
            folded=True,
        )
        st.caption(blocks.literal(wish_text.task_note(say, wish)))


def _named(view: View, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with names and reasons in the language shown."""
    say = view.say
    pairs = zip(rows["vendor_en"], rows["vendor_zh"], strict=True)
    reported = [
        "" if n != n else f"{n:.0f}/{m:.0f}"
        for n, m in zip(rows["evidence"].astype(float), rows["tests"].astype(float), strict=True)
    ]
    return rows.assign(
        suitability=100 * rows["suitability"].astype(float),
        interval=_spans(100 * rows["low"].astype(float), 100 * rows["high"].astype(float)),
        points_interval=_spans(rows["points_low"].astype(float), rows["points_high"].astype(float)),
        vendor=[say.name(en, zh) if isinstance(en, str) else "" for en, zh in pairs],
        seller=sellers(say, rows),
        reported=reported,
        licence=[spelt(say, licence) for licence in rows["licence"]],
        task_of=wish_text.cost_of(say, rows),
        evidence_of=[
            f"price:{id}" if price == price and price is not None else ""
            for id, price in zip(rows["product_id"], rows["price"], strict=True)
        ],
        not_known=[wish_text.unknown(say, codes) for codes in rows["unknown"]],
    ).drop(columns=["vendor_en", "vendor_zh", "unknown", "host_countries"])


def _spans(low: pd.Series, high: pd.Series) -> list[str]:
    """Intervals in words, empty where there is none."""
    return ["" if a != a else rank(round(a), round(b)) for a, b in zip(low, high, strict=True)]


def _parted(more: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The first of ``shown_columns``, which stands beside how well a model does on a telephone too, and the others."""
    first = next(iter(more))
    return {first: more[first]}, {name: column for name, column in more.items() if name != first}


def shown_columns(view: View, about: str) -> dict[str, Any]:
    """Columns of the lists beside a model and how well it is known, by one of SHOWN."""
    say, column = view.say, st.column_config
    day = column.DateColumn(say("columns.as_of"), format="YYYY-MM-DD", width=90)
    if about == "task":
        return {
            "task_cost": column.NumberColumn(say("choose.task_cost"), format=MONEY, width=75),
            "task_of": column.TextColumn(say("choose.task_basis"), width=190),
            "task_as_of": day,
            "task_url": columns.link(say("columns.link")),
        }
    if about == "model":
        return {
            "licence": column.TextColumn(say("columns.licence"), width=130),
            "context_tokens": column.NumberColumn(say("choose.context_short"), format="%,d", width=90),
            "memory_gb": column.NumberColumn(say("choose.memory_short"), format="%,.0f", width=90),
            "released": column.DateColumn(say("columns.released"), format="YYYY-MM-DD", width=90),
        }
    return {
        "price": column.NumberColumn(say("choose.price_short"), format=MONEY, width=80),
        "list_price": column.NumberColumn(say("choose.list_price"), format=MONEY, width=80),
        "evidence_of": None,
        "seller": column.TextColumn(say("choose.seller"), width=125),
        "as_of": day,
        "url": columns.link(say("columns.link")),
    }
