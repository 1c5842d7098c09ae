"""The command line: all commands in the order of its help. Their options stand in ``harness.command_line``."""

from __future__ import annotations

from typing import Annotated

import typer

from harness import __version__
from harness.catalog.commands import app as catalog_app
from harness.command_line.choosing import choose, report
from harness.command_line.comparing import alike, compare, scale
from harness.command_line.costs import cost_app
from harness.command_line.exchange import export, import_
from harness.command_line.inventory import models, runs, show, suites_app, vendors
from harness.command_line.machine import bench, doctor, site
from harness.command_line.running import run, verify
from harness.command_line.upkeep import data_app, db_app
from harness.fleet.commands import app as fleet_app

app = typer.Typer(
    name="harness",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Evaluate open language models, keep every result, and compare capability, cost and company.",
)
for command in (run, verify, models, vendors, runs, show, compare, scale, alike, choose, report):
    app.command()(command)
app.command("import")(import_)
for command in (export, bench, doctor, site):
    app.command()(command)
for name, group in {
    "suites": suites_app, "catalog": catalog_app, "cost": cost_app, "data": data_app, "db": db_app, "fleet": fleet_app,
}.items():  # fmt: skip
    app.add_typer(group, name=name)


def _version(value: bool) -> None:
    if value:
        print(f"harness {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Evaluate open language models, keep every result, and compare capability, cost and company."""
