"""How the runs of a command ended, and what the terminal is told of them at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import places
from harness.runs.progress import Progress
from harness.store import run_folder


@dataclass(frozen=True)
class ModelResult:
    """How one model's run of a suite ended, a line of ``--json``. ``code`` is the exit code for this run alone."""

    model: str
    suite: str
    code: int
    message: str
    run_id: str | None = None
    folder: str | None = None
    existing: bool = False
    partial: bool = False
    valid: bool = False


def name_missing(results: Sequence[ModelResult], jobs: int, show: Progress) -> None:
    """At the end of a night: which runs have no results, each with its reason, which was said hours above."""
    missing = [r for r in results if r.folder is None]
    if jobs < 2 or not missing:
        return
    left = jobs - len(results)
    show.error(f"harness: {len(missing) + left} of {jobs} runs have no results:")
    for r in missing:
        show.error(f"  {r.model}, {r.suite}: {next(iter(r.message.splitlines()), '')}")
    if left:
        show.error(f"  {left} more not begun")


def print_results(results: Sequence[ModelResult]) -> None:
    """Each sealed run with what its verdict says and its headline scores, on standard output."""
    for r in results:
        if r.folder is None:
            continue
        manifest: dict[str, Any] = run_folder.read_manifest(places.runs() / str(r.run_id))
        notes = "; ".join(f["message"] for f in manifest["verdict"]) or "nothing to say against it"
        print(
            f"{r.run_id}  ({r.message}{', partial' if r.partial else ''}, {'valid' if r.valid else 'not valid'}: {notes})"
        )
        _show_headline(places.runs() / str(r.run_id))


def _show_headline(folder: Path) -> None:
    """The headline scores of a sealed run folder, with intervals."""
    import pyarrow.parquet as pq

    from harness.analysis.statistics.uncertainty import with_intervals
    from harness.terminal import show_scores

    headline = {(t["task"], t["metric"], t["filter"]) for t in run_folder.read_manifest(folder)["suite"]["tasks"]}
    frame = pq.read_table(folder / "results.parquet").to_pandas()
    keys = frame[["task", "metric", "filter"]].itertuples(index=False, name=None)
    show_scores(with_intervals(frame[[key in headline for key in keys]].assign(origin="measured")))
