"""`harness import` and `harness export`; each returns its exit code.

Progress and messages go to standard error; with ``as_json`` one document goes to standard output.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from harness import places
from harness.interchange.imported_run import ImportReport
from harness.store.loading import Loaded
from harness.store.opening import damage_lines

# Refused files listed by name; the rest are counted.
_LISTED = 20


def import_results(
    path: Path, format: str = "auto", *, mapping: Path | None = None, model: str | None = None, as_json: bool = False
) -> int:
    """Import others' results and publish them: 0 done, 1 a part was refused, 2 nothing could be imported.

    Raises:
        BadInput, RunFailed, StoreError: as ``import_path`` and the store say.
    """
    from harness.interchange import publishing
    from harness.interchange.importing import import_path
    from harness.store.remote import shared

    publishing.refuse_unusable()
    with shared.importing(places.runs()), _progress(path) as progress:
        report = import_path(path, format, runs_dir=places.runs(), mapping=mapping, model=model, progress=progress)
    present = len(report.imported) + len(report.existing) + report.reported
    loaded = publishing.publish(report) if present else Loaded()
    if as_json:
        print(json.dumps(_document(report, loaded), ensure_ascii=False))
    else:
        _print_refused(report)
        print(_summary(report, loaded))
    for line in damage_lines(loaded):
        print(line, file=sys.stderr)
    failed = [r for r in report.refused if r.failed]
    return 0 if not failed and present and not damage_lines(loaded) else 1 if present else 2


def _document(report: ImportReport, loaded: Loaded) -> dict[str, object]:
    return {
        "imported": list(report.imported),
        "existing": list(report.existing),
        "replaced": list(report.replaced),
        "published": loaded.runs,
        "reported_scores": report.reported,
        "lines_without_figure": report.without_figure,
        "refused": [asdict(r) for r in report.refused],
        "problems": [*([loaded.catalog] if loaded.catalog else []), *loaded.problems],
    }


def _print_refused(report: ImportReport) -> None:
    for refused in report.refused[:_LISTED]:
        print(f"{refused.file}: {refused.reason}", file=sys.stderr)
    if len(report.refused) > _LISTED:
        print(f"… and {len(report.refused) - _LISTED:,} more (see --json)", file=sys.stderr)


def _summary(report: ImportReport, loaded: Loaded) -> str:
    """What was imported, what was there already, and what of that is in the database only now."""
    existing, new = set(report.existing), set(loaded.runs)
    late, earlier = len(existing & new), len(_own(new) - existing - set(report.imported))
    there = f"{len(report.existing):,} were there already"
    if late:
        there += f" ({late:,} of them only now in the database)"
    parts = [f"{len(report.imported):,} runs imported", there]
    if earlier:
        parts.append(f"{earlier:,} sealed earlier are now in the database too")
    if report.replaced:
        parts.append(f"{len(report.replaced):,} of another mapping replaced")
    if report.reported:
        parts.append(f"{report.reported:,} reported scores")
    if report.without_figure:
        parts.append(f"{report.without_figure:,} lines without a figure")
    return ", ".join([*parts, f"{len(report.refused):,} files or records not imported"])


def _own(run_ids: set[str]) -> set[str]:
    """Those of the runs that lie in the folder of runs, not among the shipped ones."""
    from harness.interchange import run_parquet
    from harness.store.run_folder import sealed

    if not run_ids:
        return set()
    packed = run_parquet.run_ids(places.runs() / run_parquet.FOLDER)
    return run_ids & (packed | {folder.name for folder in sealed(places.runs())})


@contextmanager
def _progress(path: Path) -> Iterator[Callable[[int, str], None]]:
    """A bar over the files, on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from harness.interchange.detect import count

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        job = bar.add_task("Importing", total=count(path))
        yield lambda done, label: bar.update(job, completed=done, description=label[-40:].replace("[", "(") or "Done")


def export_runs(runs: Sequence[str], format: str, out: Path, *, as_json: bool = False) -> int:
    """Write runs in another tool's format or as tables: 0 done.

    Raises:
        BadInput, MissingData: as ``exporting.export`` says.
    """
    from harness.interchange.exporting import export
    from harness.store.remote import shared

    shared.gather(places.database(), places.runs())
    written = export(runs, format, out, places.runs(), (places.public_runs(), places.measured_runs()))
    if as_json:
        print(json.dumps({"files": [str(p) for p in written]}))
    else:
        print("\n".join(str(p) for p in written))
    return 0
