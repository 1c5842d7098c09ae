"""Cost: what tasks cost, list prices beside capability, how prices fell, self-hosted cost where speed was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.charts.text import sellers
from harness.reports.document import Figure, Part, Point, Section, each, table
from harness.reports.sections import cost_of_tasks

if TYPE_CHECKING:
    import pandas as pd

    from harness.reports.data import Material
    from harness.reports.messages import Words

POSITION = 40
"""Place of the section in the report."""

DRAWN = 60
"""Models in the chart of capability against price; the first twenty are named."""


def cost(material: Material, words: Words) -> Section:
    """The section Cost."""
    return words.section(
        "cost", cost_of_tasks.tasks(material, words), cost_of_tasks.solved(material, words), *_listed(material, words),
        cost_of_tasks.story(material, words), _self_hosted(material, words),
    )  # fmt: skip


def _listed(material: Material, words: Words) -> list[Part]:
    listed = material.list_prices
    listed = listed[listed.index.isin(material.scope.models)].reset_index()
    if listed.empty:
        return [Part(sentences=(words.sentence("price.none"),))]
    market = material.priced.rename(columns={"price_membership": "membership", "on_price_frontier": "on_frontier"})
    market = market[market["price"].notna()]
    keep = market[["model_id", "score", "stderr", "low", "high", "membership", "on_frontier"]] if len(market) else None
    columns = [
        words.column("model"), words.column("vendor"), words.column("seller"),
        words.column("input_per_mtok", "money", "USD"), words.column("output_per_mtok", "money", "USD"),
        words.column("blended_per_mtok", "money", "USD"), words.column("as_of", "date"),
    ]  # fmt: skip
    rows = listed.assign(vendor=words.vendor(listed), seller=sellers(words, listed))
    if keep is not None:
        rows = rows.merge(keep, on="model_id", how="left").sort_values(
            ["score", "blended_per_mtok", "model_id"], ascending=[False, True, True], ignore_index=True
        )
        columns += [words.column("score", "points", label="capability"), *words.interval("points"),
                    words.column("membership", "percent")]  # fmt: skip
    columns += [words.id("source_id"), words.id("model_id")]
    prices = table(rows, "prices", words("price.table"), columns, ("model_id",), shown=15, note=words("price.note"))
    low, high = rows["blended_per_mtok"].min(), rows["blended_per_mtok"].max()
    numbers = {"n": (len(rows), "integer"), "low": (float(low), "money"), "high": (float(high), "money")}
    listed = Part((prices,), sentences=(words.sentence("price.range", numbers),))
    known = rows.dropna(subset=["score"]) if keep is not None else rows.head(0)
    return [listed, _frontier(material, known, words)] if len(known) > 1 else [listed]


def _frontier(material: Material, known: pd.DataFrame, words: Words) -> Part:
    from harness.market.prices.tradeoff import best_and_cheapest

    best, cheap = best_and_cheapest(known.assign(cost=known["blended_per_mtok"]), material.fit)
    numbers = {"price": (float(best["cost"]), "money")}
    if cheap["model_id"] == best["model_id"]:
        choice = words.sentence("price.best_is_cheapest", numbers, model=best["model"])
    else:
        numbers |= {"low": (float(cheap["cost"]), "money")}
        choice = words.sentence("price.near", numbers, model=best["model"], cheap=cheap["model"])
    points = tuple(
        Point(str(r.model), float(r.blended_per_mtok), y=float(r.score), y_low=float(r.low), y_high=float(r.high),
              group=r.segment if isinstance(r.segment, str) else "unknown", mark=bool(r.on_frontier), note=str(r.seller))
        for r in each(known.head(DRAWN))
    )  # fmt: skip
    figure = Figure("tradeoff", "scatter", choice.text, words("price.unit"), words("price.chart_note"),
                    words("price.source"), points, unit_y=words("cap.scale_unit"), origin="reported")  # fmt: skip
    return Part(figures=(figure,), sentences=(choice,))


def _self_hosted(material: Material, words: Words) -> Part:
    from harness.market.prices.self_hosted import self_hosted

    rows = self_hosted(material)
    rows = rows[rows["run_id"].isin(material.runs["run_id"])].reset_index(drop=True)
    rows = rows.assign(model=rows["model"].map(material.called))
    if rows.empty:
        return Part(sentences=(words.sentence("price.no_self"),))
    columns = (
        words.column("model"), words.column("device_name"), words.column("tokens_per_s", "plain"),
        words.column("per_mtok", "money", "USD"), words.column("low", "money", "USD", "cheapest"),
        words.column("high", "money", "USD", "dearest"), words.column("offers", "integer"),
        words.column("wh_per_ktok", "plain", "Wh"), words.column("run_id"),
    )  # fmt: skip
    costs = table(rows, "self_hosted", words("price.self"), columns, ("run_id",), note=words("price.self_note"))
    return Part(details=(costs,), runs=tuple(rows["run_id"].astype(str)))
