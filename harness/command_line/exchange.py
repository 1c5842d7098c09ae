"""``harness import`` and ``harness export``: results of other tools and for them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.options import Json


def import_(
    path: Annotated[Path, typer.Argument(help="A file or folder of another tool's results.")],
    format: Annotated[
        str, typer.Option(help="auto, or a format's name (an unknown one is answered with all of them).")
    ] = "auto",
    mapping: Annotated[
        Path | None,
        typer.Option(help="Mapping of a plain leaderboard or a matrix of items: a file, or a shipped one's name."),
    ] = None,
    model: Annotated[str | None, typer.Option(help="The model of the one run whose files name none.")] = None,
    json: Json = False,
) -> None:
    """Import other tools' results: lm-eval, lighteval, OpenCompass, HELM, Inspect, EvalScope, Every Eval Ever."""
    from harness.interchange.commands import import_results

    raise typer.Exit(import_results(path, format, mapping=mapping, model=model, as_json=json))


def export(
    runs: Annotated[list[str], typer.Argument(metavar="RUN...", help="Run ids, or unique parts of them.")],
    format: Annotated[str, typer.Option(help="csv, parquet, lm-eval or eee.")] = "parquet",
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("export"),
    json: Json = False,
) -> None:
    """Write runs for other tools, or as tables."""
    from harness.interchange.commands import export_runs

    raise typer.Exit(export_runs(runs, format, out, as_json=json))
