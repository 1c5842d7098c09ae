"""The models that an answer offers: each once, for the first reason that it has."""

from __future__ import annotations

import pandas as pd

from harness.market.choice.offers import offers


def _known(price: list[float], weights: list[object], level: int) -> pd.DataFrame:
    names = [f"m{i}" for i in range(len(price))]
    return pd.DataFrame({"product_id": names, "price": price, "open_weights": weights,
                         "within_leader": [i < level for i in range(len(price))]})  # fmt: skip


def _offered(known: pd.DataFrame) -> list[tuple[str, str]]:
    return [(reason, str(row["product_id"])) for reason, row in offers(known)]


def test_best_cheapest_of_its_level_and_best_with_open_weights() -> None:
    known = _known([9.0, 5.0, 2.0, 1.0], [False, None, False, True], level=3)
    assert _offered(known) == [("best", "m0"), ("value", "m2"), ("open", "m3")]


def test_the_next_best_takes_the_place_of_a_reason_that_the_best_has_itself() -> None:
    known = _known([1.0, 5.0, 2.0, 3.0], [True, False, True, False], level=3)
    assert _offered(known) == [("best", "m0"), ("next", "m1"), ("next", "m2")]


def test_one_model_stands_for_the_first_of_its_reasons() -> None:
    known = _known([9.0, 2.0, 3.0], [False, True, False], level=2)
    assert _offered(known) == [("best", "m0"), ("value", "m1"), ("next", "m2")]


def test_no_price_is_no_reason_and_no_row_is_no_offer() -> None:
    known = _known([float("nan"), float("nan")], [None, None], level=2)
    assert _offered(known) == [("best", "m0"), ("next", "m1")]
    assert offers(known.head(0)) == []
