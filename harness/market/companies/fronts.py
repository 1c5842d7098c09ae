"""The fronts on which a company is described, the measures of each, and the companies for which every front is promised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.catalog.vocabulary import FACTS_BY_KEY

if TYPE_CHECKING:
    import pandas as pd

FRONTS = ("technology", "data", "talent", "application", "capital")


@dataclass(frozen=True)
class Measure:
    """What is asked of each company on a front. ``keys``: facts of any of these keys fill it, the first is what to look for;
    without keys it comes from models and scores. ``group``: a subsidiary without a figure of its own has its group's."""

    key: str
    front: str
    keys: tuple[str, ...] = ()
    group: bool = False


MEASURES = (
    Measure("capability", "technology"),
    Measure("releases", "technology"),
    Measure("training_compute", "technology", ("training_compute", "largest_training_compute")),
    Measure(
        "compute_capacity",
        "technology",
        ("compute_capacity", "compute_capacity_part", "compute_capacity_flops", "accelerators"),
    ),
    Measure("dataset", "data", ("dataset", "datasets_released")),
    Measure("training_tokens", "data", ("training_tokens",)),
    Measure("staff", "talent", ("staff",)),
    Measure("researchers", "talent", ("researchers",)),
    Measure("notable_authors", "talent", ("notable_authors",)),
    Measure(
        "monthly_users",
        "application",
        ("monthly_users", "weekly_users", "daily_users", "users", "platform_users", "paying_users"),
    ),
    Measure("product", "application", ("product",)),
    Measure("domain", "application", ("domain",)),
    Measure("customers", "application", ("customers",)),
    Measure("valuation", "capital", ("valuation",), group=True),
    Measure("revenue", "capital", ("revenue",), group=True),
    Measure("funding_round", "capital", ("funding_round", "funding_total")),
    Measure("rnd_spend", "capital", ("rnd_spend",), group=True),
)
BY_KEY = {measure.key: measure for measure in MEASURES}
NAMED = (
    "baidu", "alibaba", "alibaba-damo", "tencent", "huawei", "megvii", "sensetime", "xiaomi", "google", "google-deepmind",
    "microsoft", "meta", "amazon", "openai", "deepseek", "zhipu", "moonshot", "minimax", "stepfun", "zero-one-ai", "baichuan",
    "mistral", "cohere", "ai21", "anthropic", "xai", "nous", "arcee", "liquid", "sakana", "sarvam", "eleutherai", "ai2",
    "bigscience", "shanghai-ai-lab", "baai", "tii", "llm360",
)  # fmt: skip
"""Vendors that the founding documents name."""
OTHERS = 30
"""Largest others for which every front is promised too."""


def measure_of(key: str) -> Measure:
    """The measure of a key; a fact that no measure asks of every company is one of its own, on the front of its dimension."""
    front = {"rnd": "technology", "capital": "capital"}
    return BY_KEY.get(key) or Measure(key, front.get(FACTS_BY_KEY[key].dimension, "application"), (key,))


def largest_others(inputs: pd.DataFrame, count: int = OTHERS) -> list[str]:
    """Vendors that the documents do not name, by value, those without one after them by revenue (both USD, own figures).

    ``inputs`` are the inputs of positioning (``market.positions``).
    """
    own = inputs[inputs["group_id"].isna() & inputs["input"].isin(["valuation", "revenue"])]
    sizes = own.pivot_table(index="vendor_id", columns="input", values="value", aggfunc="first")
    sizes = sizes.reindex(columns=["valuation", "revenue"])[~sizes.index.isin(NAMED)].sort_index()
    ordered = sizes.sort_values(["valuation", "revenue"], ascending=False, na_position="last", kind="stable")
    return [str(vendor) for vendor in ordered.index[:count]]
