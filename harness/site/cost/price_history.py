"""How the price of a given capability fell: the chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.charts import scatter
from harness.charts.text import dollars
from harness.market.prices import price_history as market
from harness.site.capability import scale
from harness.site.widgets import blocks

if TYPE_CHECKING:
    from harness.site.server.view import View


def show(view: View, ratio: float) -> None:
    """Lowest price of each band of capability at each date, as lines, and how fast it halves."""
    say = view.say
    history = _history(view, ratio)
    if history is None:
        return
    bands, lines, decline = history.bands, history.lowest, history.decline
    drawn = lines.assign(series=[_level(view, history, b) for b in lines["band"]], x=lines["date"], y=lines["price"])
    first = drawn[drawn["band"] == bands[0]]
    known = decline.dropna(subset=["halving_months"])
    known = known[(known["halving_months"] > 0) & known["high"].between(0, 120)]  # an open interval claims no halving
    if len(known):
        row = known.iloc[0]
        title = say("cost.halving", months=f"{row['halving_months']:.0f}", low=f"{row['low']:.0f}", high=f"{row['high']:.0f}",
                    band=_level(view, history, row["band"]))  # fmt: skip
    else:
        title = say(
            "cost.fell",
            band=_level(view, history, bands[0]),
            before=dollars(first["y"].iloc[0]),
            now=dollars(first["y"].iloc[-1]),
            start=str(first["x"].iloc[0])[:7],
            end=str(first["x"].iloc[-1])[:7],
        )
    blocks.section(say("cost.history"), say("cost.history_lead"))
    blocks.chart(
        view,
        scatter.lines(drawn[["series", "x", "y"]], x_unit=say("cost.date"), y_unit=say("cost.unit_short", ratio=f"{ratio:g}"),
                      title=title, note=say("cost.history_note"), source=say("cost.source"), name="price-history", log_y=True),
    )  # fmt: skip


def _level(view: View, history: market.PriceHistory, band: float) -> str:
    """A level of capability for people: by the model that it is named by, else by its points."""
    if band in history.names:
        return view.say("cost.level", model=history.names[band])
    return view.say("cost.band", band=f"{band:.0f}")


def _history(view: View, ratio: float) -> market.PriceHistory | None:

    def compute(ratio: float) -> market.PriceHistory | None:
        return market.price_history(view, scale.board(view), ratio)

    out: market.PriceHistory | None = view.derived("price_history", compute, ratio=ratio)
    return out
