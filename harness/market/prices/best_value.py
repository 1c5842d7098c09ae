"""Which product does the work of a level of capability for the least money: by its cost of a task and by its price of a token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from harness.analysis.statistics.seed import SEED
from harness.market.headlines import level as level_with_first
from harness.market.prices.tradeoff import DRAWS
from harness.market.scale_board import ahead

if TYPE_CHECKING:
    from harness.analysis.scale.fit import ScaleFit

NAMED = ("gpt-4-0613", "o1", "gpt-5", "gpt-5-4")
"""Models whose capability names a level: those of the price story whom a buyer still asks for, and one between GPT-5 and today's best."""
MEASURES = ("task", "token")
"""What the money is counted for: one task of a benchmark, or a million tokens at list price."""
COLUMNS = ["level_id", "level", "level_points", "measure", "product_id", "model", "vendor_id", "vendor_en", "vendor_zh", "segment",
           "country", "points", "low", "high", "reaches", "cost", "effort", "basis", "provider", "hosts", "as_of", "source",
           "url"]  # fmt: skip
_OF_TASK = {
    "task_cost": "cost",
    "task_effort": "effort",
    "task_as_of": "as_of",
    "task_source": "source",
    "task_url": "url",
}


def best_values(rows: pd.DataFrame, fit: ScaleFit) -> pd.DataFrame:
    """The cheapest product at each level: COLUMNS, one row a level and measure, from the least capable level to the best model's.

    ``rows`` are those of ``tradeoff.cost_board``. A product does a level's work where its points are no lower; ``reaches`` is the
    probability of that over redrawn scales. At the last level, that of the most capable model (empty ``level_id``), products count
    that cannot be told from it. Costs of a task count where reported, prices of a token where they may lead a frontier.
    """
    from harness.analysis.scale.fit import redrawn

    points = fit.models.set_index("model_id")["points"].astype(float)
    names = dict(zip(rows["model_id"], rows["model"], strict=True))
    drawn = redrawn(fit, seed=SEED, draws=DRAWS)
    rows = rows.sort_values(["score", "model_id"], ascending=[False, True])
    found: list[dict[str, Any]] = []
    for id in sorted(set(NAMED) & set(points.index), key=points.__getitem__):
        reached = rows[rows["score"].astype(float) >= points[id]]
        for row in _cheapest(reached):
            sure = float((drawn[row["model_id"]] >= drawn[id]).mean())
            found.append(
                {**row, "level_id": id, "level": names.get(id, id), "level_points": points[id], "reaches": sure}
            )
    if len(rows):
        best = rows.iloc[0]
        for row in _cheapest(rows[level_with_first(rows, ahead(fit, rows))]):
            found.append({**row, "level_id": "", "level": best["model"], "level_points": float(best["score"])})
    return pd.DataFrame(found).reindex(columns=COLUMNS)


def _cheapest(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Of the rows the one with the cheapest task and the one with the cheapest token, where there is one."""
    aside = {name: f"token_{name}" for name in _OF_TASK.values()}
    parts = {
        "task": rows[rows["task_basis"].eq("reported")].rename(columns={**aside, **_OF_TASK}),
        "token": rows[rows["price"].notna() & rows["leads"].eq(True)].rename(columns={"price": "cost"}),
    }
    out = []
    for measure in MEASURES:
        part = parts[measure].sort_values(["cost", "score", "model_id"], ascending=[True, False, True])
        if len(part):
            out.append({**part.iloc[0].rename({"score": "points"}).to_dict(), "measure": measure})
    return out
