"""The highest and lowest inputs of a vendor, or of a group of vendors, with the facts behind them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from harness.analysis.companies import segment_means
from harness.analysis.companies.scores import DEFAULT, Choices, normalised_inputs
from harness.catalog.schema import DIMENSIONS


def strengths(
    inputs: pd.DataFrame, *, groups: Mapping[str, str] | None = None, most: int = 3, choices: Choices = DEFAULT
) -> pd.DataFrame:
    """Top and bottom inputs of each vendor (or of each group of vendors): ``who, side, place, input, …``, with facts.

    One row per strength or weakness, all columns of ``inputs`` kept for a vendor, so that each leads back to its
    source. For a group the score is the mean over its vendors, with ``vendors`` counted; ``segment_means.LEAST`` of them
    have a figure of their own (a subsidiary with its group's adds none). Only inputs that rank.
    A strength scores above 0.5, a weakness below.
    """
    scored = normalised_inputs(inputs, choices=choices)
    scored = scored[scored["ranks"].astype(bool)]
    if groups is None:
        rows = scored.assign(who=scored["vendor_id"])
    else:
        who = scored["vendor_id"].map(dict(groups))
        rows = scored.assign(who=who).dropna(subset=["who"])
        if "group_id" in rows:
            rows = rows[rows["group_id"].isna()]
        rows = rows.groupby(["who", "dimension", "input"], as_index=False).agg(
            score=("score", "mean"), vendors=("vendor_id", "nunique")
        )
        rows = rows[rows["vendors"] >= segment_means.LEAST]
    parts = []
    for side, ascending, chosen in (("strength", False, rows["score"] > 0.5), ("weakness", True, rows["score"] < 0.5)):
        best = rows[chosen].sort_values(["who", "score", "input"], ascending=[True, ascending, True], kind="stable")
        place = best.groupby("who").cumcount() + 1
        parts.append(best.assign(side=side, place=place)[place <= most])
    return pd.concat(parts, ignore_index=True).sort_values(["who", "side", "place"], ignore_index=True, kind="stable")


def largest_losses(inputs: pd.DataFrame, *, choices: Choices = DEFAULT) -> pd.DataFrame:
    """The input that keeps each vendor's total down most, one row a vendor: ``vendor_id, dimension, input, score, loss``.

    ``loss`` is what the total (arithmetic, under the weights of ``choices``) would gain if the vendor were the best on that
    input alone. Only dimensions on which the vendor is placed.
    """
    from harness.analysis.companies.positioning import position

    scored = normalised_inputs(inputs, choices=choices)
    scored = scored[scored["ranks"].astype(bool)]
    placed = position(inputs, choices=choices).melt("vendor_id", list(DIMENSIONS), var_name="dimension").dropna()
    weight = dict(zip(DIMENSIONS, choices.weight(), strict=True))
    placed = placed.assign(weight=placed["dimension"].map(weight))
    placed = placed.assign(weight=placed["weight"] / placed.groupby("vendor_id")["weight"].transform("sum"))
    rows = scored.merge(placed[["vendor_id", "dimension", "weight"]], on=["vendor_id", "dimension"])
    held = rows.groupby(["vendor_id", "dimension"])["input"].transform("size")
    rows = rows.assign(loss=rows["weight"] * (1 - rows["score"]) / held)
    rows = rows.sort_values(["vendor_id", "loss", "input"], ascending=[True, False, True], kind="stable")
    return rows.drop_duplicates("vendor_id")[["vendor_id", "dimension", "input", "score", "loss"]].reset_index(
        drop=True
    )
