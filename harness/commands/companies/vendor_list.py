"""The list that ``harness vendors`` prints, in English: it starts without pandas and without a fit."""

from __future__ import annotations

from typing import Any

from rich.table import Table

DASH = "–"


def vendors_table(rows: list[dict[str, Any]]) -> Table:
    """Vendors with segment, country, value, number of models and newest release."""
    from harness.charts.text import dollars

    table = Table(title=f"{len(rows)} vendors", title_justify="left", box=None, pad_edge=False)
    table.add_column("vendor", overflow="fold")
    for column in ("id", "segment"):
        table.add_column(column, no_wrap=True)
    table.add_column("country")
    for column in ("value", "as of", "models", "newest release"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            row["name_en"], row["vendor_id"], row["segment"], row["country"] or DASH,
            f"{dollars(row['value_usd'])}{' (group)' if row['value_of_group'] else ''}", day(row["value_as_of"]),
            f"{row['models']:,}", day(row["latest_release"]),
        )  # fmt: skip
    return table


def day(value: object) -> str:
    """A date; a dash where it is missing."""
    text = str(value)[:10]
    return DASH if text in ("None", "NaT", "nan", "<NA>") else text
