"""What the catalog does not know of a product, as codes in the order of what a buyer asks first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

LEAST_BENCHMARKS = 5
"""Tests that the scale takes below which a list says that there are few: as many as a ranked model needs."""
CODES = ("not_in_catalog", "no_scores", "few_benchmarks", "no_place", "only_vendor", "no_price", "few_hosts", "no_task_cost",
         "no_release", "no_size", "no_licence", "no_context", "no_items")  # fmt: skip


def gaps(
    row: Mapping[Any, Any],
    scores: pd.DataFrame,
    price: Mapping[Any, Any] | None,
    *,
    ranked: bool,
    tasks: bool,
    items: bool,
    others: bool,
) -> list[str]:
    """Codes of CODES that hold: of the catalog's ``row`` (empty where it has none), of ``market.products.scores``, of the row of
    ``list_prices``; whether the product is ``ranked``, has costs per task (``tasks``), ``items`` shared with others, and runs that ``others``
    than its maker made.

    A size is missed only of open weights: makers of closed models publish none.
    """
    opened = row.get("open_weights")
    language = row.get("kind") in ("text", "multimodal")
    tests = int(scores.loc[scores["role"].eq("scale"), "benchmark_id"].nunique())
    holds = {
        "not_in_catalog": not row,
        "no_scores": scores.empty,
        "few_benchmarks": len(scores) > 0 and tests < LEAST_BENCHMARKS,
        "no_place": tests >= LEAST_BENCHMARKS and not ranked,
        "only_vendor": not others and len(scores) > 0 and bool(scores["reporter"].eq("vendor").all()),
        "no_price": price is None and bool(row),
        "few_hosts": price is not None and price["basis"] == "few",
        "no_task_cost": not tasks and language,
        "no_release": bool(row) and _missing(row.get("released")),
        "no_size": bool(row) and not _missing(opened) and bool(opened) and _missing(row.get("params_b")),
        "no_licence": bool(row) and not _missing(opened) and bool(opened) and _missing(row.get("licence")),
        "no_context": language and _missing(row.get("context_tokens")),
        "no_items": not items and language,
    }
    return [code for code in CODES if holds[code]]


def _missing(value: Any) -> bool:
    return value is None or value != value or str(value) in ("", "<NA>", "NaT")
