"""Gaps in what is known of companies: the fronts of each, and how to bring in a figure that is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts.companies import states
from harness.site.companies.gaps import coverage, gap_table
from harness.site.evidence.runs import present
from harness.site.widgets import blocks, contained, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


@contained.section
def show(view: View, vendors: pd.DataFrame) -> None:
    """Fronts of the chosen companies by what is known, the missing figures, and the way to bring one in."""
    from harness.market.companies.fronts import NAMED

    say = view.say
    names = dict(zip(vendors["vendor_id"], vendors["vendor"], strict=True))
    promised = [vendor for vendor in coverage.promised(view) if vendor in names]
    groups = {
        "named": [vendor for vendor in promised if vendor in NAMED],
        "others": [vendor for vendor in promised if vendor not in NAMED],
        "every": list(names),
    }
    groups = {key: members for key, members in groups.items() if members}
    group = controls.segmented(say("gaps.group"), list(groups), "gaps_of", lambda g: say(f"gaps.{g}"))
    chosen = groups[group]
    known = coverage.measures(view)
    known = known[known["vendor_id"].isin(chosen)].assign(vendor=lambda rows: rows["vendor_id"].map(names))
    _matrix(view, known, chosen)
    gap_table.show(view, known, chosen)

    def bring() -> None:
        st.caption(say("gaps.bring_lead"))
        st.code(f"{gap_table.HEADER}\n{gap_table.fact_row('baidu', 'staff')}", language=None, wrap_lines=True)
        st.markdown(say("gaps.bring_steps"))

    blocks.fold(say("gaps.bring"), ":material/edit_note:", "bring", bring)


def _matrix(view: View, known: pd.DataFrame, chosen: list[str]) -> None:
    from harness.market.companies.coverage import OLD_YEARS, STATES, fronts

    say = view.say
    rows = fronts(known)
    rows = rows.assign(
        vendor=rows["vendor_id"].map(dict(zip(known["vendor_id"], known["vendor"], strict=True))),
        front_name=[say.known("front", f) for f in rows["front"]],
        state_name=[say(f"gaps.{s}") for s in rows["state"]],
    )
    rows = rows.sort_values("vendor_id", key=lambda v: v.map(chosen.index), kind="stable")
    count = {state: int((rows["state"] == state).sum()) for state in STATES}
    cells = rows.assign(
        row=rows["vendor"], column=rows["front_name"], text=[_text(r) for r in rows.to_dict("records")],
        hover=[say("gaps.hover", state=r["state_name"], known=r["known"], of=r["of"]) for r in rows.to_dict("records")],
    )  # fmt: skip
    blocks.chart(
        view,
        states.states(
            cells[["row", "column", "state", "text", "hover"]], {s: say(f"gaps.{s}") for s in STATES},
            title=say("gaps.finding" if count["empty"] else "gaps.finding_all", n=len(chosen), all=len(rows), known=count["fresh"] + count["old"], old=count["old"],
                      searched=count["searched"], empty=count["empty"]),
            note=say("gaps.note", years=OLD_YEARS), source=say("gaps.source"), name="company-coverage",
            data=rows[["vendor_id", "vendor", "front", "front_name", "state", "state_name", "known", "of", "newest"]],
        ),
        lead=True,
    )  # fmt: skip


def _text(row: Mapping[Any, Any]) -> str:
    """What a cell says: how many of its measures are known, or the newest year where that is old; else how it stands."""
    if row["state"] == "old" and present(row["newest"]):
        return f"{row['newest']:%Y}"
    if row["state"] in ("fresh", "old"):
        return f"{row['known']}/{row['of']}"
    return "–" if row["state"] == "searched" else "?"
