"""The claims of ``market.claims`` in words: topic, verdict, differences in the inputs' units, since when, and what enters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from harness.analysis.companies.claims.claim_list import CLAIMS
from harness.analysis.statistics.seed import SEED
from harness.site.capability import scale
from harness.site.companies.claims import claim_words

if TYPE_CHECKING:
    import pandas as pd

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
    from harness.analysis.companies.claims.claims import members
    from harness.market.claims import market_vendors

    return members(market_vendors(view))


def effects(view: View) -> pd.DataFrame:
    """What each input of each claim says in its own unit (``analysis.claims.effects``)."""

    def compute() -> pd.DataFrame:
        from harness.analysis.companies.claims.claims import effects

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
    sizes = effects(view)
    records = list(zip(CLAIMS, rows.to_dict("records"), strict=True))
    return rows.assign(
        claim_name=[say.name(c.text_en, c.text_zh) for c in CLAIMS],
        topic_name=[say.known("topic", c.topic) for c in CLAIMS],
        verdict_name=[say.known("claim_verdict", v) for v in rows["verdict"]],
        percentile=rows["difference"].where([not c.likeness for c in CLAIMS]),
        percentile_low=rows["low"].where([not c.likeness for c in CLAIMS]),
        percentile_high=rows["high"].where([not c.likeness for c in CLAIMS]),
        in_units=[claim_words.alike(say, r) if c.likeness else claim_words.in_units(say, sizes, c) for c, r in records],
        compared=[claim_words.compared(say, c, r) for c, r in records],
        since_name=[claim_words.since(say, c, r) for c, r in records],
        holds=[claim_words.holds(say, c, r, names) for c, r in records],
        remark=[claim_words.remark(say, c, r) for c, r in records],
    )
