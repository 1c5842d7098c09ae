"""Why a row differs from its raw value, where the two values themselves show it.

Each cause is a test of the two values, not a list of rows; what it cannot test is reviewed in ``explained.csv``.
"""

from __future__ import annotations

import re

from harness.catalog.auditing.raw import Verdict, number
from harness.catalog.importers.offers import wrong_in_source
from harness.catalog.tables import Row

NEAR = 0.05  # a size that a name states is a round one: the board's count of parameters lies as near as this


def cause(table: str, row: Row, verdict: Verdict) -> str:
    """A sentence on why a row differs; empty where its values do not show it."""
    by_table = {"prices": _price, "models": _model}
    if table not in by_table or not verdict.wrong:
        return ""
    found = [by_table[table](row, column, there) for column, there in verdict.wrong]
    return "; ".join(dict.fromkeys(found)) if all(found) else ""


def _model(row: Row, column: str, there: str) -> str:
    if column == "released" and row[column].startswith(f"{there}-"):
        return "the source states the month alone"
    raw, here = number(there), number(row[column])
    if raw is None or here is None:
        return ""
    if column == "context_tokens" and there.endswith("000000") and here == int(there[:-6]) << 20:
        return "the source writes millions of tokens for multiples of 1,048,576"
    if column != "params_b":
        return ""
    digits = len(there.rstrip("0").replace(".", ""))
    if raw and (abs(raw - here) <= 0.5 * 10 ** -_decimals(there) or float(f"{here:.{digits}g}") == raw):
        return "the source rounds the size"
    if "." in there:
        return ""
    if raw == 0 and here >= 1:
        return "the board has 0 where it knows no size"
    if here in _stated(row) and (0 < here - raw <= 1 or abs(raw - here) <= NEAR * here):
        return f"the board has whole billions, cut off; the name states {here:g} billion"
    return "the board has whole billions, cut off" if 0 < here - raw < 1 else ""


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])


def _stated(row: Row) -> set[float]:
    """Sizes that a model's names state, in billions."""
    text = f"{row['name']} {row['hub_id']}".lower()
    units = {"b": 1.0, "m": 1e-3}
    return {round(float(n) * units[u], 6) for n, u in re.findall(r"(?<![\d.])(\d+(?:\.\d+)?)\s?([bm])\b", text)}


def _price(row: Row, column: str, there: str) -> str:
    """Cells of an offer that were left out on review: the importer's own list says why."""
    if row[column]:
        return ""
    reason = wrong_in_source().get((row["provider_id"], row["offer_id"], row["as_of"], column))
    return f"left out: {reason}" if reason else ""
