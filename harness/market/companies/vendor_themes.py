"""Themes and fronts of what is known of a vendor: which fact, input and figure stands under which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from harness.analysis.companies.inputs import INPUTS

if TYPE_CHECKING:
    import pandas as pd

COMPARED_FRONTS: Mapping[str, tuple[str, ...]] = {
    "technology": ("technology", "data", "talent"),
    "market": ("market", "business"),
    "ecosystem": ("ecosystem",),
    "capital": ("capital",),
}
"""The four fronts on which vendors are compared, with the themes of each."""
THEMES = tuple(theme for themes in COMPARED_FRONTS.values() for theme in themes)
FRONT_OF = {theme: front for front, themes in COMPARED_FRONTS.items() for theme in themes}
DIMENSION_FRONT: Mapping[str, str] = {
    "rnd": "technology", "application": "market", "business": "market", "ecosystem": "ecosystem", "capital": "capital",
}  # fmt: skip
"""The front of each of positioning's dimensions."""
_OF_DIMENSION = {"rnd": "technology", "application": "market", "business": "business", "value-chain": "business",
                 "ecosystem": "ecosystem", "capital": "capital"}  # fmt: skip
_OF_KEY = {
    "staff": "talent", "researchers": "talent", "notable_authors": "talent", "staff_change": "talent",
    "staff_guidance": "talent", "staff_shareholders": "talent",
    "dataset": "data", "datasets": "data", "datasets_released": "data", "training_tokens": "data",
    "rnd_spend": "capital", "rnd_spend_part": "capital", "rnd_spend_guidance": "capital", "ai_spend": "capital",
    "ai_spend_guidance": "capital", "compute_capacity": "capital", "compute_capacity_flops": "capital", "compute_capacity_part": "capital",
    "power_capacity": "capital", "accelerators": "capital",
    "customers": "market", "customers_part": "market", "market_share": "market", "market_rank": "market", "orders": "market", "backlog": "market",
}  # fmt: skip
"""Facts and inputs whose theme is not that of their dimension: people, data, and money or machines spent on research."""
ASKED: Mapping[str, tuple[str, ...]] = {
    "technology": ("capability", "largest_training_compute"),
    "data": ("training_tokens", "datasets"),
    "talent": ("staff", "researchers"),
    "market": ("monthly_users", "customers", "market_share"),
    "business": ("channels", "business_model", "position"),
    "ecosystem": ("developers", "downloads"),
    "capital": ("valuation", "revenue", "net_income", "rnd_spend", "funds_raised", "capex"),
}
"""What a reader asks of each theme first: named as not known where the catalog has none of it."""


def theme(key: str, dimension: str) -> str:
    """The theme of a fact or an input."""
    return _OF_KEY.get(key, _OF_DIMENSION[dimension])


def order(key: str) -> int:
    """The place of an input among the declared ones; others after them."""
    keys = [row.key for row in INPUTS]
    return keys.index(key) if key in keys else len(keys)


def not_known(facts: pd.DataFrame, inputs: pd.DataFrame) -> pd.DataFrame:
    """What the catalog lacks of one vendor, one row a theme: ``theme, facts`` (that it has), ``lacks`` (keys of ASKED).

    ``facts`` and ``inputs`` are the vendor's own; what stands with a group counts as known of the group's unit.
    """
    import pandas as pd

    themes = [theme(str(k), str(d)) for k, d in zip(facts["key"], facts["dimension"], strict=True)]
    held = {*facts["key"], *inputs["input"]}
    return pd.DataFrame(
        {
            "theme": THEMES,
            "facts": [themes.count(name) for name in THEMES],
            "lacks": [tuple(key for key in ASKED[name] if key not in held) for name in THEMES],
        }
    )
