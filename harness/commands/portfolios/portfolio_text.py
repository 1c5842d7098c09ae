"""What ``harness alike --portfolio`` says in English: its sentences and tables, from ``market.alike.buyer``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.table import Table

from harness.charts.text import dollars

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.likeness.portfolios.selection import HeldOut
    from harness.market.alike.buyer import Buyer
    from harness.market.alike.partner import Partner

SHOWN = 10
"""Portfolios, items and vendors that are listed: a screen. ``--json`` has more."""
Row = Mapping[Any, Any]


def finding(partner: Partner, items: int) -> str:
    """What a second model next to the one asked for, or the most accurate, gains, with which, and what a task then costs."""
    row, over = partner.best, partner.over
    many = len(partner.table)
    of = f" of {many}" if many > 1 else ""
    best = f"the best{of}, {row['partner']}" if many > 1 else f"the only one, {row['partner']}"
    gain = f"{_items(row['gain'], items)} more of {items:,} tasks{_span(row, 'gain', items)}"
    if not partner.shown:
        return (
            f"No second model can be shown to solve more next to {over}: {best}, solves {gain}, "
            f"{_luck(partner.held, items)}."
        )
    cost = f", at {dollars(row['cost'])} a task" if row["cost"] == row["cost"] else "; what a task costs is not known"
    alone = f" ({dollars(partner.alone)} with {over} alone)" if row["cost"] == row["cost"] else ""
    return (
        f"A second model next to {over} solves {gain}, {_luck(partner.held, items)}; the best partner{of} is "
        f"{row['partner']}{cost}{alone}."
    )


def saving(partner: Partner, items: int) -> str:
    """What asking a cheaper model first saves; empty where nothing does, or costs are not known."""
    row = partner.cheapest
    if row is None:
        return ""
    return (
        f"Cheapest: {row['partner']} first and {partner.over} where it fails, {_money(row, 'cost')} a task instead of "
        f"{dollars(partner.alone)}, and {_items(row['gain'], items)} more of {items:,} tasks solved{_span(row, 'gain', items)}."
    )


def lines(found: Buyer) -> list[str]:
    """Conditions, three models, the routing bound, votes, and what no model solves."""
    items, routing = found.answers.items, found.routing
    out = [
        f"{len(found.answers.models)} models on {items:,} tasks, one result each. More is what a perfect choice between the models "
        "reaches; the cost is that of asking the cheaper first and the other where it fails, which a perfect check sees. A second "
        "run of the same model would solve some more, too."
    ]
    if found.left_out:
        out.append(f"Left out: {', '.join(found.left_out)}.")
    bound = routing.iloc[-1]
    ends = f" ({_per_cent(bound['low'])} to {_per_cent(bound['high'])})" if bound["low"] == bound["low"] else ""
    out.append(
        f"All models together solve {_per_cent(bound['score'])}{ends}, the best "
        f"alone {_per_cent(routing.iloc[0]['score'])}{way(routing)}."
    )
    if len(found.triples):
        row = found.triples.iloc[0]
        out.append(
            f"The best three, {_names(row)}, solve {_items(row['gain'], items)} more than {row['better']}{_span(row, 'gain', items)}, "
            f"{_luck(found.held_triple, items)}."
        )
    out += [vote(row, items) for row in found.votes.to_dict("records")]
    return [*out, *solved_by(found)]


def way(routing: pd.DataFrame) -> str:
    """How far the best two and the best three models come from the best alone to all together; empty where there are only two."""
    first, *others = [(size, _per_cent(row["reached"])) for size, row in _steps(routing)] or [("", "")]
    further = "".join(f", the best {size} {reached}" for size, reached in others)
    return f"; the best {first[0]} come {first[1]} of the way there{further}" if first[0] else ""


def vote(row: Row, items: int) -> str:
    """A vote of the most accurate models against the best of them."""
    gain = _items(row["gain"], items)
    cost = f", at {dollars(row['cost'])} a task" if row["cost"] == row["cost"] else ""
    told = "more" if row["gain_low"] > 0 else "fewer" if row["gain_high"] < 0 else "not measurably more or fewer"
    return (
        f"A vote of the {row['size']} most accurate solves {told} than {row['better']} alone: {_signed(gain)}{_span(row, 'gain', items)} of "
        f"{items:,} tasks{cost}."
    )


def solved_by(found: Buyer) -> list[str]:
    """How many tasks nobody solves, and which, and how many one model alone solves, and which model."""
    nobody = found.items[found.items["solved_by"] == 0]
    only = found.items[found.items["solved_by"] == 1]["only"].value_counts()
    named = nobody["name"].dropna().tolist()
    listed = f": {', '.join(named[:SHOWN])}{' …' if len(named) > SHOWN else ''}" if named else ""
    whose = f" ({', '.join(f'{name} {count}' for name, count in only.head(5).items())})" if len(only) else ""
    return [
        f"No model solves {len(nobody):,} of {found.answers.items:,} tasks{listed}.",
        f"Only one model solves {_tasks(int(only.sum()))}{whose}.",
    ]


def _tasks(count: int) -> str:
    return "1 task" if count == 1 else f"{count:,} tasks"


def portfolio_table(rows: list[Row], items: int) -> Table:
    """Portfolios: tasks solved, the gain over the better member, and what a task costs, with intervals."""
    table = Table(box=None, pad_edge=False)
    table.add_column("models, cheapest first")
    for heading in ("solved, %", "more tasks than", "the better alone", "USD a task", "USD a solved task"):
        table.add_column(heading, justify="right")
    for row in rows:
        gain = f"{_signed(_items(row['gain'], items))}{_span(row, 'gain', items)}" if row["size"] > 1 else "–"
        money = [_money(row, "cost"), _money(row, "per_solved")]
        table.add_row(_names(row), _per_cent(row["score"]), gain, str(row["better"]), *money)
    return table


def vendor_table(rows: list[Row], items: int) -> Table:
    """Vendors by their best models, those that can stand for each other: how far apart, how alike, what both solve."""
    table = Table(box=None, pad_edge=False)
    for heading in ("a", "b"):
        table.add_column(heading)
    for heading in ("a − b, points", "alike beyond one vendor's", "only b solves"):
        table.add_column(heading, justify="right")
    table.add_column("verdict")
    for row in rows:
        apart = f"{100 * row['difference']:+.1f} ({100 * row['difference_low']:+.1f} to {100 * row['difference_high']:+.1f})"
        alike = f"{row['alike']:+.2f} ({row['alike_low']:+.2f} to {row['alike_high']:+.2f})"
        gain = f"{_items(row['gain'], items)}{_span(row, 'gain', items)}"
        cells = [cell.replace("-", "−") for cell in (apart, alike, gain)]
        table.add_row(f"{row['a']} ({row['vendor_a']})", f"{row['b']} ({row['vendor_b']})", *cells, row["verdict"])
    return table


def _steps(routing: pd.DataFrame) -> list[tuple[str, Row]]:
    """The rows of two and of three models, in words."""
    words = {2: "two", 3: "three"}
    return [(words[row["size"]], row) for row in routing.iloc[1:-1].to_dict("records")]


def _luck(held: HeldOut, items: int) -> str:
    """What the luck of the choice leaves of a gain."""
    if held.corrected != held.corrected:
        return "chosen and measured on the same tasks"
    return f"{max(_items(held.corrected, items), 0)} once the luck of the choice is taken off"


def _items(share: float, items: int) -> int:
    return round(share * items)


def _signed(count: int) -> str:
    return f"{count:+d}".replace("-", "−")


def _span(row: Row, name: str, items: int) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return "" if low != low else f" ({_items(low, items)} to {_items(high, items)})".replace("-", "−")


def _money(row: Row, name: str) -> str:
    return dollars(row[name]) + ("" if row[f"{name}_low"] != row[f"{name}_low"] else
                                 f" ({dollars(row[f'{name}_low'])}–{dollars(row[f'{name}_high'])})")  # fmt: skip


def _names(row: Row) -> str:
    return " + ".join(map(str, row["models"]))


def _per_cent(share: float) -> str:
    return "–" if share != share else f"{100 * share:.1f}%"
