"""The answer of Homogeneity in one sentence and five numbers, each clause chosen by the figures and their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.analysis.likeness.release_trend import LEAST_MODELS
from harness.site.likeness.shown import ends, plain, signed
from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.alike.findings import Findings
    from harness.site.likeness.shown import Shown
    from harness.site.server.view import View

MAINLY = 0.5
"""Share of the first eigenvalue above which, by its interval, difficulty is called the main reason."""
LITTLE = 0.1
"""Gap of the residual correlation below which it is called little: an effect that Cohen (1988) calls small."""

TELLING = 0.15
"""Half-width of a trend a year above which an interval that holds 0 says nothing: it hides a yearly change of Q3 that is twice the
gap between one vendor's and different vendors' models (0.08 on SWE-bench)."""


@contained.section
def answer(view: View, shown: Shown) -> None:
    """The sentence and its numbers."""
    found = shown.found
    st.markdown(f"## {blocks.literal(sentence(view, found))}")
    _numbers(view, found)


def sentence(view: View, found: Findings) -> str:
    """Why models fail alike, whether vendors' own models are more alike beyond that, and whether likeness grows."""
    parts = [_difficulty(view, found), _vendors(view, found), _trend(view, found)]
    return view.say("likeness.answer", difficulty=parts[0], vendors=parts[1], trend=parts[2])


def _difficulty(view: View, found: Findings) -> str:
    say = view.say
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
        share = f"{found.dimensions.first_share:.0%}"
        return say("likeness.hard_mainly" if found.first_share[0] > MAINLY else "likeness.hard_partly", share=share)
    return say("likeness.chance_less" if chance["high"] < 1 else "likeness.chance_unknown")


def _vendors(view: View, found: Findings) -> str:
    from harness.market.alike.findings import group_verdict

    verdict, row = group_verdict(found.groups, "vendor", "residual")
    if row is None:
        return view.say("likeness.vendors_none")
    much = "little" if abs(row["mean"]) < LITTLE else "clearly"
    key = f"likeness.vendors_{verdict}" + (f"_{much}" if verdict in ("more", "less") else "")
    return view.say(key, gap=signed(row["mean"]), low=plain(row["low"]), high=plain(row["high"]))


def _trend(view: View, found: Findings) -> str:
    row = trend_row(found, "residual")
    change = {"slope": signed(row["per_year"]), "half": plain(row["half_width"]), "year": since(found)}
    return view.say(f"likeness.trend_{trend_verdict(row)}", **change)


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


def _numbers(view: View, found: Findings) -> None:
    say = view.say
    cards = []
    for relation in ("between", "within"):
        row = group_row(found, "kappa_at_like_accuracy", relation)
        value = "–" if row is None else plain(row["mean"])
        note = say("likeness.no_pairs") if row is None else ends(view, row["low"], row["high"])
        cards.append((say(f"likeness.kappa_{relation}"), value, note, say("likeness.kappa_help")))
    row = group_row(found, "both_wrong", "between")
    value, note = ("–", say("likeness.no_pairs")) if row is None else (
        f"{plain(row['mean'], 1)}×", ends(view, row["low"], row["high"], 1))  # fmt: skip
    cards.append((say("likeness.both_wrong"), value, note, say("likeness.both_wrong_help")))
    share, (low, high) = found.dimensions.first_share, found.first_share
    few = len(found.models) < LEAST_MODELS or share != share
    cards.append(
        (
            say("likeness.first_share"),
            "–" if few else f"{share:.0%}",
            say("likeness.too_few_models", least=LEAST_MODELS)
            if few
            else say("likeness.ends", low=f"{low:.0%}", high=f"{high:.0%}"),
            say("likeness.first_share_help"),
        )
    )
    row = trend_row(found, "residual")
    known = trend_verdict(row) != "unknown"
    cards.append(
        (
            say("likeness.trend"),
            signed(row["per_year"]) if known else "–",
            say("likeness.plus_minus", half=plain(row["half_width"]))
            if known
            else say("likeness.too_few_models", least=LEAST_MODELS),
            say("likeness.trend_help"),
        )
    )
    with st.grid(5, min_column_width=150):
        for label, value, note, help in cards:
            st.metric(label, value, note, delta_color="off", delta_arrow="off", border=True, help=help)
    st.caption(say("likeness.band_note", low=f"{found.band[0]:.0%}", high=f"{found.band[1]:.0%}"))
