"""``harness choose`` and ``harness report``: models for a kind of task under conditions, and reports to forward."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.command_line.conditions import Conditions, Task, wish, with_conditions
from harness.options import Json

NOTHING = Conditions()


@with_conditions
def choose(
    task: Task = None,
    conditions: Conditions = NOTHING,
    since: Annotated[str | None, typer.Option(help="Released since this date (2026-01-31).")] = None,
    every: Annotated[
        bool,
        typer.Option("--all", help="List all models, those without any score too. Default: the first 10 of each list."),
    ] = False,
    json: Json = False,
) -> None:
    """The models for a kind of task (without --for, the kinds that there are) under conditions: which suits best, by which
    margin, at what price, on what evidence."""
    from harness.commands import choose as command

    wished = wish(task, conditions, since)
    if wished is None:
        command.kinds(as_json=json)
    else:
        command.choose(wished, every=every, as_json=json)


@with_conditions
def report(
    vendors: Annotated[
        list[str] | None, typer.Option(help="Vendors, by id or name; several with commas. Default: all.")
    ] = None,
    models: Annotated[
        list[str] | None, typer.Option(help="Models, by id or a unique ending; several with commas. Default: all.")
    ] = None,
    segment: Annotated[list[str] | None, typer.Option(help="big-tech, startup, lab or reference.")] = None,
    format: Annotated[
        list[str] | None, typer.Option(help="html, pdf, pptx, xlsx, md, csv, parquet; with commas.")
    ] = None,
    lang: Annotated[str, typer.Option(help="The code of one of the site's languages.")] = "en",
    out: Annotated[Path, typer.Option(help="The folder to write into.")] = Path("reports-out"),
    since: Annotated[str | None, typer.Option(help="Add what changed since this date (2026-01-31).")] = None,
    task: Task = None,
    conditions: Conditions = NOTHING,
    verify: Annotated[
        Path | None, typer.Option(help="Recompute the numbers of a report and say which changed; makes none.")
    ] = None,
    json: Json = False,
) -> None:
    """A comparison of vendors or models that people can forward; with --for, which model to choose for a kind of task."""
    from harness.reports.commands import report as make

    code = make(
        vendors=vendors or (), models=models or (), segments=segment or (), formats=format or ("html",), lang=lang,
        out=out, since=since, wish=wish(task, conditions), verify=verify, as_json=json,
    )  # fmt: skip
    raise typer.Exit(code)
