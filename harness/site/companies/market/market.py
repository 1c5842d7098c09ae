"""The map of the market for people: vendors by country and segment, sized by value or by new models."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from harness.charts.companies import bubbles
from harness.charts.text import count
from harness.market.companies import market_map
from harness.site.companies.against import figure_text
from harness.site.evidence import fact_notes
from harness.site.evidence.runs import present
from harness.site.widgets import blocks, contained, controls

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from harness.charts.chart import Chart
    from harness.site.server.view import View

MEASURES = ("value", "models")
"""What a mark's size can stand for."""
_DATA = ["vendor", "segment", "country", "value", "as_of", "note", "source", "url", "in_parent", "models"]


@contained.section
def show(view: View, vendors: pd.DataFrame) -> None:
    """The map of ``vendors`` (``vendor_id, vendor``), with the choice of what a mark's size stands for."""
    say = view.say
    rows = market_map.market_map(view)
    names = dict(zip(vendors["vendor_id"], vendors["vendor"], strict=True))
    rows = rows[rows["vendor_id"].isin(names)]
    rows = rows.assign(vendor=rows["vendor_id"].map(names))
    measure = controls.segmented(say("market.size"), list(MEASURES), "size", lambda m: say(f"market.size_{m}"))
    shown = tuple(rows["vendor_id"])
    chart = view.drawn("market_map", lambda: drawn(view, rows, measure), measure=measure, vendors=shown)
    blocks.chart(view, chart, lead=True)


def drawn(view: View, rows: pd.DataFrame, measure: str) -> Chart:
    """The chart of ``market_map`` rows with ``vendor``, their name in the language shown."""
    say = view.say
    rows = rows.assign(size=market_map.size_of(rows, measure))
    bands = market_map.shares(rows, measure)
    written = partial(figure_text.money, say) if measure == "value" else count
    columns = [
        bubbles.Column(key, say.known("segment", key), _amount(view, part["size"], written, measure))
        for key, part in ((k, rows[rows["segment"] == k]) for k in ("big-tech", "startup", "lab"))
        if len(part)
    ]
    return bubbles.cells(
        rows.assign(label=rows["vendor"], hover=_hovers(view, rows)),
        columns,
        [(str(b["band"]), _heading(view, b, written)) for b in bands.to_dict("records")],
        title=_finding(view, bands, measure, written),
        note=_note(view, rows, measure),
        source=say(f"market.source_{measure}"),
        name="market-map",
        data=rows[_DATA],
    )


def _band(view: View, band: object) -> str:
    return view.say("market.other") if band == "other" else view.say.known("country", band)


def _amount(view: View, sizes: pd.Series[float], written: Callable[[float], str], measure: str) -> str:
    """What stands below a column's name: how many vendors, and their sum."""
    total = view.say(f"market.total_{measure}", n=written(sizes.sum())) if sizes.notna().any() else "–"
    return f"{view.say('companies.all', n=len(sizes))}\n{total}"


def _heading(view: View, band: dict[object, object], written: Callable[[float], str]) -> str:
    """A band's name, vendors, sum and share, as a line of HTML."""
    parts = [f"<b>{_band(view, band['band'])}</b>", view.say("companies.all", n=band["vendors"])]
    if band["with_size"]:
        parts.append(f"{written(float(str(band['total'])))} ({float(str(band['share'])):.0%})")
    return " · ".join(parts)


def _finding(view: View, bands: pd.DataFrame, measure: str, written: Callable[[float], str]) -> str:
    say = view.say
    held = bands[bands["with_size"] > 0]
    if held.empty:
        return say(f"market.finding_none_{measure}")
    names = [say("market.others") if band == "other" else _band(view, band) for band in held["band"]]
    shares = say("memo.comma").join(f"{name} {share:.0%}" for name, share in zip(names, held["share"], strict=True))
    return say(f"market.finding_{measure}", shares=shares, total=written(held["total"].sum()))


def _note(view: View, rows: pd.DataFrame, measure: str) -> str:
    say = view.say
    note = say(f"market.note_{measure}", hollow=int(rows["size"].isna().sum()), all=len(rows), day=f"{rows['day'].iloc[0]:%Y-%m-%d}"
               if present(rows["day"].iloc[0]) else "–")  # fmt: skip
    inside = rows[rows["in_parent"]]
    if measure == "models" or inside.empty:
        return note
    pairs = [
        say("market.in_parent", vendor=v, parent=say.name(en, zh))
        for v, en, zh in zip(inside["vendor"], inside["parent_en"], inside["parent_zh"], strict=True)
    ]
    return f"{note} {' '.join(pairs)}"


def _hovers(view: View, rows: pd.DataFrame) -> list[list[str]]:
    """For each vendor: country, value with its day and remark, source, models."""
    say = view.say
    out = []
    for row in rows.to_dict("records"):
        lines = [say.known("country", row["country"])] if present(row["country"]) else []
        if present(row["value"]):
            lines += [f"{figure_text.money(say, row['value'])} ({row['as_of']:%Y-%m-%d})"]
            lines += filter(None, [fact_notes.told(say, row["note"]), row["source"] if present(row["source"]) else ""])
        else:
            lines.append(say("market.no_value"))
        out.append([*lines, say("market.models", n=int(row["models"]))])
    return out
