"""Opportunities: the cells of the market that few vendors serve, and where the chosen vendors stand in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.reports.document import Figure, Part, Point, Section, each, table

if TYPE_CHECKING:
    from harness.reports.data import Material
    from harness.reports.messages import Words

FEW = 3
"""A cell that at most so many vendors serve counts as white."""
SIZES = ("up to 3B", "3B to 15B", "15B to 80B", "above 80B", "unknown")
LICENCES = ("permissive", "restricted", "other open", "closed", "unknown")


def opportunities(material: Material, words: Words) -> Section:
    """The section Opportunities."""
    from harness.analysis.opportunities import market_cells, white_space

    scale = material.scale
    capability = dict(zip(scale["model_id"], scale["score"].astype(float), strict=True))
    cells = market_cells(material.models.drop(columns=["segment", "country"]), material.vendors, listed=material.listed,
                         capability=capability)  # fmt: skip
    grid = white_space(cells, few=FEW)
    if grid.empty:
        return words.section("opportunities", Part(sentences=(words.sentence("room.none"),)))
    own = cells[cells["vendor_id"].isin(material.scope.vendors)].drop_duplicates(["size", "licence_class", "model_id"])
    held = own.groupby(["size", "licence_class"])["model_id"].nunique()
    names = material.models.set_index("model_id")["name"]
    grid = grid.assign(
        own=[int(held.get((s, c), 0)) for s, c in zip(grid["size"], grid["licence_class"], strict=True)],
        order=grid["size"].map(SIZES.index) * len(LICENCES) + grid["licence_class"].map(LICENCES.index),
        size_name=[words.known("size", s) for s in grid["size"]],
        licence_name=[words.known("licence", c) for c in grid["licence_class"]],
        best_name=grid["best_model"].map(names),
        white_name=[words("room.white") if w else "" for w in grid["white"]],
    ).sort_values("order", ignore_index=True)
    columns = (
        words.column("size_name"), words.column("licence_name"), words.column("vendors", "integer"),
        words.column("models", "integer"), words.column("own", "integer"), words.column("best_name", label="best_model"),
        words.column("best", "scale", label="capability"), words.column("lowest_price", "money", "USD"),
        words.column("demand", "plain"), words.column("white_name"),
    )  # fmt: skip
    cells_table = table(grid, "cells", words("room.table"), columns, ("size_name", "licence_name"),
                        note=words("room.note", few=FEW))  # fmt: skip
    told = grid[(grid["size"] != "unknown") & (grid["licence_class"] != "unknown")]
    white = told[told["white"]]
    absent = told[(told["own"] == 0) & (told["vendors"] > 0)]
    numbers = {"white": (len(white), "integer"), "n": (len(told), "integer"), "few": (FEW, "integer")}
    sentences = [words.sentence("room.told", numbers)]
    if material.scope.narrowed and len(absent):
        sentences.append(words.sentence("room.absent", {"n": (len(absent), "integer")}))
    points = tuple(
        Point(words.known("licence", r.licence_class), float(r.vendors), row=words.known("size", r.size))
        for r in each(told)
    )
    figure = Figure("cells", "heat", sentences[0].text, words("col.vendors"), words("room.chart_note"),
                    words("room.source"), points)  # fmt: skip
    return words.section("opportunities", Part((cells_table,), (figure,), tuple(sentences)))
