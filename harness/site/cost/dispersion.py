"""Prices of the same model at several providers: the chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.charts import dots
from harness.charts.scatter import log_ticks
from harness.charts.text import dollars, span, three_digits
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
        title=finding(view, spread, top),
        unit=say("cost.unit_log"),
        note=say("cost.dispersion_note"),
        source=source(view),
        name="price-dispersion",
    )  # fmt: skip
    drawn.figure.update_xaxes(**log_ticks(top["median"]))
    blocks.chart(view, drawn)


def source(view: View) -> str:
    """Whose offers the prices are, and of which days."""
    from harness.market.prices.dispersion import trusted_offers

    days: str = view.derived("trusted_offer_days", lambda: span(trusted_offers(view)["as_of"].dropna()))
    return view.say("cost.source", days=days)


def finding(view: View, spread: pd.DataFrame, top: pd.DataFrame) -> str:
    """Whose sellers' prices lie furthest apart of the models drawn (``top``), and how far apart they are over all (``spread``)."""
    widest = top.loc[top["ratio"].astype(float).idxmax()]
    return view.say(
        "cost.dispersion_finding", shown=len(top), model=widest["model"], most=three_digits(float(widest["ratio"])),
        low=dollars(float(widest["lowest"])), high=dollars(float(widest["highest"])), n=len(spread),
        ratio=f"{spread['ratio'].median():.1f}",
    )  # fmt: skip
