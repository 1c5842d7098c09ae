"""How firm the order of vendors is: an input left out, a fact changed, inputs that run against their dimension."""

from __future__ import annotations

import pandas as pd

from harness.analysis.companies.positioning import position
from harness.analysis.companies.scores import DEFAULT, Choices, normalised_inputs
from harness.errors import BadInput


def drop_input(inputs: pd.DataFrame, *, choices: Choices = DEFAULT) -> pd.DataFrame:
    """Rank of each vendor without each ranking input: ``input, dimension, vendor_id, rank, rank_change``.

    Source: OECD/JRC (2008), step 8.
    """
    base = position(inputs, choices=choices).set_index("vendor_id")["rank"]
    scored = normalised_inputs(inputs, choices=choices)
    parts = []
    for dimension, name in sorted(set(zip(scored["dimension"], scored["input"], strict=True))):
        if not scored.loc[(scored["dimension"] == dimension) & (scored["input"] == name), "ranks"].all():
            continue
        rest = inputs[(inputs["dimension"] != dimension) | (inputs["input"] != name)]
        rank = position(rest, choices=choices).set_index("vendor_id")["rank"].reindex(base.index)
        parts.append(
            pd.DataFrame(
                {"input": name, "dimension": dimension, "rank": rank, "rank_change": rank - base}
            ).reset_index()
        )
    columns = ["input", "dimension", "vendor_id", "rank", "rank_change"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def places_moved(ranks: pd.DataFrame) -> pd.DataFrame:
    """Places that leaving out each input moves: ``input, dimension, mean_places, most_places, moved``, the most first.

    ``ranks`` from ``drop_input``; ``moved`` counts the vendors whose rank changes. Source: OECD/JRC (2008), step 8.
    """
    rows = ranks.dropna(subset=["rank_change"])
    rows = rows.assign(places=rows["rank_change"].abs().astype(float))
    out = rows.groupby(["input", "dimension"], as_index=False).agg(
        mean_places=("places", "mean"), most_places=("places", "max"), moved=("places", lambda p: int((p > 0).sum()))
    )
    return out.sort_values(["mean_places", "input"], ascending=[False, True], ignore_index=True)


def what_if(
    inputs: pd.DataFrame, vendor_id: str, name: str, value: float, *, choices: Choices = DEFAULT
) -> pd.DataFrame:
    """``position`` with one fact changed, and ``rank_before`` beside it."""
    rows = (inputs["vendor_id"] == vendor_id) & (inputs["input"] == name)
    if not rows.any():
        raise BadInput(f"{vendor_id} has no input {name!r} to change.")
    before = position(inputs, choices=choices).set_index("vendor_id")["rank"]
    after = position(inputs.assign(value=inputs["value"].astype(float).mask(rows, value)), choices=choices)
    return after.assign(rank_before=after["vendor_id"].map(before))


def coherence(inputs: pd.DataFrame, *, choices: Choices = DEFAULT) -> pd.DataFrame:
    """Rank correlations of each input, one row an input: ``input, dimension, vendors, with_dimension, with_total, against``.

    Spearman correlations of the treated input with its dimension without it, and with the total; ``against`` is True
    where the first is negative. NaN with fewer than three vendors. Source: OECD/JRC (2008), steps 4 and 9.
    """
    scored = normalised_inputs(inputs, choices=choices)
    columns = ["input", "dimension", "vendors", "with_dimension", "with_total", "against"]
    totals = position(inputs, choices=choices).set_index("vendor_id")["total"].astype(float)
    rows = []
    for (dimension, name), part in scored.groupby(["dimension", "input"], sort=True):
        own = part.groupby("vendor_id")["score"].mean()
        rest = scored[(scored["dimension"] == dimension) & (scored["input"] != name) & scored["ranks"]]
        others = rest.groupby("vendor_id")["score"].mean().reindex(own.index)
        pair = (_spearman(own, others), _spearman(own, totals.reindex(own.index)))
        rows.append((name, dimension, len(own), *pair, bool(pair[0] < 0)))
    return pd.DataFrame(rows, columns=columns)


def _spearman(a: pd.Series, b: pd.Series) -> float:
    both = pd.DataFrame({"a": a, "b": b}).dropna()
    if len(both) < 3 or both["a"].nunique() < 2 or both["b"].nunique() < 2:
        return float("nan")
    return float(both["a"].corr(both["b"], method="spearman"))
