"""Pinned models follow the reader: in the URL, from page to page, five at most."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from harness.site.cost import tradeoff
from harness.site.widgets import pins
from tests.site.conftest import Open, rows, table, texts


@pytest.fixture
def two(filled: Path) -> list[str]:
    """Two products that the search finds."""
    return list(rows(filled, "SELECT DISTINCT model_id FROM reported_score ORDER BY 1 LIMIT 2")["model_id"])


def links(at: object) -> list[str]:
    """The addresses' queries of all links of a page."""
    return [link.proto.query_string for link in at.get("page_link")]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        (["a,b"], ["a", "b"]),
        (["a", "b,a"], ["a", "b"]),
        (["a,b,c,d,e,f"], ["a", "b", "c", "d", "e"]),
        (["<b>,a b,, x-1.5:2 "], ["x-1.5:2"]),
        ([], []),
    ],
)
def test_the_address_names_up_to_five(asked: list[str], meant: list[str]) -> None:
    assert pins.ids(asked) == meant


def test_pins_stand_on_every_page_that_is_opened(site: Open, filled: Path, two: list[str]) -> None:
    at = site(filled, "cost", pins=",".join(two))
    assert "Pinned" in texts(at)
    assert at.query_params["pins"] == ",".join(two)
    compare = [query for query in links(at) if query.count("models=") == 2]
    assert compare and all(f"models={id}" in compare[0] for id in two)
    at.switch_page("pages/methodology.py").run()
    assert at.query_params["pins"] == ",".join(two), "a link that names no pins keeps them"


def test_a_model_is_pinned_on_its_page_and_unpinned_again(site: Open, filled: Path, two: list[str]) -> None:
    at = site(filled, "model", model=two[0])
    next(b for b in at.button if b.label == "Pin this model").click().run()
    assert at.query_params["pins"] == two[0] and "Pinned" in texts(at)
    assert any(f"pins={two[0]}" in query for query in links(at)), "links carry the pins"
    next(b for b in at.button if b.label == "Remove pin").click().run()
    assert "pins" not in at.query_params and "Pinned" not in texts(at)


def test_an_unknown_pin_shows_nothing(site: Open, filled: Path) -> None:
    at = site(filled, "cost", pins="no-such-model")
    assert not at.exception and "Pinned" not in texts(at)


def test_a_pinned_model_is_in_the_landscape_though_it_is_none_of_the_foremost() -> None:
    shown = pd.DataFrame(
        {"product_id": [f"p{i}" for i in range(60)], "vendor": "One", "y": [200.0 - i for i in range(60)],
         "on_frontier": False, "membership": 0.0}
    )  # fmt: skip
    found = tradeoff.foremost(shown, 180.0, 5, pinned=["p50", "unknown"])
    assert list(found["product_id"]) == ["p50", "p0", "p1", "p2", "p3"]
    assert list(tradeoff.foremost(shown, 180.0, 5)["product_id"]) == ["p0", "p1", "p2", "p3", "p4"]


def test_the_chart_of_costs_says_what_a_ring_means_where_a_model_is_pinned(site: Open, filled: Path) -> None:
    shown = table(site(filled, "cost", part="prices"), "input_per_mtok")
    sold = rows(filled, f"SELECT product_id FROM model WHERE name = '{shown['label'].iloc[0]}'")["product_id"].iloc[0]
    told = "A ring marks a pinned model"
    assert told in texts(site(filled, "cost", part="prices", pins=str(sold)))
    assert told not in texts(site(filled, "cost", part="prices"))
