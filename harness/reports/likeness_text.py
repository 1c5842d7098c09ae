"""How alike models err, in one sentence of either language: each clause chosen by the figures and their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis.likeness.release_trend import LEAST_MODELS
from harness.charts.text import number

if TYPE_CHECKING:
    import pandas as pd

    from harness.i18n.translator import Translator
    from harness.market.alike.findings import Findings

MAINLY = 0.5
"""Share of the first eigenvalue above which, by its interval, difficulty is called the main reason."""
LITTLE = 0.1
"""Gap of the residual correlation below which it is called little: an effect that Cohen (1988) calls small."""

TELLING = 0.15
"""Half-width of a trend a year above which an interval that holds 0 says nothing: it hides a yearly change of Q3 that is twice the
gap between one vendor's and different vendors' models (0.08 on SWE-bench)."""


def sentence(say: Translator, found: Findings) -> str:
    """Why models fail alike, whether vendors' own models are more alike beyond that, and whether likeness grows."""
    parts = [_difficulty(say, found), vendors_clause(say, found), _trend(say, found)]
    return say("likeness.answer", difficulty=parts[0], vendors=parts[1], trend=parts[2])


def _difficulty(say: Translator, found: Findings) -> str:
    between, within = (group_row(found, "both_wrong", relation) for relation in ("between", "within"))
    chance = within if between is None else between
    if chance is None:
        known = found.pairs["both_wrong"].dropna()
        if known.empty:
            return say("likeness.chance_unknown")
        return say("likeness.chance_some", times=plain(float(known.mean()), 1))
    if chance["low"] > 1:
        if len(found.models) < LEAST_MODELS:
            return say("likeness.chance_some", times=plain(chance["mean"], 1))
        share = f"{found.share:.0%}"
        return say("likeness.hard_mainly" if found.first_share[0] > MAINLY else "likeness.hard_partly", share=share)
    return say("likeness.chance_less" if chance["high"] < 1 else "likeness.chance_unknown")


def vendors_clause(say: Translator, found: Findings) -> str:
    """Whether vendors' own models are more alike beyond difficulty, as a clause."""
    from harness.market.alike.findings import group_verdict

    verdict, row = group_verdict(found.groups, "vendor", "residual")
    if row is None:
        return say("likeness.vendors_none")
    much = "little" if abs(row["mean"]) < LITTLE else "clearly"
    key = f"likeness.vendors_{verdict}" + (f"_{much}" if verdict in ("more", "less") else "")
    return say(key, gap=signed(row["mean"]), low=plain(row["low"]), high=plain(row["high"]))


def _trend(say: Translator, found: Findings) -> str:
    row = trend_row(found, "residual")
    change = {"slope": signed(row["per_year"]), "half": plain(row["half_width"]), "year": since(found)}
    return say(f"likeness.trend_{trend_verdict(row)}", **change)


def trend_verdict(row: pd.Series) -> str:
    """``unknown``; ``rising`` or ``falling`` where the interval is above or below 0; ``unclear`` where it holds 0 and is wide; else
    ``flat``."""
    slope, half = row["per_year"], row["half_width"]
    if slope != slope or half != half:
        return "unknown"
    if abs(slope) > half:
        return "rising" if slope > 0 else "falling"
    return "unclear" if half > TELLING else "flat"


def trend_row(found: Findings, measure: str) -> pd.Series:
    """Trend of one measure: a row of ``release_trend.TREND_COLUMNS``."""
    return found.trend[found.trend["measure"] == measure].iloc[0]


def since(found: Findings) -> str:
    """Year of the oldest dated model."""
    dated = found.models["released"].dropna()
    return "–" if dated.empty else str(dated.min())[:4]


def group_row(found: Findings, measure: str, relation: str) -> pd.Series | None:
    """All pairs of one vendor, or of different ones: a row of ``groups.GROUP_COLUMNS``; None where there is no such pair."""
    rows = found.groups
    rows = rows[rows["by"].eq("vendor") & rows["measure"].eq(measure) & rows["group_a"].eq("all")]
    rows = rows[rows["relation"].eq(relation)]
    return None if rows.empty else rows.iloc[0]


def share(value: float) -> str:
    """A share in per cent with one decimal; what is above 0 and would print as 0.0% is said to be below 0.1%."""
    return "<0.1%" if 0 < value < 0.0005 else f"{value:.1%}"


def signed(value: float, digits: int = 2) -> str:
    """A difference with its sign; a dash where it is missing."""
    return number(value, digits, signed=True)


def plain(value: float, digits: int = 2) -> str:
    """A value with a proper minus sign; a dash where it is missing."""
    return number(value, digits)
