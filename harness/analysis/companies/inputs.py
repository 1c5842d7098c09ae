"""The inputs of positioning, one row each: dimension, unit, origin, direction, scale."""

from __future__ import annotations

from dataclasses import dataclass

UNDECLARED = "not declared"
MEASURED_INDEX = "measured_index:"
"""Start of the key of the best measured index on one suite; the suite's name follows."""


@dataclass(frozen=True)
class Input:
    """One input of positioning.

    ``origin`` is where its values come from (fact, catalog, reported or measured), ``unit`` their unit; ``log`` says
    that it is ranked on a logarithmic scale (money, counts); ``why`` it is in. Its name in words is the message
    ``input.<key>``.
    """

    key: str
    dimension: str
    unit: str
    origin: str
    higher_is_better: bool
    log: bool
    why: str


INPUTS: tuple[Input, ...] = (
    Input("staff", "rnd", "people", "fact", True, True, "people to do research with"),
    Input("researchers", "rnd", "people", "fact", True, True, "people who do research"),
    Input("notable_authors", "rnd", "people", "fact", True, True, "talent behind notable models"),
    Input("notable_models", "rnd", "models", "fact", True, True, "research that others noticed"),
    Input("citations", "rnd", "citations", "fact", True, True, "research that others use"),
    Input("rnd_spend", "rnd", "USD", "fact", True, True, "means for research"),
    Input("datasets_released", "rnd", "data sets", "fact", True, True, "data it made and shares"),
    Input("largest_training_compute", "rnd", "FLOP", "fact", True, True, "largest model it could train"),
    Input("transparency_index", "rnd", "points", "fact", True, False, "how far its research can be checked"),
    Input("models_two_years", "rnd", "models", "catalog", True, True, "release cadence"),
    Input("open_weights_share", "rnd", "fraction", "catalog", True, False, "how much of its research is open"),
    Input("best_reported_capability", "rnd", "points", "reported", True, False, "the capability scale's best model"),
    Input("modalities", "application", "modalities", "catalog", True, False, "what its models read and write"),
    Input("domains", "application", "domains", "fact", True, False, "markets it serves"),
    Input("products", "application", "products", "fact", True, True, "products for end users"),
    Input("monthly_users", "application", "people", "fact", True, True, "people who use them"),
    Input("providers", "application", "providers", "catalog", True, True, "reach: who serves its models"),
    Input(
        "median_list_price",
        "business",
        "USD per million tokens",
        "catalog",
        False,
        True,
        "price position: cheaper is better for the buyer",
    ),
    Input(
        "licence_openness",
        "business",
        "fraction",
        "catalog",
        True,
        False,
        "share of models under a licence that permits commerce",
    ),
    Input("channels", "business", "channels", "fact", True, False, "ways to reach it"),
    Input("other_providers", "ecosystem", "providers", "catalog", True, True, "others who build on its models"),
    Input("derived_models", "ecosystem", "models", "fact", True, True, "work derived from its models"),
    Input("open_weight_models", "ecosystem", "models", "fact", True, True, "weights that others can build on"),
    Input("funding_total", "capital", "USD", "fact", True, True, "money raised"),
    Input("valuation", "capital", "USD", "fact", True, True, "what investors expect"),
    Input("revenue", "capital", "USD", "fact", True, True, "money earned"),
    Input("compute_spend", "capital", "USD", "fact", True, True, "who can afford the base layer"),
    Input("training_cost", "capital", "USD", "fact", True, True, "what its dearest model cost"),
)
BY_KEY = {row.key: row for row in INPUTS}


def declared(key: str, dimension: str) -> Input:
    """The row of an input; one that is not listed is shown and ranks nobody."""
    if key.startswith(MEASURED_INDEX):
        return Input(key, "rnd", "fraction", "measured", True, False, "measured capability")
    return BY_KEY.get(key, Input(key, dimension, "", "fact", True, False, UNDECLARED))
