"""How far prices of the same model differ between providers."""

from __future__ import annotations

import pandas as pd


def price_dispersion(listed: pd.DataFrame) -> pd.DataFrame:
    """How much providers differ on the same model, from current prices: one row a model with two or more providers.

    ``model_id, providers, lowest, median, highest, ratio, variation, cheapest_provider``; each provider counts with its
    cheapest offer; ``variation`` is the coefficient of variation. Free offers and unmatched ones are left out.
    Source: Baye, Morgan, Scholten (2004) for the measures of price dispersion.
    """
    best = _cheapest_by_provider(listed)
    columns = ["model_id", "providers", "lowest", "median", "highest", "ratio", "variation", "cheapest_provider"]
    if best.empty:
        return pd.DataFrame({c: pd.Series(dtype=object) for c in columns})
    out = best.groupby("model_id")["blended_per_mtok"].agg(["size", "min", "median", "max", "mean", "std"])
    cheapest = best.drop_duplicates("model_id").set_index("model_id")["provider_id"]
    out = out[out["size"] >= 2].rename(columns={"size": "providers", "min": "lowest", "max": "highest"})
    out = out.assign(
        ratio=out["highest"] / out["lowest"],
        variation=out["std"] / out["mean"],
        cheapest_provider=cheapest.reindex(out.index),
    )
    return out.reset_index()[columns].sort_values("ratio", ascending=False, ignore_index=True, kind="stable")


def undercutting(listed: pd.DataFrame) -> pd.DataFrame:
    """Who undercuts whom on the same models: ``cheaper, dearer, models, median_ratio, shared`` for every pair of providers.

    ``models`` counts those where ``cheaper`` asks less, ``shared`` all that both sell; ``median_ratio`` is dearer ÷ cheaper
    over ``models``.
    """
    best = _cheapest_by_provider(listed)[["model_id", "provider_id", "blended_per_mtok"]]
    both = best.merge(best, on="model_id", suffixes=("_low", "_high"))
    shared = both.groupby(["provider_id_low", "provider_id_high"]).size().rename("shared")
    both = both[both["blended_per_mtok_low"] < both["blended_per_mtok_high"]]
    both = both.assign(ratio=both["blended_per_mtok_high"] / both["blended_per_mtok_low"])
    pairs = both.groupby(["provider_id_low", "provider_id_high"])["ratio"].agg(["size", "median"])
    pairs = pairs.join(shared).reset_index()
    pairs.columns = pd.Index(["cheaper", "dearer", "models", "median_ratio", "shared"])
    return pairs.sort_values(["models", "median_ratio"], ascending=False, ignore_index=True, kind="stable")


def win_rates(pairs: pd.DataFrame, *, most: int) -> tuple[pd.DataFrame, pd.Series[float]]:
    """Matrix of win rates (share of shared models on which the row is cheaper than the column), and each row's overall rate.

    ``pairs`` from ``undercutting``. The ``most`` providers that share most models with others, highest overall rate first.
    Empty where too few models are shared, or all at the same price.
    """
    wins = pairs.pivot(index="cheaper", columns="dearer", values="models")
    shared = pairs.pivot(index="cheaper", columns="dearer", values="shared")
    shared = shared.combine_first(shared.T)
    busiest = shared.sum(axis=1).sort_values(ascending=False, kind="stable").index[:most]
    shared = shared.loc[busiest, busiest]
    wins = wins.reindex(index=busiest, columns=busiest).fillna(0.0)
    total = (wins.where(shared.notna()).sum(axis=1) / shared.sum(axis=1)).dropna()
    order = total.sort_values(ascending=False, kind="stable").index
    return (wins / shared).loc[order, order], total.loc[order]


def _cheapest_by_provider(listed: pd.DataFrame) -> pd.DataFrame:
    rows = listed[listed["model_id"].notna() & (listed["blended_per_mtok"] > 0)]
    rows = rows.sort_values(["model_id", "blended_per_mtok", "provider_id"], kind="stable")
    return rows.drop_duplicates(["model_id", "provider_id"])
