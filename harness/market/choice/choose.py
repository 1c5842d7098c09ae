"""The models that satisfy a wish, how good they are for its task, what they cost, and what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from harness.analysis.choice import SUITABILITY_COLUMNS, Suitability, behind_leader, suitability
from harness.analysis.opportunities import UNKNOWN, licence_class
from harness.analysis.scale.domains import profiles
from harness.catalog.schema import LANGUAGE_KINDS
from harness.errors import MissingData
from harness.market.choice.evidence import evidence, tests_of
from harness.market.choice.wish import BYTES
from harness.market.prices.dispersion import trusted_offers
from harness.market.prices.list_prices import list_prices, market_prices
from harness.market.prices.task_costs import highest_effort, task_costs

if TYPE_CHECKING:
    from harness.analysis.scale.fit import ScaleFit
    from harness.market.choice.families import Family
    from harness.market.choice.wish import Wish
    from harness.market.queries import Queries

LEAST_SHARE = 0.2
"""Part of a task's weights that reported tests must carry for a product to count as known for the task."""
STANDINGS = ("known", "general", "unsaid")
"""Rows that satisfy the wish and are known for the task; that satisfy it and are known in general alone; of which it cannot be said
whether they satisfy it."""
MODEL_COLUMNS = ["product_id", "model_id", "model", "vendor_id", "vendor_en", "vendor_zh", "segment", "country", "open_weights", "licence",
                 "licence_class", "params_b", "memory_gb", "context_tokens", "input_modalities", "released"]  # fmt: skip
SUITED_COLUMNS = [*SUITABILITY_COLUMNS[1:], "behind", "behind_low", "behind_high", "within_leader"]
POINT_COLUMNS = ["points", "points_low", "points_high", "domain_points", "domain_low", "domain_high"]
OFFER_COLUMNS = [
    "price",
    "input_per_mtok",
    "output_per_mtok",
    "basis",
    "provider",
    "provider_kind",
    "hosts",
    "as_of",
    "source",
    "url",
]
PRICE_COLUMNS = [*OFFER_COLUMNS, "list_price"]
COST_COLUMNS = ["task_cost", "task_basis", "task_benchmark", "task_effort", "task_as_of", "task_source", "task_url"]
COLUMNS = ["standing", *MODEL_COLUMNS, *SUITED_COLUMNS, "in_language", *POINT_COLUMNS, *PRICE_COLUMNS, *COST_COLUMNS,
           "host_countries", "scored", "unknown"]  # fmt: skip


def choose(queries: Queries, fit: ScaleFit | None, wish: Wish) -> pd.DataFrame:
    """Products for ``wish``: COLUMNS, one row a product; those that certainly fail a condition are left out.

    ``standing`` is one of STANDINGS, in whose order the rows come: ``known`` by suitability (``analysis.choice``, the share of the
    task's tests solved, 95%), the others by general points. ``behind`` and ``within_leader`` compare the known with their best.
    ``price`` is the list price, USD per million tokens at the wish's ratio, or, where that is above the budget, the
    cheapest offer of a seller that one can trust (``list_price`` is then the dearer list price); ``task_cost`` is USD for one task, ``reported`` for
    ``task_benchmark`` or ``estimated`` from the task's typical tokens at list price. ``memory_gb`` is of the weights alone.
    ``in_language`` counts reported tests in the wish's language. ``unknown`` lists, by name, the conditions of the wish of which it
    is not known whether the product satisfies them, and ``task`` where too little is reported to know it for the task. ``scored``
    says that there is any score of it, general points or evidence for the task.

    Raises:
        BadInput: an unknown task, or conditions that cannot be held against a model.
    """
    wish = wish.checked()
    task = wish.family
    rows = _products(queries, wish)
    rows = rows.merge(_prices(queries, wish), on="product_id", how="left")
    rows = rows.merge(_task_costs(queries, task), on="product_id", how="left")
    rows = _with_estimates(rows, task)
    rows = rows.merge(_points(fit, task), on="product_id", how="left")
    found = _suited(queries, fit, task)
    if found is not None:
        rows = rows.merge(found.models.rename(columns={"model_id": "product_id"}), on="product_id", how="left")
    rows = rows.reindex(columns=list(dict.fromkeys([*rows.columns, *COLUMNS])))
    proof = evidence(queries, fit, task)
    spoken = proof[proof["language"].eq(wish.language)] if wish.language else proof.head(0)
    rows["in_language"] = (
        rows["product_id"].map(spoken.groupby("product_id")["benchmark_id"].nunique()).fillna(0).astype(int)
    )
    rows["scored"] = rows["points"].notna() | rows["product_id"].isin(proof["product_id"])
    answers = _answers(rows, wish)
    rows = rows[~answers.eq(False).any(axis=1)]
    answers = answers.loc[rows.index]
    known = rows["share"].astype(float).ge(LEAST_SHARE)
    unsaid = answers.isna().any(axis=1)
    rows["standing"] = np.select([unsaid, known], ["unsaid", "known"], "general")
    rows["unknown"] = [
        tuple(answers.columns[gaps]) + (() if seen else ("task",))
        for gaps, seen in zip(answers.isna().to_numpy(), known, strict=True)
    ]
    if found is not None:
        gaps = behind_leader(found, list(rows.loc[rows["standing"].eq("known"), "product_id"]))
        gaps = gaps.rename(columns={"model_id": "product_id"})
        rows = rows.drop(columns=list(gaps.columns[1:])).merge(gaps, on="product_id", how="left")
    rows["within_leader"] = rows["within_leader"].eq(True)
    return _ordered(rows)


def best_value(rows: pd.DataFrame) -> pd.Series | None:
    """Of the known rows that cannot be told from the best one, the cheapest with a price; None where no price is known."""
    level = rows[rows["within_leader"] & rows["price"].notna()]
    return None if level.empty else level.sort_values(["price", "product_id"]).iloc[0]


def _products(queries: Queries, wish: Wish) -> pd.DataFrame:
    models = queries.frame("models").drop_duplicates("model_id")
    product = models["product_id"].fillna(models["model_id"])
    models = models[
        product.eq(models["model_id"]) & models["kind"].isin(LANGUAGE_KINDS) & models["segment"].ne("reference")
    ]
    return models.assign(
        product_id=models["model_id"],
        model=models["name"].fillna(models["model_id"]),
        licence_class=[licence_class(a, b) for a, b in zip(models["licence"], models["open_weights"], strict=True)],
        memory_gb=models["params_b"].astype(float) * BYTES[wish.bits],
    )[MODEL_COLUMNS].reset_index(drop=True)


def _prices(queries: Queries, wish: Wish) -> pd.DataFrame:
    ratio = wish.input_per_output
    prices = list_prices(queries, ratio).rename(columns={"blended_per_mtok": "price"})
    prices = prices.assign(list_price=prices["price"])
    if wish.budget is not None:
        prices = _within(prices, market_prices(queries, "cheapest", ratio), wish.budget)
    prices = prices[["product_id", *PRICE_COLUMNS]]
    sold = trusted_offers(queries, ratio)
    country = queries.frame("sellers").set_index("provider_id")["country"]
    sold = sold.assign(host=sold["provider_id"].map(country))
    where = sold.groupby("product_id")["host"].agg(
        lambda hosts: tuple(sorted({h if isinstance(h, str) else "" for h in hosts}))
    )
    return prices.assign(host_countries=prices["product_id"].map(where))


def _within(prices: pd.DataFrame, cheapest: pd.DataFrame, budget: float) -> pd.DataFrame:
    """List prices, with the cheapest offer of a seller that one can trust in the place of those above the budget that it keeps to."""
    cheapest = cheapest.rename(columns={"blended_per_mtok": "price"}).set_index("product_id")
    cheapest = cheapest[cheapest["price"].astype(float) <= budget]
    dear = prices["price"].astype(float).gt(budget) | prices["basis"].eq("few")
    dear &= prices["product_id"].isin(cheapest.index)
    offered = cheapest.loc[prices.loc[dear, "product_id"]].assign(hosts=1)
    for column in OFFER_COLUMNS:
        prices[column] = prices[column].astype(object)
        prices.loc[dear, column] = offered[column].to_numpy(dtype=object)
    return prices.assign(price=prices["price"].astype(float))


def _task_costs(queries: Queries, task: Family) -> pd.DataFrame:
    """Reported cost of one task: of the first of the task's benchmarks that has one, at the highest effort."""
    names = {"cost": "task_cost", "basis": "task_basis", "benchmark": "task_benchmark", "effort": "task_effort",
             "as_of": "task_as_of", "source": "task_source", "url": "task_url"}  # fmt: skip
    costs = task_costs(queries)
    costs = costs[costs["benchmark_id"].isin(task.costs) & costs["basis"].eq("reported")]
    parts = [highest_effort(costs[costs["benchmark_id"].eq(id)]) for id in task.costs]
    rows = pd.concat([costs.head(0), *parts]).drop_duplicates("product_id")
    return rows.rename(columns=names)[["product_id", *COST_COLUMNS]]


def typical_cost(rows: pd.DataFrame, task: Family) -> pd.Series[float]:
    """USD for one task's typical tokens at each row's price (``input_per_mtok, output_per_mtok``), without thinking; missing without
    a price. The one basis on which all of them can be compared."""
    return (
        rows["input_per_mtok"].astype(float) * task.input_tokens
        + rows["output_per_mtok"].astype(float) * task.output_tokens
    ) / 1e6


def _with_estimates(rows: pd.DataFrame, task: Family) -> pd.DataFrame:
    estimate = typical_cost(rows, task)
    reported = rows["task_cost"].notna()
    basis = rows["task_basis"].astype(object).where(reported, "estimated").where(reported | estimate.notna(), None)
    return rows.assign(task_cost=rows["task_cost"].astype(float).where(reported, estimate), task_basis=basis)


def _points(fit: ScaleFit | None, task: Family) -> pd.DataFrame:
    if fit is None:
        return pd.DataFrame({column: pd.Series(dtype=object) for column in ["product_id", *POINT_COLUMNS]})
    names = {"model_id": "product_id", "low": "points_low", "high": "points_high"}
    general = fit.models.rename(columns=names)[["product_id", "points", "points_low", "points_high"]]
    own = profiles(fit)
    own = own[own["domain"].eq(task.domain)].rename(
        columns={"model_id": "product_id", "points": "domain_points", "low": "domain_low", "high": "domain_high"}
    )
    return general.merge(own[["product_id", "domain_points", "domain_low", "domain_high"]], on="product_id", how="left")


def _suited(queries: Queries, fit: ScaleFit | None, task: Family) -> Suitability | None:
    """Suitability of products for the task; None without a scale, or where it holds none of the task's tests."""
    if fit is None:
        return None
    try:
        return suitability(fit, tests_of(queries, task))
    except MissingData:
        return None


def _answers(rows: pd.DataFrame, wish: Wish) -> pd.DataFrame:
    """Whether each product satisfies each condition of the wish, a column a condition; missing where it cannot be said."""
    opened = rows["open_weights"].astype("boolean")
    out: dict[str, pd.Series] = {}
    if wish.budget is not None:
        trusted = rows["price"].astype(float).where(rows["basis"].ne("few"))
        out["price"] = _at_most(trusted, wish.budget)
    if wish.budget_per_task is not None:
        out["task_cost"] = _at_most(rows["task_cost"], wish.budget_per_task)
    if wish.open_weights:
        out["open_weights"] = opened
    if wish.licence == "permissive":
        kind = rows["licence_class"]
        unclear = kind.eq(UNKNOWN) | (opened.eq(True).fillna(False) & rows["licence"].isna())
        out["licence"] = kind.eq("permissive").astype("boolean").mask(unclear)
    if wish.language:
        out["language"] = rows["in_language"].gt(0).astype("boolean").replace(False, pd.NA)
    if wish.countries:
        out["country"] = rows["country"].isin(wish.countries).astype("boolean").mask(rows["country"].isna())
    if wish.hosts:
        out["host"] = pd.Series(
            [_hosted(where, wish.hosts) for where in rows["host_countries"]], rows.index, dtype="boolean"
        )
    if wish.context is not None:
        out["context"] = _at_most(-rows["context_tokens"].astype(float), -wish.context)
    if wish.modalities:
        reads = rows["input_modalities"].map(
            lambda text: set(text.replace(",", ";").split(";")) if isinstance(text, str) else None
        )
        out["modality"] = reads.map(lambda r: pd.NA if r is None else set(wish.modalities) <= r).astype("boolean")
    if wish.memory is not None:
        fits = _at_most(rows["memory_gb"], wish.memory)
        out["memory"] = fits.mask(opened.isna(), pd.NA).mask(opened.eq(False).fillna(False), False)
    if wish.since is not None:
        day = pd.to_datetime(rows["released"])
        out["released"] = day.ge(pd.Timestamp(wish.since)).astype("boolean").mask(day.isna())
    return pd.DataFrame(out, index=rows.index)


def _at_most(values: pd.Series, most: float) -> pd.Series:
    numbers = values.astype(float)
    return numbers.le(most).astype("boolean").mask(numbers.isna())


def _hosted(where: object, wanted: tuple[str, ...]) -> object:
    """Whether one of the sellers' countries (empty where not known) is wanted; missing where that cannot be said."""
    if not isinstance(where, tuple):
        return pd.NA
    if set(where) & set(wanted):
        return True
    return pd.NA if "" in where else False


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    place = rows["standing"].map(STANDINGS.index)
    value = rows["suitability"].astype(float).where(rows["standing"].eq("known"), rows["points"].astype(float))
    rows = rows.assign(place=place, value=value).sort_values(
        ["place", "value", "released", "product_id"], ascending=[True, False, False, True], ignore_index=True
    )
    return rows[COLUMNS]
