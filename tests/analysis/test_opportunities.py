"""White space and concentration by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from harness.analysis import opportunities as o
from harness.errors import BadInput

VENDOR = pd.DataFrame({"vendor_id": ["x", "y", "r"], "segment": ["startup", "big-tech", "reference"], "country": "US"})
MODEL = pd.DataFrame(
    [
        ("x1", "x", "xf", 1.0, "text", "text", True, "apache-2.0"),
        ("x2", "x", "xf", 70.0, "text;image", "text", True, "cc-by-nc-4.0"),
        ("y1", "y", "yf", 2.0, "text", "text", True, "MIT"),
        ("y2", "y", "yg", None, "text", "text", False, None),
        ("r1", "r", "rf", 1.0, "text", "text", True, "apache-2.0"),
    ],
    columns=[
        "model_id",
        "vendor_id",
        "family",
        "params_b",
        "input_modalities",
        "output_modalities",
        "open_weights",
        "licence",
    ],
)
LISTED = pd.DataFrame(
    {
        "model_id": ["x1", "x1", "y1", None],
        "provider_id": ["p", "q", "p", "p"],
        "blended_per_mtok": [0.3, 0.1, 2.0, 9.0],
    }
)


def _cells() -> pd.DataFrame:
    return o.market_cells(MODEL, VENDOR, listed=LISTED, capability={"x1": 0.4, "y1": 0.6})


def test_bands_include_their_upper_end() -> None:
    assert o.banded([3.0, 3.1, np.nan, 500], o.SIZES) == ["up to 3B", "3B to 15B", "unknown", "above 80B"]


@pytest.mark.parametrize(
    ("licence", "opened", "expected"),
    [
        ("apache-2.0", True, "permissive"),
        ("MIT", True, "permissive"),
        ("llama3.1", True, "restricted"),
        ("cc-by-nc-4.0", True, "restricted"),
        ("gpl-3.0", True, "other open"),
        (None, True, "unknown"),
        ("mit", False, "closed"),
        (None, None, "unknown"),
    ],
)
def test_licence_classes(licence: object, opened: object, expected: str) -> None:
    assert o.licence_class(licence, opened) == expected


def test_cells_leave_out_reference_models_and_take_the_cheapest_price() -> None:
    cells = _cells()
    assert "r1" not in set(cells["model_id"])
    x1 = cells[cells["model_id"] == "x1"].iloc[0]
    assert (x1["price"], x1["providers"], x1["price_class"]) == (0.1, 2, "up to 0.20")
    assert set(cells.loc[cells["model_id"] == "x2", "modality"]) == {"image", "text"}
    assert (o.market_cells(MODEL, VENDOR)["price_class"] == "unknown").all()


def test_white_space_by_hand() -> None:
    grid = o.white_space(_cells(), few=1).set_index(["size", "licence_class"])
    small = grid.loc[("up to 3B", "permissive")]
    assert (small["vendors"], small["models"], small["best"], small["best_model"]) == (2, 2, 0.6, "y1")
    assert (small["lowest_price"], small["providers"], small["families"]) == (0.1, 3, 2)
    assert not small["white"]
    held = grid.loc[("15B to 80B", "restricted")]
    assert held["vendors"] == 1 and held["white"]
    empty = grid.loc[("15B to 80B", "permissive")]
    assert empty["vendors"] == 0 and empty["white"] and math.isnan(empty["best"])
    # neighbours on one axis: (small, permissive) 3 + 2, (mid, restricted) 0 + 1, (mid, closed) 0
    assert empty["demand"] == pytest.approx(6 / 3)
    assert not grid.loc[("unknown", "closed"), "white"]


def test_any_axes_or_none() -> None:
    one = o.white_space(_cells(), axes=("modality",)).set_index("modality")
    assert one.loc["text", "models"] == 4 and one.loc["image", "models"] == 1
    three = o.white_space(_cells(), axes=("size", "price_class", "segment"))
    assert set(three) >= {"size", "price_class", "segment", "white"}
    with pytest.raises(BadInput, match="colour"):
        o.white_space(_cells(), axes=("colour",))
    assert o.white_space(_cells().iloc[:0]).empty


def test_a_cell_that_an_unstated_model_may_stand_in_says_how_many_vendors_that_are() -> None:
    grid = o.white_space(_cells(), axes=("size", "level")).set_index(["size", "level"])
    # x1 and y1 are small and ranked low, x2 is 70 B and not ranked, y2 has neither a size nor a rank
    assert grid.loc[("15B to 80B", "up to 120"), "vendors"] == 0
    assert grid.loc[("15B to 80B", "up to 120"), "possible"] == 2, (
        "x by its model of 70 B, y by the one of unknown size"
    )
    assert grid.loc[("up to 3B", "up to 120"), "possible"] == 0, "both are in it already"


def test_a_seat_elsewhere_and_the_domains_tested_are_axes() -> None:
    vendor = VENDOR.assign(country=["CN", "FR", "US"])
    cells = o.market_cells(MODEL, vendor, domains={"x1": ["coding", "agents"]})
    assert set(cells.loc[cells["vendor_id"] == "y", "country"]) == {"elsewhere"}
    assert set(cells.loc[cells["vendor_id"] == "y", "seat"]) == {"FR"}
    assert sorted(cells.loc[cells["model_id"] == "x1", "domain"]) == ["agents", "coding"]
    assert set(cells.loc[cells["model_id"] == "x2", "domain"]) == {"unknown"}


def test_languages_are_an_axis() -> None:
    cells = o.market_cells(MODEL, VENDOR, languages={"x1": ["en", "zh"], "y1": ["en"]})
    grid = o.white_space(cells, axes=("language",)).set_index("language")
    assert grid.loc["en", "vendors"] == 2 and grid.loc["zh", "white"]


def test_herfindahl_and_effective_number() -> None:
    assert o.herfindahl([5, 5, 5, 5]) == pytest.approx(0.25)
    assert o.herfindahl([30, 30, 20, 20]) == pytest.approx(0.26)  # the guidelines' 2,600 points
    assert math.isnan(o.herfindahl([])) and o.herfindahl([3, 0]) == 1.0
    amounts = pd.DataFrame({"measure": "offers", "vendor_id": list("abcd"), "amount": [30, 30, 20, 20]})
    row = o.concentration(amounts).iloc[0]
    assert (row["vendors"], row["effective_vendors"], row["top_share"]) == (4, pytest.approx(1 / 0.26), 0.3)
    assert o.concentration(amounts.iloc[:0]).empty
