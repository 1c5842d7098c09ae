"""Parts that are closed at first: whether they are open stands in the address."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlencode

import pytest
from streamlit.testing.v1 import AppTest

from tests.site.conftest import Open


def asked(at: AppTest, key: str) -> list[str]:
    """What the address holds under a key."""
    return parse_qs(urlencode(at.query_params, doseq=True)).get(key, [])


def opened_by_hand(at: AppTest, key: str) -> None:
    """Open or close a part as a visitor does."""
    address_of = at.session_state["_address"]
    at.session_state[key] = not at.session_state[key]
    address_of.touched.add(key)
    at.run()
    assert not at.exception and not at.error


@pytest.mark.parametrize(
    ("page", "key"), [("overview", "open_sources"), ("choose", "open_report"), ("choose", "open_more")]
)
def test_a_part_that_was_opened_is_open_in_the_copied_link(site: Open, filled: Path, page: str, key: str) -> None:
    at = site(filled, page)
    assert key not in at.query_params and at.session_state[key] is False
    opened_by_hand(at, key)
    assert asked(at, key) == ["true"]
    other = site(filled, page, lang="zh", **{key: "true"})
    assert other.session_state[key] is True and asked(other, key) == ["true"]
    opened_by_hand(other, key)
    assert key not in other.query_params


def test_what_a_closed_part_holds_is_computed_once_it_is_open(site: Open, filled: Path) -> None:
    shut, wide = (site(filled, "overview", **choices) for choices in ({}, {"open_sources": "true"}))
    assert len(wide.dataframe) > len(shut.dataframe)


def test_a_part_with_a_choice_that_is_made_opens_and_can_be_closed(site: Open, filled: Path) -> None:
    at = site(filled, "choose", reads="image")
    assert at.session_state["open_more"] is True and "open_more" not in at.query_params
    opened_by_hand(at, "open_more")
    assert asked(at, "open_more") == ["false"]
