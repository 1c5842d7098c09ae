"""What tasks cost: reported costs per task, costs per solved task from single items, and how prices fell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.market.names_of_tasks import TaskNames
from harness.reports.document import Part, Sentence, table
from harness.reports.sections import price_story

if TYPE_CHECKING:
    from harness.reports.data import Material
    from harness.reports.messages import Words


def tasks(material: Material, words: Words) -> Part:
    """Cost per task at every effort, on the benchmark that reports most models' costs."""
    from harness.market.prices.task_costs import cost_benchmarks, task_costs

    known = cost_benchmarks(material)
    if known.empty:
        return Part()
    first = str(known.iloc[0]["benchmark_id"])
    benchmark = TaskNames(material, words).task(first)
    rows = task_costs(material, first).dropna(subset="cost")
    rows = rows[rows["product_id"].isin(material.scope.models)]
    if rows.empty:
        return Part(sentences=(words.sentence("task.none", benchmark=benchmark),))
    rows = rows.assign(
        vendor=words.vendor(rows),
        effort_name=[words.known("effort", e) for e in rows["effort"]],
        basis_name=[words(f"tasks.{b}") for b in rows["basis"]],
    ).sort_values(["score", "cost"], ascending=[False, True], ignore_index=True)
    columns = (
        words.column("model"), words.column("vendor"), words.column("effort_name", label="effort"),
        words.column("cost", "money", "USD", "task_cost"), words.column("score", "plain", label="benchmark_score"),
        *(words.column(key, "integer") for key in ("output_tokens", "seconds") if rows[key].notna().any()),
        words.column("basis_name", label="basis"), words.column("reported_by"), words.column("as_of", "date"),
        words.id("setting"), words.id("source_id"), words.id("product_id", "model_id"),
    )  # fmt: skip
    title = words("task.table", benchmark=benchmark)
    identity = ("model", "effort_name", "setting")
    costs = table(rows, "task_costs", title, columns, identity, shown=15, note=words("task.note"))
    cheap = rows.sort_values(["cost", "model"]).iloc[0]
    numbers = {"n": (int(rows["product_id"].nunique()), "integer"), "cost": (float(cheap["cost"]), "money")}
    said = words.sentence("task.range", numbers, benchmark=benchmark, model=cheap["model"])
    return Part((costs,), sentences=(said,))


def solved(material: Material, words: Words) -> Part:
    """Cost of a solved task from single items of public runs, with its interval."""
    import numpy as np

    from harness.market.prices.item_costs import item_costs

    rows = item_costs(material)
    rows = rows[np.isfinite(rows["per_solved"].astype(float)) & rows["product_id"].isin(material.scope.models)]
    if rows.empty:
        return Part()
    names = TaskNames(material, words)
    products = material.models.drop_duplicates("model_id").set_index("model_id")["name"]
    agents = [a if isinstance(a, str) and a else None for a in rows["agent"]]
    rows = rows.assign(
        test=[names.alone(b, a) for b, a in zip(rows["benchmark"], agents, strict=True)],
        agent=[None if a is None else names.agent(a) for a in agents],
        model=rows["product_id"].map(products).fillna(rows["model"]),
        effort_name=[words.known("effort", e) for e in rows["effort"]],
    ).sort_values(["items", "test", "agent", "per_solved"], ascending=[False, True, True, True], ignore_index=True)
    columns = (
        words.column("test", label="benchmark"), words.column("model"), words.column("effort_name", label="effort"),
        words.column("agent"), words.column("items", "integer"), words.column("share", "percent", label="solved_share"),
        words.column("mean_cost", "money", "USD", "task_cost"), words.column("per_solved", "money", "USD"),
        *words.interval("money"), words.column("failed_to_solved", "plain"), words.column("as_of", "date"),
        words.column("source"), words.column("run_id"),
    )  # fmt: skip
    note = words("task.solved_note")
    whole = table(rows, "solved_costs", words("task.solved"), columns, ("test", "run_id"), note=note)
    newest = rows.sort_values("as_of", ascending=False, kind="stable").drop_duplicates(
        ["test", "model", "effort_name", "agent"]
    )
    short = [c for c in columns if c.key not in ("failed_to_solved", "source", "run_id")]
    identity = ("test", "model", "effort_name", "agent")
    first = table(newest.sort_index(), "solved", words("task.solved"), short, identity, shown=15, note=note)
    return Part((first,), details=(whole,))


def story(material: Material, words: Words) -> Part:
    """How the price of each level of capability fell, beside the list prices of the same models."""
    import pandas as pd

    told = material.story
    if told is None or not told.levels:
        return Part()
    rows = []
    for level in told.levels:
        for period, fall in (("whole", level.whole), ("first", level.first_year), ("last", level.last_year)):
            if fall is not None:
                rows.append(
                    {"level": level.model, "period": words(f"prices.{period}"), "first_as_of": fall.first.date(),
                     "last_as_of": fall.last.date(), "before": fall.before, "now": fall.now, "halving": fall.halving,
                     "low": fall.low, "high": fall.high}
                )  # fmt: skip
    frame = pd.DataFrame(rows).replace([float("inf")], float("nan"))
    columns = (
        words.column("level"), words.column("period"), words.column("first_as_of", "date"),
        words.column("last_as_of", "date"), words.column("before", "money", "USD"), words.column("now", "money", "USD"),
        words.column("halving", "plain"), *words.interval("plain"),
    )  # fmt: skip
    levels = table(
        frame, "price_levels", words("prices.title"), columns, ("level", "period"), note=words("prices.note")
    )
    whole = told.levels[0].whole
    numbers = (("before", whole.before), ("now", whole.now))
    return Part((levels,), sentences=(Sentence("prices.story", price_story.paragraph(words, told), numbers),))
