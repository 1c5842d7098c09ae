"""Inputs of positioning, one row a vendor and input: the view ``vendor_position`` and what needs more than one table."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from harness.analysis.opportunities import licence_class

COLUMNS = ["vendor_id", "dimension", "input", "value", "unit", "origin", "as_of", "source_id"]
COUNTED = {  # facts in words, counted: key, dimension, input
    "domain": ("application", "domains"),
    "product": ("application", "products"),
    "channel": ("business", "channels"),
}


def gather_inputs(
    view: pd.DataFrame,
    fact: pd.DataFrame,
    model: pd.DataFrame,
    *,
    capability: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """All inputs of positioning in long form, columns COLUMNS, ready for ``positioning.position``.

    ``view`` is ``vendor_position``; added are the number of distinct domains, products and channels (``fact``), the
    share of open models under a permissive licence (``model``), and the best reported capability of a vendor's models
    (``capability`` by ``model_id``, from the stitched scale). A vendor without a basis for an input has no row.
    """
    parts = [view.reindex(columns=COLUMNS), _counts(fact), _licences(model)]
    if capability:
        best = model.assign(value=model["model_id"].map(dict(capability))).dropna(subset=["value"])
        top = best.groupby("vendor_id").agg(value=("value", "max")).reset_index()
        parts.append(_rows(top, "rnd", "best reported capability", "scale units", "reported"))
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else parts[0]


def _rows(values: pd.DataFrame, dimension: str, name: str, unit: str, origin: str) -> pd.DataFrame:
    rows = values.assign(dimension=dimension, input=name, unit=unit, origin=origin, as_of=None)
    return rows.assign(source_id=rows.get("source_id"))[COLUMNS]


def _counts(fact: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for key, (dimension, name) in COUNTED.items():
        own = fact[fact["key"] == key]
        counted = own.groupby("vendor_id").agg(
            value=("value", lambda words: float(words.nunique())),
            source_id=("source_id", lambda ids: ", ".join(sorted(set(ids.dropna().astype(str))))),
        )
        parts.append(_rows(counted.reset_index(), dimension, name, name, "fact"))
    return pd.concat(parts, ignore_index=True)


def _licences(model: pd.DataFrame) -> pd.DataFrame:
    kinds = [licence_class(a, b) for a, b in zip(model["licence"], model["open_weights"], strict=True)]
    classified = model.assign(kind=kinds)
    classified = classified[classified["kind"].isin(["permissive", "restricted", "other open", "closed"])]
    classified = classified.assign(permissive=(classified["kind"] == "permissive").astype(float))
    share = classified.groupby("vendor_id").agg(value=("permissive", "mean")).reset_index()
    return _rows(share, "business", "licence openness", "fraction", "catalog")
