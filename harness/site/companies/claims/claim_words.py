"""A tested claim in words: its effects in the inputs' units, who is compared, since when, whether it is firm, and why not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from harness.analysis.companies.claims.claim_list import Claim
from harness.charts.chart import DASH
from harness.charts.text import input_label, number

if TYPE_CHECKING:
    import pandas as pd

    from harness.i18n.translator import Translator


def group_name(say: Translator, group: str) -> str:
    """A group of vendors in words."""
    return {"cn": say("claims.group_cn"), "world": say("claims.group_world")}.get(group) or say.known("segment", group)


def in_unit(say: Translator, row: Mapping[Any, Any], unit: str) -> str:
    """One effect with its interval: a ratio, points, or percentage points; a dash where there is none."""
    ends = [float(row[name]) for name in ("effect", "low", "high")]
    if not all(math.isfinite(end) for end in ends):
        return DASH
    if row["ratio"]:
        value, low, high = (_rounded(end) for end in ends)
        return say("claims.effect_ratio", value=value, low=low, high=high)
    value, low, high = (number(end * (100 if unit == "fraction" else 1), 0, signed=True) for end in ends)
    return say("claims.effect_share" if unit == "fraction" else "claims.effect_points", value=value, low=low, high=high)


def in_units(say: Translator, effects: pd.DataFrame, claim: Claim) -> str:
    """Every input's effect, with the input's name where the claim has several."""
    from harness.analysis.companies.inputs import declared

    texts = []
    for row in effects[effects["claim"] == claim.key].to_dict("records"):
        text = in_unit(say, row, declared(row["input"], "").unit)
        several = len(claim.inputs) > 1
        texts.append(say("claims.effect_of", input=input_label(say, row["input"]), effect=text) if several else text)
    return " · ".join(texts) or DASH


def alike(say: Translator, row: Mapping[Any, Any]) -> str:
    """Agreement of models, κ with its interval."""
    if not math.isfinite(row["difference"]):
        return DASH
    ends = {name: f"{row[key]:.2f}" for name, key in (("value", "difference"), ("low", "low"), ("high", "high"))}
    return say("claims.effect_alike", **ends)


def compared(say: Translator, claim: Claim, row: Mapping[Any, Any]) -> str:
    """How many vendors of each group, or models, are compared."""
    if claim.likeness:
        return say("claims.models", n=row["n_first"]) if row["n_first"] else DASH
    if not claim.inputs:
        return DASH
    first, second = group_name(say, claim.first), group_name(say, claim.second)
    return say("claims.counts", first=first, n_first=row["n_first"], second=second, n_second=row["n_second"])


def since(say: Translator, claim: Claim, row: Mapping[Any, Any]) -> str:
    """Day from which the verdict is what it is; of the first day looked at, that it may be older."""
    from harness.market.claims import FIRST_YEAR

    if row["verdict"] == "not measurable":
        return DASH
    if claim.now_only or row["since"] != row["since"]:
        return say("claims.now_only")
    day = f"{row['since']:%Y-%m-%d}"
    return say("claims.since_or_earlier", day=day) if day == f"{FIRST_YEAR}-06-30" else day


def holds(say: Translator, claim: Claim, row: Mapping[Any, Any], names: Mapping[str, str]) -> str:
    """Whether moving borderline vendors to their other segment leaves the verdict, and which of them change it."""
    if "big-tech" not in (claim.first, claim.second) or not claim.inputs or row["verdict"] == "not measurable":
        return DASH
    if not row["moved_by"]:
        return say("claims.holds")
    movers = [say("claims.all_moved") if v == "all" else names.get(v, v) for v in row["moved_by"]]
    return say("claims.changes", vendors=say("memo.comma").join(movers))


def remark(say: Translator, claim: Claim, row: Mapping[Any, Any]) -> str:
    """Why nothing can be said, or what decides a verdict that its interval does not."""
    if claim.unknown_en:
        return say.name(claim.unknown_en, claim.unknown_zh)
    if row["verdict"] == "not measurable":
        return say("claims.no_suite" if claim.likeness else "claims.too_few")
    if claim.only and row["verdict"] == "contradicted":
        return say("claims.one_is_enough", group=group_name(say, claim.second))
    if row["verdict"] == "undecided" and (row["low"] > 0 or row["high"] < 0):
        return say("claims.small_groups")
    return ""


def _rounded(value: float) -> str:
    """Two significant digits, in full."""
    return f"{float(f'{value:.2g}'):,g}" if abs(value) >= 1e-4 else f"{value:.1g}"
