"""Suites that several models of a report answered item by item, and the order in which a reader asks for their pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.market import paired_outcomes
from harness.reports.subjects import MOST

if TYPE_CHECKING:
    import pandas as pd

    from harness.reports.data import Material

LEAST_ITEMS = 50
"""Items below which a suite comes after the others: it tells few models apart."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Runs of several models on one suite, with item outcomes: ``runs`` has one row a model, named in ``label``."""

    origin: str
    suite: str
    version: str
    runs: pd.DataFrame


def shared_suites(material: Material, most: int = MOST) -> list[Shared]:
    """The suites that at least two of the models answered item by item, each with every vendor's most capable ones; measured first,
    then those of the most vendors, the most models and the most capable ones."""
    runs = paired_outcomes.with_items(material, material.runs)
    runs = runs.sort_values(["outcomes", "label"], ascending=[False, True], kind="stable")
    runs = runs.assign(points=runs["model_id"].map(points_by_model(material)).fillna(0.0).astype(float))
    suites = []
    for (origin, suite, version), part in runs.groupby(["kind_of_origin", "suite", "suite_version"], sort=True):
        one = part.drop_duplicates("label").sort_values("points", ascending=False, kind="stable")
        one = one.assign(turn=one.groupby("vendor_id", dropna=False).cumcount())
        one = one.sort_values(["turn", "points"], ascending=[True, False], kind="stable").head(most)
        if len(one) > 1:
            suites.append(Shared(str(origin), str(suite), str(version), one.sort_values("label")))
    return sorted(suites, key=lambda s: (s.origin != "measured", -s.runs["vendor_id"].nunique(), -len(s.runs),
                                         int(s.runs["outcomes"].min()) < LEAST_ITEMS, -float(s.runs["points"].mean()), s.suite, s.version))  # fmt: skip


def points_by_model(material: Material) -> pd.Series[float]:
    """Points on the capability scale by model."""
    return material.scale.drop_duplicates("model_id").set_index("model_id")["score"].astype(float)


def asked_first(material: Material, pairs: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """The pairs in the order in which a reader asks for them: of two vendors before those of one (``within``), the most capable
    models first.

    ``pairs`` has ``model_a, model_b``, labels of ``runs`` (``label, model_id, vendor_id``); a model without a place comes last.
    """
    known = runs.drop_duplicates("label").set_index("label")
    score = known["model_id"].map(points_by_model(material)).astype(float)
    one, other = pairs["model_a"].map(known["vendor_id"]), pairs["model_b"].map(known["vendor_id"])
    a, b = pairs["model_a"].map(score), pairs["model_b"].map(score)
    order = pairs.assign(within=one.eq(other), points=a + b, best=a.combine(b, max))
    order = order.sort_values(["within", "points", "best"], ascending=[True, False, False], kind="stable")
    return order.drop(columns=["points", "best"])
