"""Concentration of offers, serving, models and open weights: effective number of vendors of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


def measures(view: View) -> pd.DataFrame:
    """``market.concentration``, cached."""

    def compute() -> pd.DataFrame:
        from harness.market.concentration import concentration

        return concentration(view)

    out: pd.DataFrame = view.derived("concentration", compute)
    return out


@contained.section
def show(view: View) -> None:
    """Effective number of vendors, and the largest one's share, of each measure."""
    say = view.say
    vendors = view.frame("vendors")
    names = {
        v: say.name(e, z) for v, e, z in zip(vendors["vendor_id"], vendors["name_en"], vendors["name_zh"], strict=True)
    }
    blocks.section(say("homogeneity.concentration"), say("homogeneity.concentration_lead"))
    with st.grid(4, min_column_width=220):
        for row in measures(view).to_dict("records"):
            st.metric(
                say(f"homogeneity.of_{row['measure']}"),
                say("homogeneity.effective", n=f"{row['effective_vendors']:.1f}"),
                say("homogeneity.largest", vendor=names.get(row["top_vendor"], row["top_vendor"]),
                    share=f"{row['top_share']:.0%}"),
                delta_color="off",
                delta_arrow="off",
                border=True,
                help=say("homogeneity.effective_help", hhi=f"{row['hhi']:.3f}", n=row["vendors"]),
            )  # fmt: skip
