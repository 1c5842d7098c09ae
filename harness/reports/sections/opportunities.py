"""Opportunities: the cells of the market that few vendors serve, and where the chosen vendors stand in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.reports.document import Figure, Part, Point, Section, each, table

if TYPE_CHECKING:
    from harness.reports.data import Material
    from harness.reports.messages import Words

POSITION = 70
"""Place of the section in the report."""

AXES = ("size", "licence_class")


def opportunities(material: Material, words: Words) -> Section:
    """The section Opportunities."""
    from harness.analysis.opportunities import FEW, level_order, white_space
    from harness.market.white_space import known_cells, market_cells

    cells = market_cells(material, material.scale)
    grid = white_space(cells, axes=AXES)
    if grid.empty:
        return words.section("opportunities", Part(sentences=(words.sentence("room.none"),)))
    own = cells[cells["vendor_id"].isin(material.scope.vendors)].drop_duplicates([*AXES, "model_id"])
    own_models = own.groupby(list(AXES))["model_id"].nunique()
    sizes, licences = (level_order(axis, grid[axis]) for axis in AXES)
    names = material.models.set_index("model_id")["name"]
    grid = grid.assign(
        own=[int(own_models.get((s, c), 0)) for s, c in zip(grid["size"], grid["licence_class"], strict=True)],
        order=grid["size"].map(sizes.index) * len(licences) + grid["licence_class"].map(licences.index),
        size_name=[words.known("size", s) for s in grid["size"]],
        licence_name=[words.known("licence", c) for c in grid["licence_class"]],
        best_name=grid["best_model"].map(names),
        white_name=[words("room.white") if w else "" for w in grid["white"]],
    ).sort_values("order", ignore_index=True)
    columns = (
        words.column("size_name"), words.column("licence_name"), words.column("vendors", "integer"),
        words.column("models", "integer"), words.column("own", "integer"), words.column("best_name", label="best_model"),
        words.column("best", "points", label="capability"), words.column("lowest_price", "money", "USD"),
        words.column("demand", "plain"), *((words.column("white_name"),) if grid["white"].any() else ()),
    )  # fmt: skip
    cells_table = table(grid, "cells", words("room.table"), columns, ("size_name", "licence_name"),
                        note=words("room.note", few=FEW))  # fmt: skip
    stated = known_cells(grid, AXES)
    white = stated[stated["white"]]
    absent = stated[(stated["own"] == 0) & (stated["vendors"] > 0)]
    numbers = {"white": (len(white), "integer"), "n": (len(stated), "integer"), "few": (FEW, "integer")}
    sentences = [words.sentence("room.told" if len(white) else "room.told_none", numbers)]
    if material.scope.narrowed and len(absent):
        sentences.append(words.sentence("room.absent", {"n": (len(absent), "integer")}))
    points = tuple(
        Point(words.known("licence", r.licence_class), float(r.vendors), row=words.known("size", r.size))
        for r in each(stated)
    )
    figure = Figure("cells", "heat", sentences[0].text, words("col.vendors"), words("room.chart_note"),
                    words("room.source"), points)  # fmt: skip
    return words.section("opportunities", Part((cells_table,), (figure,), tuple(sentences)))
