"""The price story in sentences: a level of capability gets cheaper, the same models hardly do."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from harness.charts.text import dollars, number
from harness.market.prices.price_history import basket_levels

if TYPE_CHECKING:
    from harness.analysis.cost.history import PriceDecline, PriceMove
    from harness.i18n.translator import Translator
    from harness.market.prices.price_history import Level, PriceHistory


def level_sentence(say: Translator, level: Level) -> str:
    """What a level cost first and what it costs now, and in how many months it halved."""
    whole = level.whole
    values = {"model": level.model, "before": dollars(whole.before), "start": str(whole.first)[:7],
              "now": dollars(whole.now), "end": str(whole.last)[:7]}  # fmt: skip
    if math.isinf(whole.halving):
        return say("prices.level_same", **values)
    return say("prices.level_fell", halving=_months(say, whole), **values)


def paragraph(say: Translator, story: PriceHistory) -> str:
    """Both halves of the story: the same capability gets cheaper, of late more slowly or not, the same models hardly do."""
    text = level_and_models(say, story)
    if late := last_year_sentence(say, story.levels[0]):
        text = say("prices.story", first=text, rest=late)
    if len(story.index) > 1:
        last = story.index.iloc[-1]
        both = say(
            "prices.both", basket=number(float(last["basket"]), 1), same=number(float(last["same"]), 0),
            first=str(story.index["date"].iloc[0])[:7], levels=basket(say, story),
        )  # fmt: skip
        text = say("prices.story", first=text, rest=both)
    return text


def last_year_sentence(say: Translator, level: Level) -> str:
    """What a level's lowest price did in its last year, beside the mean pace of the whole time; empty for a younger level."""
    late = level.last_year
    if late is None:
        return ""
    values = {"start": str(late.first)[:7], "before": dollars(late.before), "now": dollars(late.now)}
    if math.isinf(late.halving):
        return say("prices.late_same", **values)
    return say("prices.late_fell", halving=number(late.halving, 1), **values)


def basket(say: Translator, story: PriceHistory) -> str:
    """Names of the levels whose work the price index follows."""
    return say("memo.comma").join(basket_levels(story))


def level_and_models(say: Translator, story: PriceHistory) -> str:
    """How the price of the lowest level fell, and what the list prices of the same models did."""
    models = say("common.stop") if story.move is None else _moved(say, story.move)
    return level_sentence(say, story.levels[0]) + models


def _moved(say: Translator, move: PriceMove) -> str:
    key = "same" if abs(move.median) < 0.005 else "fell" if move.median < 0 else "rose"
    return say(
        f"prices.models_{key}", n=move.models, change=f"{abs(move.median):.0%}", low=_signed(move.low),
        high=_signed(move.high), first=str(move.first)[:7], last=str(move.last)[:7],
    )  # fmt: skip


def _signed(share: float) -> str:
    """A relative change with its sign; none where it rounds to nothing."""
    return number(share, 0, signed=True, percent=True)


def _months(say: Translator, fall: PriceDecline) -> str:
    """The halving time with its interval, which is left out where every redrawn scale gives the same."""
    alone = number(fall.halving, 1)
    if number(fall.low, 1) == number(fall.high, 1):
        return alone
    return say("prices.months", halving=alone, ends=ends(fall))


def ends(fall: PriceDecline) -> str:
    """The interval of a halving time, in months."""
    high = "∞" if math.isinf(fall.high) else number(fall.high, 1)
    return f"{number(fall.low, 1)}–{high}"
