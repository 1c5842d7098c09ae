"""``harness cost frontier``: what a task and a token of each ranked model cost, and which models are on the frontier."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any

from rich.table import Table

from harness.charts.text import dollars, number
from harness.commands.database import reader as open_reader
from harness.errors import BadInput, MissingData
from harness.names import matches, only
from harness.terminal import print_json, print_table

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries

SHOWN = 30
"""Models that are listed where nobody asks for all: a screen."""
BY = ("price", "task")
"""What the frontier is one of: the price of a token or the cost of a task."""
PROBABILITY = {"price": "price_membership", "task": "task_membership"}
EDGE = {"price": "on_price_frontier", "task": "on_task_frontier"}


def frontier(
    *, by: str, market: str, ratio: float, cached: float, benchmark: str | None, every: bool, as_json: bool
) -> None:
    """Ranked products with list price and cost of a task, those of the frontier first, as a table or a JSON list.

    Raises:
        BadInput: another ``by`` or market, a ratio below 0, a cached share outside 0 to 1, a benchmark's name that fits several.
        MissingData: no scale, no price and no cost, or no such benchmark with costs.
    """
    from harness.analysis.scale.fit import fit_reported
    from harness.market.prices.tradeoff import cost_board
    from harness.market.scale_board import scale_board

    if by not in BY:
        raise BadInput(f"There is no frontier by {by!r}; there is {', '.join(BY)}.")
    if not 0 <= cached <= 1:
        raise BadInput("The share of input that is read from the cache is between 0 and 1.")
    reader = open_reader()
    benchmark_id = None if benchmark is None else _benchmark(reader, benchmark)
    print("harness: fitting the capability scale (some seconds) …", file=sys.stderr, flush=True)
    fit = fit_reported(reader.frame("reported"))
    if fit is None:
        raise MissingData(
            "There is no capability scale: too few published scores hang together. `harness scale` says more."
        )
    board = scale_board(reader, fit)
    rows = cost_board(reader, board, ratio, market=market, cached=cached, benchmark_id=benchmark_id, fit=fit)
    if rows["price"].isna().all() and rows["task_cost"].isna().all():
        raise MissingData(
            "No ranked model has a list price or a cost per task. `harness catalog refresh` imports prices."
        )
    rows = ordered(rows, by)
    if as_json:
        print_json([to_json(row) for row in rows.to_dict("records")])
        return
    print(finding(reader, rows, by))
    known = rows[rows["price"].notna() | rows["task_cost"].notna()]
    shown = known if every else known.head(SHOWN)
    print_table(_table(shown.to_dict("records"), by))
    if len(shown) < len(known):
        print(f"The first {len(shown)} of {len(known)} ranked models with a price or a cost; --all lists all.")
    missing = len(rows) - len(known)
    if missing:
        print(f"{missing} ranked models have neither a price of a trusted seller nor a reported cost per task.")


def ordered(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """The board with ``on_frontier`` and ``membership`` of the frontier asked for: on it first, then by the probability of it, then
    by capability; prices that may not lead come after those that may."""
    rows = rows.assign(
        on_frontier=rows[EDGE[by]],
        membership=rows[PROBABILITY[by]].astype(float),
        may=rows["leads"].eq(True) if by == "price" else rows["task_cost"].notna(),
    )
    order = ["on_frontier", "may", "membership", "score"]
    return rows.sort_values(order, ascending=False, kind="stable", na_position="last", ignore_index=True)


def finding(queries: Queries, rows: pd.DataFrame, by: str) -> str:
    """The most capable model with a price or cost, and how many are on the frontier."""
    edge = rows[rows["on_frontier"]].sort_values("score", ascending=False)
    if edge.empty:
        return "No model is on the frontier: none has a price that may lead it."
    best = edge.iloc[0]
    if by == "price":
        what = f"{dollars(best['price'])} per million tokens ({seller(best)}, {_day(best['as_of'])})"
    else:
        names = queries.frame("task_costs").drop_duplicates("benchmark_id").set_index("benchmark_id")["benchmark"]
        what = f"{dollars(best['task_cost'])} a task of {names[best['task_benchmark']]} ({_day(best['task_as_of'])})"
    others = len(edge) - 1
    rest = "nobody else is" if not others else f"{others} more {'is' if others == 1 else 'are'}"
    return f"{best['model']} is the most capable on the frontier, at {what}; {rest} on it."


def seller(row: pd.Series | dict[str, Any]) -> str:
    """Whose price it is, in words."""
    if row["basis"] == "median":
        return f"median of {int(row['hosts'])} hosts"
    if row["basis"] == "few":
        return f"{row['provider']}; fewer than three hosts"
    kind = "" if row["provider_kind"] in ("maker", None) else f", {row['provider_kind']}"
    return f"{row['provider']}{kind}"


def to_json(row: dict[str, Any]) -> dict[str, Any]:
    """A row as design §6 names its values; null where something is not known."""
    texts = ("model_id", "product_id", "model", "vendor_id", "provider", "provider_kind", "tier", "basis", "source_id",
             "source", "url", "task_benchmark", "task_effort", "task_basis", "task_source", "task_url")  # fmt: skip
    times = dict.fromkeys(("speed", "first_token"), 2)
    numbers = {"score": 2, "low": 2, "high": 2, "price": 6, "membership": 4, "price_membership": 4, "task_membership": 4,
               "task_cost": 6, "output_tokens": 1, "seconds": 1} | times  # fmt: skip
    values: dict[str, Any] = {key: row[key] if isinstance(row[key], str) and row[key] else None for key in texts}
    values |= {key: _rounded(row[key], digits) for key, digits in numbers.items()}
    values |= {key: int(row[key]) for key in ("rank", "rank_low", "rank_high")}
    values |= {key: bool(row[key]) for key in ("on_frontier", "on_price_frontier", "on_task_frontier")}
    values |= {"as_of": _day(row["as_of"]), "task_as_of": _day(row["task_as_of"]), "hosts": _rounded(row["hosts"], 0)}
    return values | {"points": values.pop("score")}


def _benchmark(queries: Queries, wanted: str) -> str:
    from harness.market.prices.task_costs import cost_benchmarks

    known = cost_benchmarks(queries)
    pairs = [
        (str(name), str(id))
        for column in ("benchmark_id", "benchmark")
        for name, id in zip(known[column], known["benchmark_id"], strict=True)
    ]
    if known.empty:
        raise MissingData("No benchmark has costs per task of enough models in this database.")
    match = only("benchmark", wanted, matches(wanted, pairs))
    if match is None:
        listed = ", ".join(known["benchmark_id"])
        raise MissingData(f"No benchmark {wanted!r} has costs per task of enough models. There are {listed}.")
    return match


def _table(rows: list[dict[str, Any]], by: str) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("model", no_wrap=True)
    for heading in ("points", "$ per M tokens"):
        table.add_column(heading, justify="right")
    table.add_column("price of")
    table.add_column("date", no_wrap=True)
    for heading in ("$ per task", f"on the {by} frontier"):
        table.add_column(heading, justify="right")
    for row in rows:
        probability = row["membership"]
        table.add_row(
            str(row["model"]),
            f"{number(row['score'], 0)} ({number(row['low'], 0)}–{number(row['high'], 0)})",
            dollars(row["price"]) if row["price"] == row["price"] else "–",
            seller(row) if isinstance(row["provider"], str) else "–",
            _day(row["as_of"]) or "–",
            f"{dollars(row['task_cost'])} ({row['task_effort']})" if row["task_cost"] == row["task_cost"] else "–",
            "–" if math.isnan(probability) else f"{probability:.0%}",
        )
    return table


def _rounded(value: Any, digits: int) -> float | None:
    number = float("nan") if value is None else float(value)
    return None if math.isnan(number) else round(number, digits)


def _day(value: Any) -> str | None:
    text = str(value)[:10]
    return None if text in ("NaT", "nan", "None", "<NA>") else text
