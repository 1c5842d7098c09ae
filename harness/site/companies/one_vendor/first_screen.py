"""The first screen of a vendor's profile: its ranks with neighbours, and its newest figures, each with date and source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.analysis.companies.rank_intervals import OVERALL
from harness.charts.text import dollars, input_label, sellers
from harness.market.companies import vendor_standing, vendor_year
from harness.market.evidence.reference import Reference
from harness.market.prices.list_prices import list_prices
from harness.site.capability import scale
from harness.site.companies.against import figure_text
from harness.site.companies.standing import input_table, positions
from harness.site.evidence.runs import present
from harness.site.widgets import blocks, columns, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


@contained.section
def show(view: View, vendor: Mapping[Any, Any]) -> None:
    """Where the vendor stands, in a sentence and two tables: ranks with neighbours, and key figures."""
    from harness.analysis.companies.scores import DEFAULT

    vendor_id = str(vendor["vendor_id"])
    places = vendor_standing.places_of(positions.on_dimensions(view, DEFAULT), vendor_id)
    st.markdown(f"**{blocks.literal(_finding(view, places, str(vendor['vendor'])))}**")
    with st.grid(2, min_column_width=400):
        with st.container():
            _ranks(view, places, vendor_id)
        with st.container():
            _figures(view, vendor_id)


def _finding(view: View, places: pd.DataFrame, name: str) -> str:
    """What the ranks say in one sentence."""
    say = view.say
    rows = places.set_index("dimension")
    whole = rows.loc[OVERALL]
    placed = rows.drop(index=OVERALL)
    placed = placed[placed["placed"].astype(bool)]
    if placed.empty:
        return say("vendor.finding_none", vendor=name)
    if not whole["placed"]:
        where = [
            say("vendor.place_on", dimension=say.known("dimension", d), rank=figure_text.rank(say, row))
            for d, row in zip(placed.index, placed.to_dict("records"), strict=True)
        ]
        return say("vendor.finding_unranked", vendor=name, where=figure_text.listed(say, where))
    share = (placed["rank"] / placed["of"]).sort_values(kind="stable")
    ends = {side: say("vendor.place_on", dimension=say.known("dimension", d),
                      rank=figure_text.rank(say, placed.loc[d].to_dict() | {"level": []}))
            for side, d in (("best", share.index[0]), ("worst", share.index[-1]))}  # fmt: skip
    return say("vendor.finding", vendor=name, rank=f"{whole['rank']:.0f}", of=int(whole["of"]),
               interval=figure_text.interval(whole.to_dict()), **ends)  # fmt: skip


def _ranks(view: View, places: pd.DataFrame, vendor_id: str) -> None:
    say = view.say
    column = st.column_config
    blocks.table(
        view,
        rank_rows(view, places, vendor_id),
        "vendor-ranks",
        {
            "dimension_name": column.TextColumn(say("companies.dimension"), pinned=True),
            "rank_text": column.TextColumn(say("columns.rank"), help=say("vendor.rank_help")),
            "interval": column.TextColumn(say("vendor.interval")),
            "above": column.TextColumn(say("vendor.above")),
            "below": column.TextColumn(say("vendor.below")),
            "lacks": column.TextColumn(say("vendor.lacks"), width="large"),
        },
        alt=say("companies.dimensions"), height="content", share=0.5,
    )  # fmt: skip


def rank_rows(view: View, places: pd.DataFrame, vendor_id: str) -> pd.DataFrame:
    """Ranks in words, one row a dimension: ``dimension_name, rank_text, interval, above, below, lacks``."""
    from harness.analysis.companies.positioning import missing_inputs

    say = view.say
    lacking = missing_inputs(positions.normalised(view), vendor_id)
    lacks = {str(d): [input_label(say, str(i)) for i in part["input"]] for d, part in lacking.groupby("dimension")}
    unplaced = [say.known("dimension", d) for d, on in zip(places["dimension"], places["placed"], strict=True)
                if not on and d != OVERALL]  # fmt: skip
    lacks[OVERALL] = [say("vendor.no_place_on", dimensions=figure_text.listed(say, unplaced))] if unplaced else []
    names = figure_text.names(view)
    rows = places.to_dict("records")
    return places.assign(
        dimension_name=[
            say("vendor.overall") if d == OVERALL else say.known("dimension", d) for d in places["dimension"]
        ],
        rank_text=[figure_text.rank(say, row) for row in rows],
        interval=[figure_text.interval(row) for row in rows],
        above=[figure_text.few(say, [names.get(v, v) for v in row["above"]], 2) for row in rows],
        below=[figure_text.few(say, [names.get(v, v) for v in row["below"]], 2) for row in rows],
        lacks=[say("file.join").join(lacks.get(str(d), [])) for d in places["dimension"]],
    )[["dimension_name", "rank_text", "interval", "above", "below", "lacks"]]


def _figures(view: View, vendor_id: str) -> None:
    say = view.say
    column = st.column_config
    blocks.table(
        view,
        figure_rows(view, vendor_id),
        "vendor-figures",
        {
            "figure": column.TextColumn(say("vendor.figure"), pinned=True),
            "told": column.TextColumn(say("companies.value")),
            "evidence_of": None,
            "url": columns.link(say("columns.link")),
            "as_of": column.DateColumn(say("reported.date"), format="YYYY-MM-DD"),
            "as_stated": column.TextColumn(say("positions.stated")),
            "remark": column.TextColumn(say("companies.remark")),
            "source": column.TextColumn(say("columns.source")),
        },
        alt=say("vendor.figures"), height="content", share=0.5,
    )  # fmt: skip


def figure_rows(view: View, vendor_id: str) -> pd.DataFrame:
    """Key figures in words, one row a figure: ``figure, told, as_stated, as_of, source, url, remark, evidence_of``."""
    import pandas as pd

    say = view.say
    found = vendor_standing.newest_figures(positions.inputs(view), vendor_id)
    names = figure_text.names(view)
    rows = [
        {
            "figure": _label(view, row, names),
            "told": figure_text.value(say, str(row["input"]), row["value"], row["unit"]),
            "as_stated": figure_text.stated(say, row), "as_of": row["as_of"], "source_id": row["source_id"],
            "remark": input_table.remark(say, row, names),
            "evidence_of": str(Reference("input", (vendor_id, str(row["input"])))) if present(row["value"]) else "",
        }
        for row in found.to_dict("records")
    ]  # fmt: skip
    frame = pd.DataFrame([_capability(view, vendor_id), _price(view, vendor_id), *rows]).astype({"as_of": object})
    sources = view.frame("source_names").set_index("source_id")
    cited = frame["source_id"].map(input_table.first_id)
    frame["evidence_of"] = frame["evidence_of"].fillna("")
    frame["source"] = cited.map(sources["title"]).astype(object)
    frame["url"] = cited.map(sources["url"]).astype(object)
    return frame.assign(as_of=pd.to_datetime(frame["as_of"]))


def _label(view: View, row: Mapping[Any, Any], names: Mapping[str, str]) -> str:
    """A figure's short name: a fact's where it is one, else the input's; whose it is where the figure is the group's."""
    key = str(row["input"])
    named = view.say.known("fact", key)
    named = input_label(view.say, key) if named == key else named
    if not present(row["group_id"]):
        return named
    return view.say("vendor.figure_of", figure=named, group=names.get(row["group_id"], row["group_id"]))


def _capability(view: View, vendor_id: str) -> Mapping[str, Any]:
    """The vendor's most capable product on the reported scale, with its 95% interval."""
    say = view.say
    board = scale.board(view)
    best = board[board["vendor_id"] == vendor_id].head(1)
    if best.empty:
        return {"figure": say("reported.capability"), "told": say("vendor.unknown"), "remark": say("vendor.off_scale")}
    row = best.iloc[0]
    return {
        "figure": say("reported.capability"),
        "told": say("vendor.points", points=f"{row['score']:.0f}", low=f"{row['low']:.0f}", high=f"{row['high']:.0f}"),
        "as_of": row["released"], "remark": say("vendor.best_product", model=row["model"]),
        "evidence_of": str(Reference("points", (str(row["model_id"]),))),
    }  # fmt: skip


def _price(view: View, vendor_id: str) -> Mapping[str, Any]:
    """The lowest output price among the vendor's newest trusted list prices, with its seller."""
    import pandas as pd

    say = view.say
    row = vendor_year.cheapest_output(list_prices(view), vendor_id)
    if row is None:
        return {
            "figure": say("companies.from_price"),
            "told": say("vendor.unknown"),
            "remark": say("vendor.no_list_price"),
        }
    seller = sellers(say, pd.DataFrame([row]))[0]
    return {
        "figure": say("companies.from_price"), "told": say("vendor.per_million", price=dollars(row["output_per_mtok"])),
        "as_of": row["as_of"], "source_id": row["source_id"] if present(row["source_id"]) else None,
        "remark": say("vendor.price_of", model=row["model"], seller=seller),
        "evidence_of": str(Reference("price", (str(row["product_id"]),))),
    }  # fmt: skip
