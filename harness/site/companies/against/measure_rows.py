"""The table of vendors side by side: one row a measure, one column a vendor, each cell with unit and date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from harness.charts.text import dollars, input_label
from harness.market.companies import vendor_year
from harness.market.companies.side_by_side import WORDS, facts_of, measures
from harness.market.companies.vendor_standing import places_of
from harness.market.companies.vendor_themes import COMPARED_FRONTS, DIMENSION_FRONT
from harness.market.prices.list_prices import list_prices
from harness.site.companies.against import figure_text
from harness.site.companies.one_vendor.vendor_facts import word
from harness.site.companies.standing import positions
from harness.site.evidence import fact_notes
from harness.site.evidence.runs import present

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

MOST = 6
"""Words that a cell names; all stand among the facts."""
NOTED = ("capability", "capability_open", "market_share", "customers", "customers_part", "monthly_users", "weekly_users", "daily_users", "paying_users",
         "users", "developers", "downloads", "tokens_processed", "tokens_processed_part", "training_tokens", "training_cost", "largest_training_compute", "compute_capacity",
         "compute_capacity_part", "compute_spend")  # fmt: skip
"""Figures of which only the source's note says what they are of (which product, which market): shown with its first part."""


def rows(view: View, names: Mapping[str, str]) -> pd.DataFrame:
    """Measures of vendors in words: ``front, theme, measure`` and a column a vendor, by front.

    Of each front first the ranks on its dimensions, then figures, then words. "Not known" where the catalog has nothing.
    """
    import pandas as pd

    every = [*_ranks(view, names), *_figures(view, names), *_price(view, names), *_words(view, names)]
    ordered = [row for front in COMPARED_FRONTS for row in every if row["front"] == front]
    return pd.DataFrame(ordered).rename(columns=dict(names))


def _ranks(view: View, names: Mapping[str, str]) -> list[dict[str, Any]]:
    from harness.analysis.companies.scores import DEFAULT

    say = view.say
    places = positions.on_dimensions(view, DEFAULT)
    own = {v: {row["dimension"]: row for row in places_of(places, v).to_dict("records")} for v in names}
    return [
        {"front": front, "theme": front, "measure": say("against.rank_on", dimension=say.known("dimension", dimension)),
         **{v: _rank(view, own[v][dimension]) for v in names}}
        for dimension, front in DIMENSION_FRONT.items()
    ]  # fmt: skip


def _rank(view: View, row: Mapping[Any, Any]) -> str:
    told, interval = figure_text.rank(view.say, {**row, "level": []}), figure_text.interval(row)
    return view.say("against.with", figure=told, marks=interval) if interval else told


def _figures(view: View, names: Mapping[str, str]) -> list[dict[str, Any]]:
    say = view.say
    held = measures(positions.inputs(view), list(names))
    groups = figure_text.names(view)
    out = []
    for key, part in held.groupby("input", sort=False):
        cells = {str(r["vendor_id"]): r for r in part.to_dict("records")}
        out.append({"front": part["front"].iloc[0], "theme": part["theme"].iloc[0], "measure": input_label(say, str(key)),
                    **{v: cell(view, str(key), cells[v], groups) for v in names}})  # fmt: skip
    return out


def cell(view: View, key: str, row: Mapping[Any, Any], groups: Mapping[str, str]) -> str:
    """A figure with unit, the source's own currency, whose or what it is of, its day, and whether it is too old to count."""
    say = view.say
    told = figure_text.value(say, key, row["value"], row["unit"])
    if not present(row["value"]):
        return told
    marks = []
    if figure_text.stated(say, row):
        marks.append(f"{row['stated_unit']} {figure_text.large(say, float(row['stated']))}")
    if present(row["group_id"]):
        marks.append(say("positions.of_group", group=groups.get(row["group_id"], row["group_id"])))
    if key in NOTED and present(row["note"]) and not str(row["note"]).startswith("confidence "):
        marks.append(str(fact_notes.told(say, str(row["note"]).split("; ")[0])))
    if present(row["as_of"]):
        marks.append(f"{row['as_of']:%Y-%m-%d}")
    if row["too_old"] is True:
        marks.append(say("positions.too_old"))
    return say("against.with", figure=told, marks=say("memo.between").join(marks)) if marks else told


def _price(view: View, names: Mapping[str, str]) -> list[dict[str, Any]]:
    say = view.say
    listed = list_prices(view)
    cells = {}
    for v in names:
        row = vendor_year.cheapest_output(listed, v)
        cells[v] = (
            say("vendor.unknown") if row is None
            else say(
                "against.with", figure=say("vendor.per_million", price=dollars(row["output_per_mtok"])),
                marks=say("memo.between").join([row["model"], f"{row['as_of']:%Y-%m-%d}"]),
            )
        )  # fmt: skip
    return [{"front": "market", "theme": "business", "measure": say("companies.from_price"), **cells}]


def _words(view: View, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Facts in words, the newest first, with the day of the newest."""
    say = view.say
    facts = facts_of(view, list(names))
    out = []
    for key in WORDS:
        part = facts[facts["key"] == key]
        if part.empty:
            continue
        cells = {}
        for v in names:
            own = part[part["vendor_id"] == v].drop_duplicates("value")
            named = [word(say, key, value) for value in own["value"]]
            day = f"{own['as_of'].max():%Y-%m-%d}" if own["as_of"].notna().any() else ""
            told = say("file.join").join(named[:MOST])
            if len(named) > MOST:
                told = say("vendor.words_more", names=told, more=len(named) - MOST)
            cells[v] = (
                (say("against.with", figure=told, marks=day) if day else told) if named else say("vendor.unknown")
            )
        out.append(
            {"front": part["front"].iloc[0], "theme": part["theme"].iloc[0], "measure": say.known("fact", key), **cells}
        )
    return out
