"""The market cut into cells (``analysis.opportunities``): levels in their order and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

MEASURES = ("vendors", "best", "lowest_price", "demand")
"""What a cell can show: a column of ``white_space``."""
LICENCES = ("permissive", "restricted", "other open", "closed")


def models(view: View) -> pd.DataFrame:
    """Every model of the catalog in its cells: one row per (model, modality, language)."""

    def compute() -> pd.DataFrame:
        from harness.analysis.opportunities import market_cells
        from harness.market.current_prices import current_prices
        from harness.site.capability import scale

        model = view.frame("models").drop_duplicates("model_id")
        board = scale.board(view)
        capability = dict(zip(board["model_id"], board["score"].astype(float), strict=True)) if len(board) else None
        return market_cells(
            model.drop(columns=["segment", "country"]),
            view.frame("vendors")[["vendor_id", "segment", "country"]],
            listed=current_prices(view),
            capability=capability,
        )

    out: pd.DataFrame = view.derived("cells", compute)
    return out


def sides(cells: pd.DataFrame) -> list[str]:
    """Axes of which the catalog says something."""
    from harness.analysis.opportunities import AXES, UNKNOWN

    return [axis for axis in AXES if (cells[axis] != UNKNOWN).any()]


def white(view: View, cells: pd.DataFrame, rows: str, columns: str, since: str, few: int) -> pd.DataFrame:
    """The grid over two axes, cells with an unknown level left out; ``few`` vendors or less make a cell white."""

    def compute(rows: str, columns: str, since: str, few: int) -> pd.DataFrame:
        from harness.analysis.opportunities import UNKNOWN, white_space

        grid = white_space(cells, axes=(rows, columns), few=few)
        return grid[(grid[rows] != UNKNOWN) & (grid[columns] != UNKNOWN)].reset_index(drop=True)

    out: pd.DataFrame = view.derived("white_space", compute, rows=rows, columns=columns, since=since, few=few)
    return out


def order(axis: str, values: set[str]) -> list[str]:
    """The levels of an axis in their natural order."""
    from harness.analysis.opportunities import PRICES, SIZES

    natural = {"size": [n for _, n in SIZES], "price_class": [n for _, n in PRICES], "licence_class": list(LICENCES)}
    known = natural.get(axis, [])
    return [v for v in known if v in values] + sorted(values - set(known))


def name(view: View, axis: str, value: str) -> str:
    """A level for people."""
    if axis == "segment":
        return view.say.known("segment", value)
    return view.say.known("level", value.replace(" ", "_").replace(".", "_"))


def recent(cells: pd.DataFrame, days: int = 365) -> pd.DataFrame:
    """Models of the last year, counted from the newest release in the catalog (not from today's date)."""
    import pandas as pd

    released = pd.to_datetime(cells["released"])
    return cells[released >= released.max() - pd.Timedelta(days=days)]
