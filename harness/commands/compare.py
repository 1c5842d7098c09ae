"""``harness compare``: which runs to compare, and how the comparison is shown."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from harness import names
from harness.commands import compared_items, verdict
from harness.commands.database import reader as open_reader
from harness.errors import BadInput, MissingData
from harness.i18n.translator import Translator
from harness.market.names_of_tasks import TaskNames
from harness.terminal import print_json

if TYPE_CHECKING:
    import pandas as pd

LISTED = 3
"""Suites of a model that an error lists."""


def compare(models: Sequence[str], *, suite: str | None, as_json: bool) -> None:
    """Two or more models on all items that they share, then paired differences on one suite, after what each run's verdict says.

    Raises:
        BadInput: fewer than two models, or an ambiguous name (the candidates are listed).
        MissingData: no database, an unknown model, or no suite with item outcomes of all.
    """
    from harness.market import paired_outcomes

    reader = open_reader()
    suite_name = TaskNames(reader, Translator("en")).suites()
    runs = choose(reader.frame("compare_runs"), reader.frame("models"), models, suite, suite_name)
    comparison = paired_outcomes.compare(reader, runs.assign(label=runs["model"]))
    items = compared_items.compared(reader, runs)
    suite, version, ids = runs["suite"].iloc[0], runs["suite_version"].iloc[0], [str(r) for r in runs["run_id"]]
    verdicts = [verdict.of_run(row) for row in runs.to_dict("records")]
    if as_json:
        said = [one.to_json() for one in verdicts]
        print_json({"suite": suite, "suite_version": version, "runs": ids, "verdicts": said, **comparison.to_json(),
                    "shared_items": compared_items.to_json(items)})  # fmt: skip
        return
    if items:
        compared_items.show(reader, items)
    print(f"{suite_name((str(suite), str(version)))} ({suite} {version}): {', '.join(ids)}")
    for one in verdicts:
        print(f"  {one.line()}")
    for row in comparison.left_out.itertuples():
        print(f"  not compared: {row.task} ({row.reason})")
    if comparison.index.empty:
        print("  no index: the suite's tasks have no anchors, or some are missing")
    _print("index", comparison.index, "kind")
    _print("tasks", comparison.tasks, "task")


def choose(
    runs: pd.DataFrame,
    catalog: pd.DataFrame,
    models: Sequence[str],
    suite: str | None,
    called: Callable[[tuple[str, str]], str] = " ".join,
) -> pd.DataFrame:
    """One run a model, all of one suite and version: the one with most shared tasks, then items; leading runs before others.

    ``runs`` are the rows of ``compare_runs``, ``catalog`` those of ``models``; ``called`` names suites in an error. Raises as ``compare`` says.
    """
    if len(set(models)) < 2:
        raise BadInput("A comparison needs at least two models: harness compare MODEL MODEL …")
    groups = {model: names.run_models(model, catalog, runs) for model in models}
    wanted = {name: model for model, group in groups.items() for name in group}
    if len(wanted) < sum(map(len, groups.values())) or len(groups) < len(models):
        raise BadInput(f"{', '.join(models)} name one model twice.")
    candidates = runs.assign(wanted=runs["model"].map(wanted)).dropna(subset="wanted")
    if suite:
        candidates = candidates[candidates["suite"] == suite]
    shared = [
        group
        for _, group in candidates.groupby(["suite", "suite_version"], dropna=False)
        if group["wanted"].nunique() == len(models)
    ]
    if not shared:
        listed = "; ".join(f"{model}: {_listed(candidates[candidates['wanted'] == model], called)}" for model in models)
        raise MissingData(
            f"No suite has item outcomes of all {len(models)} models ({listed}). Run them on one suite first; what their "
            "published scores say: `harness scale --compare`."
        )
    size = {id(g): [int(g.groupby("wanted")[column].max().min()) for column in ("tasks", "items")] for g in shared}
    most = max(shared, key=lambda g: (*size[id(g)], str(g["suite"].iloc[0])))
    ranked = most.sort_values(["leading", "sealed", "run_id"], ascending=False, na_position="last")
    return ranked.drop_duplicates("wanted").set_index("wanted").loc[list(models)].reset_index(drop=True)


def _listed(runs: pd.DataFrame, called: Callable[[tuple[str, str]], str]) -> str:
    """The suites of some runs by name, the first few."""
    keys = {(str(s), str(v)) for s, v in zip(runs["suite"], runs["suite_version"], strict=True)}
    found = sorted(map(called, keys))
    return ", ".join(found[:LISTED]) + (" …" if len(found) > LISTED else "") or "none"


def _print(title: str, frame: pd.DataFrame, first: str) -> None:
    """One table a pair: the differences are A − B."""
    for (one, two), rows in frame.groupby(["model_a", "model_b"], sort=False):
        table = Table(title=f"{title}: {one} − {two}", title_justify="left", box=None, pad_edge=False)
        for column in (first, "difference", "95% interval", "p (Holm)", "items", "items to settle it"):
            table.add_column(column, justify="left" if column == first else "right", no_wrap=True)
        for row in rows.to_dict("records"):
            table.add_row(*_cells({str(k): v for k, v in row.items()}, first))
        Console(width=None if sys.stdout.isatty() else 140).print(table, markup=False)


def _cells(row: dict[str, Any], first: str) -> tuple[str, ...]:
    def number(key: str, form: str) -> str:
        value = row.get(key)
        return "–" if value is None or not math.isfinite(float(value)) else format(float(value), form)

    label = f"{row[first]} ({row['metric']})" if "metric" in row else str(row[first])
    interval = f"{number('low', '+.4f')} … {number('high', '+.4f')}"
    return (
        label,
        number("difference", "+.4f"),
        interval,
        number("p_adjusted", ".3g"),
        number("n", ",.0f"),
        number("items_needed", ",.0f"),
    )
