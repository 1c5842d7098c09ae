"""What ``harness vendors NAME`` prints in English, from the profile's document."""

from __future__ import annotations

from typing import Any

import pandas as pd
from rich.table import Table

from harness.charts.chart import DASH
from harness.charts.text import dollars, input_label, number, sellers, three_digits
from harness.commands.companies.vendors_text import RANKS, SAY, ranks, title
from harness.terminal import print_table

Row = dict[str, Any]
KINDS = {
    "market_cap": "market capitalisation",
    "round": "of a round",
    "shares": "of a sale of shares",
    "unsaid": "kind not said",
}
"""Kinds of valuation (``market.companies.figures.VALUATIONS``) in words."""


def print_profile(document: Row) -> None:
    """The profile: who it is, standing, figures, releases, relations."""
    print(heading(document))
    print(standing_line(document))
    best = document["best_product"]
    if best is None:
        print("No product of it has the published scores that a rank on the capability scale needs.")
    else:
        points = f"{number(best['points'], 0)} points ({number(best['low'], 0)}–{number(best['high'], 0)})"
        print(f"Best product: {best['model']}, {points}, rank {ranks(best)} of {best['of']} products.")
    print()
    print_table(_dimensions(document))
    print(RANKS)
    if document["missing"]:
        print("Lacks: " + "; ".join(_lacks(document["missing"])) + ".")
    print()
    print_table(_figures(document["figures"]))
    if document["unknown"]:
        print("Not known: " + "; ".join(input_label(SAY, key).lower() for key in document["unknown"]) + ".")
    print()
    if document["releases"]:
        print_table(_releases(document["releases"]))
    else:
        print("No release in the twelve months before the catalog's newest.")
    print()
    if document["relations"]:
        print_table(_relations(document["relations"]))
    else:
        print("The catalog knows no relation of it to another vendor.")


def heading(document: Row) -> str:
    """Its names, and who it is, in one line."""
    names = [document["name_en"], document["name_zh"]]
    who = [
        SAY.known("segment", document["segment"]).lower(),
        document["city"],
        SAY.known("country", document["country"]),
    ]
    who += [
        document["founded"] and f"founded {document['founded']}",
        document["parent"] and f"belongs to {document['parent']}",
    ]
    models = f"{document['models']} models, {document['open_models']} with open weights"
    newest = document["latest_release"] and f"newest release {document['latest_release']}"
    return (
        f"{' · '.join(n for n in dict.fromkeys(names) if n)}: {', '.join(str(w) for w in [*who, models, newest] if w)}."
    )


def standing_line(document: Row) -> str:
    """Its rank over all, or why it has none."""
    overall = document["dimensions"][-1] if document["dimensions"] else None
    if overall is None:
        return "Not placed: the catalog holds no input of positioning for it."
    if not overall["placed"]:
        absent = [title(row["dimension"]).lower() for row in document["dimensions"][:-1] if not row["placed"]]
        return f"No rank over all: too few inputs in {', '.join(absent)}."
    ends = f"{overall['rank_low']}–{overall['rank_high']}"
    return f"Rank {overall['rank']} of {overall['of']} vendors over all, 90% interval {ends}."


def _dimensions(document: Row) -> Table:
    table = _table(("dimension", ""), ("score 0–1", "r"), ("rank (90%)", "r"), ("of", "r"), ("inputs known", "r"))
    for row in document["dimensions"]:
        cells = [
            number(row["score"], 2),
            ranks(row),
            str(row["of"]) if row["placed"] else DASH,
            f"{row['coverage']:.0%}",
        ]
        table.add_row(title(row["dimension"]), *cells)
    return table


def _lacks(missing: list[Row]) -> list[str]:
    by_dimension: dict[str, list[str]] = {}
    for row in missing:
        by_dimension.setdefault(row["dimension"], []).append(input_label(SAY, row["input"]).lower())
    return [f"{title(dimension)}: {', '.join(inputs)}" for dimension, inputs in by_dimension.items()]


def _figures(rows: list[Row]) -> Table:
    table = _table(("figure", ""), ("value", "r"), ("as stated", "r"), ("date", ""), ("remark", "w"), ("source", "w"))
    for row in rows:
        money = row["unit"] == "USD"
        value = dollars(row["value"]) if money else f"{three_digits(row['value'])} {row['unit']}"
        other = row["stated"] is not None and row["stated_unit"] != row["unit"]
        stated = f"{row['stated']:,.0f} {row['stated_unit']}" if other else DASH
        note = row["note"] or ""
        kind = [KINDS[row["kind"]]] if row["kind"] and not note.startswith(KINDS[row["kind"]]) else []
        old = ["too old to rank"] if row["too_old"] else []
        group = [f"of its group, {row['group_id']}"] if row["group_id"] else []
        remark = "; ".join([*kind, *group, *old, *([note] if note else [])])
        source = " ".join(part for part in (row["source"], row["url"] and f"({row['url']})") if part)
        table.add_row(
            input_label(SAY, row["figure"]), value, stated, row["as_of"] or DASH, remark or DASH, source or DASH
        )
    return table


def _releases(rows: list[Row]) -> Table:
    table = _table(("released", ""), ("model", ""), ("points (95%)", "r"), ("weights", ""), ("$/M in", "r"), ("$/M out", "r"),
                   ("price of", "w"), ("price date", ""))  # fmt: skip
    table.title = f"Language models released in the last twelve months: {len(rows)}"
    sold_by = sellers(SAY, pd.DataFrame(rows, columns=["basis", "provider", "hosts"]))
    for row, seller in zip(rows, sold_by, strict=True):
        points = DASH if row["points"] is None else f"{row['points']:.0f} ({row['low']:.0f}–{row['high']:.0f})"
        weights = {True: "open", False: "closed"}.get(row["open_weights"], DASH)
        cells = [dollars(row["input_per_mtok"]), dollars(row["output_per_mtok"]), seller or DASH]
        table.add_row(row["released"], row["name"], points, weights, *cells, row["priced"] or DASH)
    return table


def _relations(rows: list[Row]) -> Table:
    table = _table(("relation", "w"), ("USD", "r"), ("as stated", "r"), ("date", ""), ("remark", "w"), ("source", "w"))
    for row in rows:
        stated = DASH if row["amount"] is None else f"{row['amount']:,.0f} {row['currency']}"
        relation = f"{row['from_en']} {SAY.known('relation', row['kind'])} {row['to_en']}"
        source = " ".join(part for part in (row["source"], row["url"] and f"({row['url']})") if part)
        table.add_row(relation, dollars(row["usd"]), stated, row["as_of"] or DASH, row["note"] or DASH, source or DASH)
    return table


def _table(*columns: tuple[str, str]) -> Table:
    """A table of columns, each aligned right (``r``), folded (``w``), or on one line."""
    table = Table(box=None, pad_edge=False, title_justify="left")
    for heading, how in columns:
        table.add_column(heading, justify="right" if how == "r" else "left", no_wrap=how != "w", overflow="fold")
    return table
