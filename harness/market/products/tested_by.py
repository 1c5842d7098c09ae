"""Runs of a product that somebody other than its maker made: measured here, or imported from others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from harness.market.search.entries import letters

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.products.about import Product

MAKERS = {"hfopenllmv2": "huggingface", "modelscope": "alibaba"}
"""Vendors behind evaluators that are not called as the vendor is: the letters of a tool's or a repository owner's name."""


def of_product(runs: pd.DataFrame, product: Product) -> pd.DataFrame:
    """Those of ``runs`` (with ``model_id``, ``model``) that are of the product."""
    return runs[runs["model_id"].isin(product.ids) | runs["model"].eq(product.id)]


def others(leading: pd.DataFrame, product: Product) -> pd.DataFrame:
    """The product's rows of ``market.leading_runs`` that its maker did not make.

    Runs measured here count. An imported one counts where it says who made it and the maker is known to be somebody else.
    """
    import pandas as pd

    rows = of_product(leading, product)
    made = [o == "measured" or _elsewhere(s, product) for o, s in zip(rows["origin"], rows["source"], strict=True)]
    return rows[pd.Series(made, index=rows.index, dtype=bool)]


def _elsewhere(source: object, product: Product) -> bool:
    """Whether a run's source (a JSON record) names somebody other than the product's maker."""
    makers = _names(product)
    try:
        record = json.loads(source) if isinstance(source, str) else None
    except ValueError:
        return False
    if not makers or not isinstance(record, dict) or record.get("relationship") == "first_party":
        return False
    owner = str(record.get("title") or "").partition("/")[0]
    evaluators = {letters(str(name)) for name in (owner, record.get("tool")) if name}
    return bool(evaluators) and not makers & (evaluators | {MAKERS.get(name, name) for name in evaluators})


def _names(product: Product) -> set[str]:
    """The letters of what the product's maker is called: its id, its names, the owner of the weights' repository."""
    row = product.row
    hub = row.get("hub_id")
    called = [row.get("vendor_id"), row.get("vendor_en"), row.get("vendor_zh"),
              hub.partition("/")[0] if isinstance(hub, str) else None]  # fmt: skip
    return {letters(name) for name in called if isinstance(name, str) and name}
