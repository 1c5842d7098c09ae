"""Where vendors stand: the reader's weights, ranks with their stability, and two dimensions as a map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from harness.charts import dots
from harness.site import blocks, controls, scale

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.positioning import Choices
    from harness.site.view import View

SEED = 20260723
DRAWS = 400
"""Enough for a 90 % interval of ranks that are whole numbers; more would make a moved slider wait."""


def inputs(view: View) -> pd.DataFrame:
    """Inputs of the positions (``analysis.vendor_inputs``), best reported capability among them."""

    def compute() -> pd.DataFrame:
        from harness.analysis.vendor_inputs import gather_inputs

        board = scale.board(view)
        capability = dict(zip(board["model_id"], board["score"].astype(float), strict=True)) if len(board) else None
        model = view.frame("site_models")
        model = model[model["segment"] != "reference"].drop_duplicates("model_id")
        return gather_inputs(
            view.frame("site_positions"), view.frame("site_counted_facts"), model, capability=capability
        )

    out: pd.DataFrame = view.derived("position_inputs", compute)
    return out


def normalised(view: View) -> pd.DataFrame:
    """The inputs with their percentile among vendors (``score``) and whether they rank."""

    def compute() -> pd.DataFrame:
        from harness.analysis.positioning import normalised_inputs

        return normalised_inputs(inputs(view))

    out: pd.DataFrame = view.derived("position_scores", compute)
    return out


def input_name(view: View, name: str) -> str:
    """An input of positioning for people."""
    if name.startswith("best measured index, "):
        return view.say("positions.measured", suite=name.removeprefix("best measured index, "))
    return view.say.known("input", name.replace(" ", "_"))


def evidence(
    view: View, rows: pd.DataFrame, vendors: pd.DataFrame | None, name: str, *, order: str | None = None
) -> None:
    """Inputs with value, percentile, date and source; with the vendor's name where ``vendors`` are given.

    Rows stand by dimension and input, or by the column ``order``.
    """
    say = view.say
    sources = view.frame("site_source_names").set_index("source_id")
    titles = {str(i): str(t) for i, t in sources["title"].items()}
    shown = rows.assign(
        dimension_name=[say.known("dimension", d) for d in rows["dimension"]],
        input_title=[input_name(view, str(i)) for i in rows["input"]],
        percentile=rows["score"].where(rows["ranks"]),
        origin_name=[say.known("input_origin", o) for o in rows["origin"]],
        source=rows["source_id"].map(lambda s: _titles(s, titles)),
        url=rows["source_id"].map(lambda s: sources["url"].get(s)),
    )
    if vendors is not None:
        names = dict(zip(vendors["vendor_id"], vendors["vendor"], strict=True))
        shown = shown.assign(vendor=shown["vendor_id"].map(names), segment_name=[say.known("segment", s) for s in
                                                                                 shown["segment"]])  # fmt: skip
    column = st.column_config
    blocks.table(
        view,
        shown.sort_values(order)
        if order
        else shown.sort_values(["dimension", "input", "value"], ascending=[True, True, False]),
        f"inputs-{name}",
        {
            "vendor": column.TextColumn(say("columns.vendor"), pinned=True),
            "segment_name": column.TextColumn(say("columns.segment")),
            "dimension_name": column.TextColumn(say("companies.dimension")),
            "input_title": column.TextColumn(say("positions.input")),
            "value": column.NumberColumn(say("companies.value"), format="%,.4g"),
            "unit": column.TextColumn(say("reported.unit")),
            "percentile": column.ProgressColumn(
                say("positions.percentile"), format="%.2f", min_value=0.0, max_value=1.0,
                help=say("positions.percentile_help"),
            ),
            "vendors": column.NumberColumn(say("positions.holders"), format="%d"),
            "origin_name": column.TextColumn(say("positions.basis")),
            "as_of": column.DateColumn(say("reported.date"), format="YYYY-MM-DD"),
            "source": column.TextColumn(say("columns.source")),
            "url": column.LinkColumn(say("columns.link"), display_text=":material/open_in_new:", validate="^https?://"),
        },
        alt=say("positions.inputs"),
        height=340,
    )  # fmt: skip


def _titles(ids: object, titles: Mapping[str, str]) -> str | None:
    """Titles of one or several sources (ids with commas between)."""
    return " · ".join(titles.get(i, i) for i in ids.split(", ")) if isinstance(ids, str) else None


def show(view: View, vendors: pd.DataFrame) -> None:
    """Ranks of the vendors under the reader's choices, a map of two dimensions, and how firm the order is."""
    from harness.analysis.positioning import AGGREGATIONS, DIMENSIONS, NORMALISATIONS
    from harness.site import robustness, strong, vendor_map

    say = view.say
    blocks.section(say("positions.title"), say("positions.lead"))
    with st.expander(say("positions.choices"), icon=":material/tune:"):
        how = controls.switch(
            say("positions.normalisation"), list(NORMALISATIONS), "norm", lambda n: say.known("choice", n)
        )
        mean = controls.switch(say("positions.mean"), list(AGGREGATIONS), "mean", lambda n: say.known("choice", n))
        with st.grid(5, min_column_width=150):
            weights = {d: controls.slide(say.known("dimension", d), 0.0, 3.0, 1.0, 0.5, f"w_{d}") for d in DIMENSIONS}
    if not any(weights.values()):
        st.info(say("positions.no_weight"), icon=":material/info:")
        return
    placed, ranks = computed(view, how, mean, tuple(weights.items()))
    names = dict(zip(vendors["vendor_id"], vendors["vendor"], strict=True))
    segments = dict(zip(vendors["vendor_id"], vendors["segment"], strict=True))
    placed = placed[placed["vendor_id"].isin(names)]
    placed = placed.assign(vendor=placed["vendor_id"].map(names), segment=placed["vendor_id"].map(segments))
    ranked = ranks[ranks["vendor_id"].isin(names)].sort_values("rank")
    if ranked.empty:
        st.info(say("positions.nobody"), icon=":material/info:")
        return
    rows = ranked.head(25).assign(
        thing=say("positions.median"), dimension=ranked["vendor_id"].map(names), value=ranked["median_rank"]
    )
    first = ranked.iloc[0]
    blocks.chart(
        view,
        dots.profile(
            rows[["thing", "dimension", "value", "low", "high", "rank", "first"]],
            title=say("positions.finding", vendor=names[first["vendor_id"]], share=f"{first['first']:.0%}",
                      low=f"{first['low']:.0f}", high=f"{first['high']:.0f}"),
            unit=say("positions.rank_unit"), note=say("positions.note", n=len(ranked), all=len(placed)),
            source=say("positions.source"), name="position-ranks",
        ),
    )  # fmt: skip
    _table(view, placed.merge(ranks[["vendor_id", "median_rank", "low", "high"]], on="vendor_id", how="left"))
    vendor_map.show(view, placed)
    strong.of_segments(view, vendors, how)
    robustness.show(view, vendors, how, mean, tuple(weights.items()))


def choices(how: str, mean: str, weights: tuple[tuple[str, float], ...]) -> Choices:
    """The reader's choices as the analysis takes them."""
    from harness.analysis.positioning import Choices

    return Choices(normalisation=how, aggregation=mean, weights=dict(weights))


def computed(
    view: View, how: str, mean: str, weights: tuple[tuple[str, float], ...]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Positions, and the ranks over random choices (``monte_carlo``), under the reader's own choices."""

    def compute(how: str, mean: str, weights: tuple[tuple[str, float], ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
        from harness.analysis.positioning import monte_carlo, position

        rows, chosen = inputs(view), choices(how, mean, weights)
        return position(rows, choices=chosen), monte_carlo(rows, seed=SEED, draws=DRAWS, choices=chosen)

    out: tuple[pd.DataFrame, pd.DataFrame] = view.derived("positions", compute, how=how, mean=mean, weights=weights)
    return out


def _table(view: View, frame: pd.DataFrame) -> None:
    from harness.analysis.positioning import DIMENSIONS

    say = view.say
    column = st.column_config
    places = {
        d: column.ProgressColumn(say.known("dimension", d), format="%.2f", min_value=0.0, max_value=1.0)
        for d in DIMENSIONS
    }
    blocks.table(
        view,
        frame.sort_values(["rank", "vendor"]),
        "positions",
        {
            "rank": column.NumberColumn(say("columns.rank"), format="%d", pinned=True),
            "vendor": column.TextColumn(say("columns.vendor"), pinned=True),
            "low": column.NumberColumn(say("positions.low"), format="%d"),
            "high": column.NumberColumn(say("positions.high"), format="%d"),
            "total": column.NumberColumn(say("positions.total"), format="%.2f"),
            **places,
            "coverage": column.ProgressColumn(
                say("positions.coverage"), format="percent", min_value=0.0, max_value=1.0
            ),
        },
        alt=say("positions.title"),
        height=340,
    )
