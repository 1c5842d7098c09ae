"""The price story in sentences: what a level did of late, and which levels the basket holds, on a story made by hand."""

from __future__ import annotations

import math

import pandas as pd

from harness.analysis.cost.history import PriceDecline
from harness.i18n.translator import Translator
from harness.market.prices.price_history import Level, PriceHistory, basket_levels
from harness.reports.sections import price_story

DAYS = [pd.Timestamp(day) for day in ("2023-01-01", "2024-01-01", "2026-01-01", "2027-01-01")]


def _fall(first: int, before: float, now: float) -> PriceDecline:
    months = (DAYS[-1] - DAYS[first]).days / (365.25 / 12)
    halving = months / math.log2(before / now) if before > now else math.inf
    return PriceDecline(DAYS[first], DAYS[-1], before, now, halving, halving, halving)


def _story(late: PriceDecline | None) -> PriceHistory:
    levels = tuple(Level(name.lower(), name, 100.0, _fall(0, 32, 1), None, late) for name in ("Old", "Mid", "New"))
    lowest = pd.DataFrame({"model_id": ["old", "mid", "new"], "date": [DAYS[0], DAYS[1], DAYS[2]], "price": 1.0})
    index = pd.DataFrame(
        {"date": DAYS[1:], "basket": [100.0, 50, 25], "same": [100.0, 99, 98], "items": 2, "models": 9}
    )
    return PriceHistory(levels, lowest, index, None, DAYS[0], DAYS[-1])


def test_the_basket_holds_the_levels_that_the_first_day_of_the_index_had() -> None:
    story = _story(None)
    assert basket_levels(story) == ["Old", "Mid"]
    assert "(the levels of Old, Mid)" in price_story.paragraph(Translator("en"), story)


def test_what_a_level_did_of_late_is_said_beside_its_pace_over_the_whole_time() -> None:
    say = Translator("en")
    assert price_story.last_year_sentence(say, _story(None).levels[0]) == ""
    fell = price_story.paragraph(say, _story(_fall(2, 2, 1)))  # one halving in the year, five in the four years
    assert "it halved every 9.6 months" in fell and "a pace of one halving in 12.0 months" in fell
    assert "it did not fall: it stayed at $1" in price_story.paragraph(say, _story(_fall(2, 1, 1)))
