"""Prices of the same model at several providers: the chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.charts import dots
from harness.charts.scatter import log_ticks
from harness.market.prices import dispersion as market
from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

MOST = 14
"""Models on the chart: what one screen holds with names that can be read."""


@contained.section
def show(view: View, ratio: float) -> None:
    """Lowest, median and highest price of the models that most providers sell."""
    import pandas as pd

    say = view.say

    spread: pd.DataFrame = view.derived("dispersion", lambda ratio: market.dispersion(view, ratio), ratio=ratio)
    if spread.empty:
        return
    top = spread.head(MOST)
    rows = pd.DataFrame(
        {"thing": say("cost.blended"), "dimension": top["model"], "value": top["median"], "low": top["lowest"],
         "high": top["highest"], "providers": top["providers"]}
    )  # fmt: skip
    blocks.section(say("cost.dispersion"), say("cost.dispersion_lead"))
    drawn = dots.profile(
        rows,
        title=say("cost.dispersion_finding", n=len(spread), ratio=f"{spread['ratio'].median():.1f}"),
        unit=say("cost.unit_log"),
        note=say("cost.dispersion_note"),
        source=say("cost.source"),
        name="price-dispersion",
    )  # fmt: skip
    drawn.figure.update_xaxes(**log_ticks(top["median"]))
    blocks.chart(view, drawn)
