"""The claims of ``market.claims`` in words: topic, verdict, differences in the inputs' units, since when, and what enters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from harness.analysis.companies.claim_list import CLAIMS, Claim
from harness.analysis.statistics.seed import SEED
from harness.charts.chart import DASH
from harness.charts.text import input_label
from harness.site.capability import scale

if TYPE_CHECKING:
    import pandas as pd

    from harness.i18n.translator import Translator
    from harness.site.server.view import View


def inputs(view: View) -> pd.DataFrame:
    """Values that enter the claims now (``market.claims.claim_inputs``)."""

    def compute() -> pd.DataFrame:
        from harness.market.claims import claim_inputs

        return claim_inputs(view, scale.board(view))

    out: pd.DataFrame = view.derived("claim_inputs", compute)
    return out


def members(view: View) -> dict[str, set[str]]:
    """Vendors of each group of ``claim_list.GROUPS``, as the catalog states segment and country."""
    from harness.analysis.companies.claims import members
    from harness.market.claims import market_vendors

    return members(market_vendors(view))


def effects(view: View) -> pd.DataFrame:
    """What each input of each claim says in its own unit (``analysis.claims.effects``)."""

    def compute() -> pd.DataFrame:
        from harness.analysis.companies.claims import effects

        return effects(inputs(view), members(view), seed=SEED)

    out: pd.DataFrame = view.derived("claim_effects", compute)
    return out


def tested(view: View, names: Mapping[str, str]) -> pd.DataFrame:
    """The claims, one row each as in ``claim_list``, in the language shown; ``names`` are the vendors' by id."""

    def compute() -> pd.DataFrame:
        from harness.market.claims import tested_claims

        return tested_claims(view, scale.board(view))

    say = view.say
    rows: pd.DataFrame = view.derived("claims", compute)
    in_units = effects(view)
    records = list(zip(CLAIMS, rows.to_dict("records"), strict=True))
    return rows.assign(
        claim_name=[say.name(c.text_en, c.text_zh) for c in CLAIMS],
        topic_name=[say.known("topic", c.topic) for c in CLAIMS],
        verdict_name=[say.known("claim_verdict", v) for v in rows["verdict"]],
        percentile=rows["difference"].where([not c.likeness for c in CLAIMS]),
        percentile_low=rows["low"].where([not c.likeness for c in CLAIMS]),
        percentile_high=rows["high"].where([not c.likeness for c in CLAIMS]),
        in_units=[_alike(say, r) if c.likeness else _in_units(say, in_units, c) for c, r in records],
        compared=[_compared(say, c, r) for c, r in records],
        since_name=[_since(say, c, r) for c, r in records],
        holds=[_holds(say, c, r, names) for c, r in records],
        remark=[_remark(say, c, r) for c, r in records],
    )


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
    value, low, high = (f"{end * (100 if unit == 'fraction' else 1):+.0f}" for end in ends)
    return say("claims.effect_share" if unit == "fraction" else "claims.effect_points", value=value, low=low, high=high)


def _in_units(say: Translator, effects: pd.DataFrame, claim: Claim) -> str:
    """Every input's effect, with the input's name where the claim has several."""
    from harness.analysis.companies.inputs import declared

    texts = []
    for row in effects[effects["claim"] == claim.key].to_dict("records"):
        text = in_unit(say, row, declared(row["input"], "").unit)
        several = len(claim.inputs) > 1
        texts.append(say("claims.effect_of", input=input_label(say, row["input"]), effect=text) if several else text)
    return " · ".join(texts) or DASH


def _alike(say: Translator, row: Mapping[Any, Any]) -> str:
    if not math.isfinite(row["difference"]):
        return DASH
    ends = {name: f"{row[key]:.2f}" for name, key in (("value", "difference"), ("low", "low"), ("high", "high"))}
    return say("claims.effect_alike", **ends)


def _compared(say: Translator, claim: Claim, row: Mapping[Any, Any]) -> str:
    if claim.likeness:
        return say("claims.models", n=row["n_first"]) if row["n_first"] else DASH
    if not claim.inputs:
        return DASH
    first, second = group_name(say, claim.first), group_name(say, claim.second)
    return say("claims.counts", first=first, n_first=row["n_first"], second=second, n_second=row["n_second"])


def _since(say: Translator, claim: Claim, row: Mapping[Any, Any]) -> str:
    """Day from which the verdict is what it is; of the first day looked at, that it may be older."""
    from harness.market.claims import FIRST_YEAR

    if row["verdict"] == "not measurable":
        return DASH
    if claim.now_only or row["since"] != row["since"]:
        return say("claims.now_only")
    day = f"{row['since']:%Y-%m-%d}"
    return say("claims.since_or_earlier", day=day) if day == f"{FIRST_YEAR}-06-30" else day


def _holds(say: Translator, claim: Claim, row: Mapping[Any, Any], names: Mapping[str, str]) -> str:
    """Whether moving borderline vendors to their other segment leaves the verdict, and which of them change it."""
    if "big-tech" not in (claim.first, claim.second) or not claim.inputs or row["verdict"] == "not measurable":
        return DASH
    if not row["moved_by"]:
        return say("claims.holds")
    movers = [say("claims.all_moved") if v == "all" else names.get(v, v) for v in row["moved_by"]]
    return say("claims.changes", vendors=say("memo.comma").join(movers))


def _remark(say: Translator, claim: Claim, row: Mapping[Any, Any]) -> str:
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
