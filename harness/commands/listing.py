"""`harness suites`, `models` and `runs`: rows of the database as a table or as one JSON document."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness import names, places
from harness.catalog.schema import SEGMENTS
from harness.commands.database import reader
from harness.errors import BadInput, MissingData
from harness.terminal import print_json, show_table

Row = dict[str, Any]
NEWEST = 50
"""Runs that are listed where nobody asks for more: a screen or two; a database holds thousands."""


def suites(*, as_json: bool) -> None:
    """The suites, each with its tasks."""
    from harness.suites.load import list_suites
    from harness.suites.model import to_dict

    found = list_suites()
    if as_json:
        print_json([to_dict(s) for s in found])
        return
    for suite in found:
        print(f"{suite.name} {suite.version} — {suite.title_en} · {suite.title_zh}")
        print(f"  {suite.description_en}")
        for kind in dict.fromkeys(t.kind for t in suite.tasks):
            entries = list(dict.fromkeys(t.group or t.task for t in suite.tasks if t.kind == kind))
            print(f"  {kind}: {', '.join(entries)}")


def suites_check(
    suites: Sequence[str] = (), folders: Sequence[Path] = (), trust_task_code: bool = False, *, as_json: bool
) -> int:
    """Problems of the suites (all that ship, or those named) against the installed lm-eval; 0 where there are none, else 2.

    Raises:
        BadInput: a suite or own task file that cannot be read.
    """
    try:
        from harness.suites.check import check, check_suites
        from harness.suites.load import load_suite
        from harness.suites.own.definitions import read as read_own_tasks

        own = read_own_tasks(folders, trust_task_code)
        problems = [
            f"{name}: {problem}" for name in suites for problem in check(load_suite(name), places.hub(), own)
        ] or ([] if suites else check_suites(hub=places.hub()))
    except ImportError:
        raise MissingData("lm-eval is not installed; pip install 'landscape-harness[engine]'.") from None
    if as_json:
        print_json({"ok": not problems, "problems": problems})
    else:
        print("\n".join(problems) if problems else "ok")
    return 2 if problems else 0


def models(*, vendor: str | None, segment: str | None, open_weights: bool | None, as_json: bool) -> None:
    """Models of the catalog, newest first."""
    rows = reader().rows("models")
    if vendor:
        rows = those(rows, "vendor_id", vendor, "vendor")
    if segment:
        rows = those(rows, "segment", segment, "segment", SEGMENTS)
    if open_weights is not None:
        rows = [row for row in rows if row["open_weights"] is open_weights]
    columns = ["model_id", "vendor_id", "segment", "released", "params_b", "context_tokens", "open_weights", "licence"]
    show_table(rows, columns, "models", as_json)


def those(rows: Sequence[Row], column: str, value: str, what: str, also: Sequence[str] = ()) -> list[Row]:
    """The rows of a value; ``BadInput`` where the catalog knows no such value, with the nearest that it knows."""
    known = sorted({*(str(row[column]) for row in rows if row[column] is not None), *also})
    if rows and value not in known:
        near = names.near(value, known) or known[: names.LISTED]
        raise BadInput(
            f"No {what} '{value}' in the catalog; there is {', '.join(near)}{' …' if len(known) > len(near) else ''}."
        )
    return [row for row in rows if row[column] == value]


def runs(
    *, suite: str | None, model: str | None, origin: str | None, limit: int | None, as_json: bool, every: bool = False
) -> None:
    """Runs in the database, newest first: the newest ``limit`` (``NEWEST`` where it is None), or with ``every`` all.

    Raises:
        BadInput: ``model`` means several models, or none that was run; an unknown origin; both a limit and all.
    """
    if every and limit is not None:
        raise BadInput("--all and --limit contradict each other; give one of them.")
    if origin not in (None, *names.ORIGINS):
        raise BadInput(f"--origin {origin!r} is not known; it is {' or '.join(names.ORIGINS)}.")
    database = reader()
    rows = database.rows("runs")
    if model and rows:
        those = set(names.run_models(model, database.frame("models"), database.frame("runs")))
        rows = [row for row in rows if row["model"] in those]
    if suite:
        rows = [row for row in rows if row["suite"] == suite]
    if origin:
        rows = [row for row in rows if row["origin"] == origin]
    shown = rows if every else rows[: NEWEST if limit is None else limit]
    columns = ["run_id", "model", "suite", "engine", "dtype", "origin", "valid", "partial"]
    show_table(shown, columns, "runs" if len(shown) == len(rows) else f"of {len(rows):,} runs", as_json)
    if len(shown) < len(rows):
        print(
            f"The newest {len(shown):,} of {len(rows):,} runs; --all lists them all, --limit N the newest N.",
            file=sys.stderr,
        )
