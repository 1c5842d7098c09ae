"""The market cut into cells (``analysis.opportunities``): levels in their order and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.charts.text import span

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

MEASURES = ("vendors", "best", "lowest_price", "demand")
"""What a cell can show: a column of ``white_space``."""


def models(view: View) -> pd.DataFrame:
    """Every model of the catalog in its cells: one row per (product, modality, language, domain)."""

    def compute() -> pd.DataFrame:
        from harness.market.white_space import market_cells
        from harness.site.capability import scale

        return market_cells(view, scale.board(view))

    out: pd.DataFrame = view.derived("cells", compute)
    return out


def sides(cells: pd.DataFrame) -> list[str]:
    """Axes of which the catalog says something."""
    from harness.analysis.opportunities import AXES, UNKNOWN

    return [axis for axis in AXES if (cells[axis] != UNKNOWN).any()]


def white(view: View, cells: pd.DataFrame, rows: str, columns: str, since: str, few: int) -> pd.DataFrame:
    """The grid over two axes, cells with an unknown level left out; ``few`` vendors or less make a cell white."""

    def compute(rows: str, columns: str, since: str, few: int) -> pd.DataFrame:
        from harness.analysis.opportunities import white_space
        from harness.market.white_space import known_cells

        return known_cells(white_space(cells, axes=(rows, columns), few=few), (rows, columns))

    out: pd.DataFrame = view.derived("white_space", compute, rows=rows, columns=columns, since=since, few=few)
    return out


def name(view: View, axis: str, value: str) -> str:
    """A level for people."""
    if axis == "segment":
        return view.say.known("segment", value)
    if axis == "country" and len(value) == 2:
        return view.say.known("country", value)
    return view.say.known("level", value.replace(" ", "_").replace(".", "_"))


def recent(cells: pd.DataFrame, days: int = 365) -> pd.DataFrame:
    """Models of the last year, counted from the newest release in the catalog (not from today's date)."""
    import pandas as pd

    released = pd.to_datetime(cells["released"])
    return cells[released >= released.max() - pd.Timedelta(days=days)]


def source(view: View) -> str:
    """What the cells count, and of which days."""
    import pandas as pd

    from harness.market.prices.list_prices import list_prices

    day = f"{pd.to_datetime(view.frame('models')['as_of']).max():%Y-%m-%d}"
    days = view.derived("list_price_days", lambda: list_prices(view)["as_of"].dropna())
    return view.say("opportunities.source", models=day, prices=span(days) if len(days) else "–")
