"""The published and measured scores behind a choice, each with its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from harness.analysis.scale.preparation import highest

if TYPE_CHECKING:
    from harness.analysis.scale.fit import ScaleFit
    from harness.market.choice.families import Family
    from harness.market.queries import Queries

COLUMNS = ["product_id", "model", "test", "weight", "origin", "benchmark_id", "benchmark", "language", "effort", "score", "unit",
           "reported_by", "as_of", "source", "url"]  # fmt: skip


def tests_of(queries: Queries, task: Family) -> pd.DataFrame:
    """The benchmarks in a task's tests: ``test, benchmark_id, weight`` (a test's weight, on each of its benchmarks)."""
    known = queries.frame("benchmarks")
    rows = [(test.name, id, test.weight) for test in task.tests for id in test.ids(known)]
    return pd.DataFrame(rows, columns=["test", "benchmark_id", "weight"])


def evidence(queries: Queries, fit: ScaleFit | None, task: Family) -> pd.DataFrame:
    """Scores of products on a task's tests and beside them: COLUMNS, one row a product and benchmark, the newest report.

    ``weight`` is missing where a score stands beside and enters no mean: what the task lists so, and benchmarks of its tests that the
    scale does not hold for the product. ``origin`` is ``reported``, or ``measured`` for
    our own runs of the task's suites (``score`` is the index, ``benchmark`` the suite).
    """
    tests = tests_of(queries, task).drop_duplicates("benchmark_id").set_index("benchmark_id")
    rows = queries.frame("reported")
    rows = rows[rows["benchmark_id"].isin({*tests.index, *task.beside}) & rows["role"].notna()]
    inside = rows["role"].eq("scale") & rows["benchmark_id"].isin(tests.index)
    rows = rows[inside | rows["benchmark_id"].isin(task.beside)]
    rows = rows.assign(
        model_id=rows["product_id"].fillna(rows["model_id"]),
        test=rows["benchmark_id"].map(tests["test"]),
        origin="reported",
    )
    entered = set() if fit is None else set(zip(fit.scores["model_id"], fit.scores["benchmark_id"], strict=True))
    counts = [pair in entered for pair in zip(rows["model_id"], rows["benchmark_id"], strict=True)]
    rows = rows.assign(weight=rows["benchmark_id"].map(tests["weight"]).astype(float).where(counts))
    rows = highest(rows).sort_values(["as_of", "source_id"], ascending=[False, True], kind="stable")
    rows = rows.drop_duplicates(["model_id", "benchmark_id"]).drop(columns="product_id")
    rows = rows.rename(columns={"model_id": "product_id"}).reindex(columns=COLUMNS)
    measured = _measured(queries, task)
    out = pd.concat([rows, measured], ignore_index=True) if len(measured) else rows
    return out.sort_values(["product_id", "weight", "benchmark_id"], ascending=[True, False, True], ignore_index=True)


def _measured(queries: Queries, task: Family) -> pd.DataFrame:
    """Index of our own runs of the task's suites."""
    if not task.suites:
        return pd.DataFrame(columns=COLUMNS)
    from harness.market.leading_runs import index, leading_runs, task_scores

    runs = leading_runs(queries)
    runs = runs[runs["suite"].isin(task.suites) & runs["kind_of_origin"].eq("measured") & runs["model_id"].notna()]
    if runs.empty:
        return pd.DataFrame(columns=COLUMNS)
    rows = index(queries, runs, task_scores(queries, runs))
    rows = rows[rows["kind"].eq("overall")].merge(runs[["run_id", "model_id", "suite", "sealed"]], on="run_id")
    products = queries.frame("models").drop_duplicates("model_id").set_index("model_id")["product_id"]
    return rows.assign(
        product_id=rows["model_id"].map(products).fillna(rows["model_id"]), origin="measured", benchmark_id=rows["suite"],
        benchmark=rows["suite"], language=task.language or None, unit="index", as_of=rows["sealed"],
        source=rows["run_id"],
    ).reindex(columns=COLUMNS).drop_duplicates(["product_id", "benchmark_id"])  # fmt: skip
