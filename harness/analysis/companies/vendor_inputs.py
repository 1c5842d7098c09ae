"""Inputs of positioning, one row a vendor and input: the view ``vendor_position`` and what needs more than one table."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from harness.analysis.companies.inputs import BY_KEY
from harness.analysis.opportunities import LICENCE_CLASSES, licence_class

COLUMNS = ["vendor_id", "dimension", "input", "value", "unit", "origin", "as_of", "source_id"]
COUNTED = {"domain": "domains", "product": "products", "channel": "channels"}  # key of a fact in words → input


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
    (``capability`` by ``model_id``, points on the scale of reported scores). A vendor without a basis for an input has no row.
    """
    parts = [view.reindex(columns=COLUMNS), _counts(fact), _licences(model)]
    if capability:
        best = model.assign(value=model["model_id"].map(dict(capability))).dropna(subset=["value"])
        top = best.groupby("vendor_id").agg(value=("value", "max")).reset_index()
        parts.append(_rows(top, "best_reported_capability"))
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else parts[0]


def _rows(values: pd.DataFrame, key: str) -> pd.DataFrame:
    row = BY_KEY[key]
    rows = values.assign(dimension=row.dimension, input=key, unit=row.unit, origin=row.origin, as_of=None)
    return rows.assign(source_id=rows.get("source_id"))[COLUMNS]


def _counts(fact: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for key, name in COUNTED.items():
        own = fact[fact["key"] == key]
        counted = own.groupby("vendor_id").agg(
            value=("value", lambda words: float(words.nunique())),
            source_id=("source_id", lambda ids: ", ".join(sorted(set(ids.dropna().astype(str))))),
        )
        parts.append(_rows(counted.reset_index(), name))
    return pd.concat(parts, ignore_index=True)


def _licences(model: pd.DataFrame) -> pd.DataFrame:
    kinds = [licence_class(a, b) for a, b in zip(model["licence"], model["open_weights"], strict=True)]
    classified = model.assign(kind=kinds)
    classified = classified[classified["kind"].isin(LICENCE_CLASSES[:-1])]
    classified = classified.assign(permissive=(classified["kind"] == "permissive").astype(float))
    share = classified.groupby("vendor_id").agg(value=("permissive", "mean")).reset_index()
    return _rows(share, "licence_openness")
