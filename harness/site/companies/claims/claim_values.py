"""What is behind one claim: both groups' typical values, and every value that enters with its date and source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.analysis.companies.claims.claim_list import CLAIMS, Claim
from harness.analysis.companies.inputs import declared
from harness.charts.text import input_label, unit_label
from harness.site.companies.against import figure_text
from harness.site.companies.claims import claim_words, tested_claims
from harness.site.companies.standing import input_table
from harness.site.widgets import blocks, contained, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


@contained.section
def show(view: View, vendors: pd.DataFrame, rows: pd.DataFrame) -> None:
    """What each input of one claim says in its own unit, and every value that enters: vendor, value, date, source."""
    from harness.analysis.companies.claims.claims import usable
    from harness.analysis.companies.scores import normalise

    say = view.say
    told = [i for i, claim in enumerate(CLAIMS) if claim.inputs]
    blocks.section(say("claims.behind"), say("claims.behind_lead"))
    claim = CLAIMS[
        controls.select(
            say("claims.claim"), told, "claim", lambda i: str(rows.iloc[i]["claim_name"]), code=lambda i: CLAIMS[i].key
        )
    ]
    groups = tested_claims.members(view)
    side = {vendor: claim_words.group_name(say, g) for g in (claim.first, claim.second) for vendor in groups[g]}
    values = usable(tested_claims.inputs(view))
    values = values[values["input"].isin(claim.inputs) & values["vendor_id"].isin(side)].reset_index(drop=True)
    if values.empty:
        st.info(say("claims.too_few"), icon=":material/info:")
        return
    _sizes(view, claim)
    by_input = values.groupby("input")["value"]
    score = by_input.transform(lambda x: normalise(x.to_numpy(dtype=float)[:, None], "percentile")[:, 0])
    values = values.assign(
        score=score, ranks=True, vendors=by_input.transform("size"), segment=values["vendor_id"].map(side)
    )
    input_table.show(view, values, vendors, f"claim-{claim.key}")


def _sizes(view: View, claim: Claim) -> None:
    """Typical values of both groups of one claim, one row an input."""
    import pandas as pd

    say, column = view.say, st.column_config
    effects = tested_claims.effects(view)
    rows = effects[effects["claim"] == claim.key].to_dict("records")
    first, second = (claim_words.group_name(say, g) for g in (claim.first, claim.second))
    shown = [
        {
            "input_name": input_label(say, r["input"]),
            "first": r["first"], "second": r["second"], "unit_name": unit_label(say, r["input"], ""),
            **{f"{group}_text": figure_text.value(say, r["input"], r[group], declared(r["input"], "").unit)
               for group in ("first", "second")},
            "effect_name": claim_words.in_unit(say, r, declared(r["input"], "").unit),
            "n_first": r["n_first"], "n_second": r["n_second"],
        }
        for r in rows
    ]  # fmt: skip
    blocks.table(
        view,
        pd.DataFrame(shown),
        "claim-sizes",
        {
            "input_name": column.TextColumn(say("positions.input"), pinned=True),
            "first_text": column.TextColumn(say("claims.typical", group=first)),
            "second_text": column.TextColumn(say("claims.typical", group=second)),
            "effect_name": column.TextColumn(say("claims.in_units"), help=say("claims.in_units_help")),
            "n_first": column.NumberColumn(say("claims.number", group=first), format="%d"),
            "n_second": column.NumberColumn(say("claims.number", group=second), format="%d"),
        },
        alt=say("claims.behind"),
        together=("first_text", "second_text"),
        height="content",
    )
