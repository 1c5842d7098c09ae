"""``harness catalog``: check and refresh. The command line mounts ``app``; the functions below do the work."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Annotated

import typer

from harness import places
from harness.errors import BadInput

app = typer.Typer(
    help="Validate the catalog's facts; import prices and models from market sources.", no_args_is_help=True
)

LISTED_LINES = 40  # lines of a list on the terminal; --json has all of them


@app.command("check")
def check_command(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Check every cell, key and fact of the catalog."""
    raise typer.Exit(run_check(places.catalog(), dt.date.today(), as_json))


@app.command("refresh")
def refresh_command(
    source: Annotated[str, typer.Option("--from", help="The market source, e.g. models.dev.")],
    file: Annotated[
        list[Path] | None, typer.Option("--file", help="A saved copy; may be given more than once.")
    ] = None,
    date: Annotated[str, typer.Option("--date", help="The day the data speaks of, YYYY-MM-DD.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Import a market source: from --file, else from its live address."""
    raise typer.Exit(run_refresh(places.catalog(), source, file or [], date, dt.date.today(), as_json))


def run_check(folder: Path, today: dt.date, as_json: bool = False) -> int:
    """Print every finding with file, row and column; 2 where one is an error, else 0 (warnings are only counted)."""
    from harness.catalog.checks import disagreements, errors, findings, unopened
    from harness.catalog.tables import is_empty, read

    if is_empty(folder):
        raise BadInput(f"There is no catalog in {folder}.")
    found = findings(folder, today)
    wrong = errors(found)
    catalog, _ = read(folder)
    unread, resting = unopened(catalog)
    if as_json:
        sources = {"sources": unread, "rows": resting}
        warnings = [vars(f) for f in found if f.level == "warning"]
        document = {
            "folder": str(folder),
            "findings": [vars(f) for f in wrong],
            "warnings": warnings,
            "unopened": sources,
        }
        typer.echo(json.dumps(document, ensure_ascii=False))
        return 2 if wrong else 0
    warnings_first = sorted(found, key=lambda f: f.level == "error")  # what has to be mended ends the list
    for finding in warnings_first:
        typer.echo(f"warning: {finding}" if finding.level == "warning" else str(finding))
    if len(found) > len(wrong):
        typer.echo(f"Warnings: {len(found) - len(wrong):,}. One that is right after all is listed, with a reason, in "
                   "harness/catalog/rules/reviewed.csv.", err=True)  # fmt: skip
    if wrong:
        typer.echo(f"{len(wrong)} findings in {folder}.", err=True)
        return 2
    rows = ", ".join(f"{len(r):,} {name}" for name, r in catalog.rows.items())
    typer.echo(f"The catalog is clean: {rows}.", err=True)
    count = len(disagreements(catalog))
    typer.echo(f"{count} reported scores differ by more than 0.02 between sources or figures of one setting.", err=True)
    if unread:
        typer.echo(f"{len(unread)} sources were named but not opened (no retrieved date); {resting:,} rows rest on them. "
                   "They are the first to re-check: see docs/unverified.md; --json lists them.", err=True)  # fmt: skip
    return 0


def run_refresh(folder: Path, source: str, files: list[Path], date: str, today: dt.date, as_json: bool = False) -> int:
    """Import a market source and print the report; returns 0. BadInput or MissingData leaves the catalog unchanged."""
    from harness.catalog.names.identity_notes import HEADINGS
    from harness.catalog.refresh import refresh

    report = refresh(folder, source, files, _day(date), today)
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False))
        return 0
    added = ", ".join(f"{n:,} {table}" for table, n in sorted(report.added.items())) or "nothing"
    typer.echo(f"{source}, {report.date}: added {added}; {len(report.changed)} cells changed.")
    if report.offers:
        share = report.offers_with_vendor / report.offers
        typer.echo(f"{report.offers_with_vendor:,} of {report.offers:,} offers ({share:.1%}) end on a known vendor.")
    _listed(f"{len(report.price_changes)} prices changed", [_arrow(c) for c in report.price_changes])
    _listed(f"{len(report.changed)} cells changed", [_arrow(c) for c in report.changed])
    for kind, notes in report.identity.items():
        _listed(f"identity: {len(notes):,} {HEADINGS[kind]}", [str(n) for n in notes])
    _listed(f"{len(report.unmatched)} left unmatched", [f"{u.kind} {u.name}: {u.why}" for u in report.unmatched])
    return 0


def _arrow(change: object) -> str:
    table, key, column, old, new = (getattr(change, n) for n in ("table", "key", "column", "old", "new"))
    return f"{table} {' '.join(key)}: {column} {old or '(empty)'} -> {new}"


def _listed(title: str, lines: list[str]) -> None:
    if lines:
        typer.echo(f"{title}:")
        for line in lines[:LISTED_LINES]:
            typer.echo(f"  {line}")
        if len(lines) > LISTED_LINES:
            typer.echo(f"  ... and {len(lines) - LISTED_LINES} more (--json lists all)")


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput(f"--date {text}: expects YYYY-MM-DD.") from None
