"""What there is: suites, models, vendors, runs, and one run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.options import Json, Segment

suites_app = typer.Typer(help="The suites: named, versioned lists of tasks.", invoke_without_command=True)


@suites_app.callback()
def suites(context: typer.Context, json: Json = False) -> None:
    """List the suites, or check them."""
    if context.invoked_subcommand is None:
        from harness.commands.listing import suites as show

        show(as_json=json)


@suites_app.command("check")
def suites_check(
    suite: Annotated[
        list[str] | None,
        typer.Option(help="A suite's name or file; may be given several times. Default: all that ship."),
    ] = None,
    tasks: Annotated[list[Path] | None, typer.Option(help="As for `harness run`; may be given several times.")] = None,
    trust_task_code: Annotated[bool, typer.Option("--trust-task-code", help="As for `harness run`.")] = False,
    json: Json = False,
) -> None:
    """Validate every suite against the installed lm-eval and own task files."""
    from harness.commands.listing import suites_check as check

    raise typer.Exit(check(suite or (), tasks or (), trust_task_code, as_json=json))


def models(
    vendor: Annotated[str | None, typer.Option(help="Only this vendor's.")] = None,
    segment: Segment = None,
    open_weights: Annotated[
        bool | None, typer.Option("--open/--closed", help="Only open or only closed weights.")
    ] = None,
    json: Json = False,
) -> None:
    """List the models of the catalog."""
    from harness.commands.listing import models as show

    show(vendor=vendor, segment=segment, open_weights=open_weights, as_json=json)


def vendors(
    name: Annotated[
        str | None,
        typer.Argument(help="One vendor: its id, its name in either language, a brand or a product. Default: all."),
    ] = None,
    rank: Annotated[
        bool, typer.Option("--rank", help="Score and rank on each of the five dimensions, with 90% intervals.")
    ] = False,
    segment: Segment = None,
    country: Annotated[str | None, typer.Option(help="ISO 3166-1 alpha-2, such as CN.")] = None,
    json: Json = False,
) -> None:
    """The vendors with rank, value and newest release; or one vendor's profile: five dimensions, figures, releases, relations."""
    from harness.commands.companies.vendors import vendors as show

    show(name, rank=rank, segment=segment, country=country, as_json=json)


def runs(
    suite: Annotated[str | None, typer.Option(help="Only runs of this suite.")] = None,
    model: Annotated[str | None, typer.Option(help="Only runs of this model: a full name or a unique ending.")] = None,
    origin: Annotated[str | None, typer.Option(help="measured or imported.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="The newest N. Default: 50.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    json: Json = False,
) -> None:
    """List the runs in the database, newest first."""
    from harness.commands.listing import runs as show

    show(suite=suite, model=model, origin=origin, limit=limit, every=every, as_json=json)


def show(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="A run id, or a unique part of one.")],
    json: Json = False,
) -> None:
    """One run: its scores with intervals, its verdict and its evidence."""
    from harness.commands.show import run as show_run

    show_run(run_id, as_json=json)
