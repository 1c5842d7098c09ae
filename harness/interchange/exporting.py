"""Export of runs in other tools' formats and as plain tables: one writer a format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from harness.errors import BadInput
from harness.interchange import stored_runs
from harness.interchange.imported_run import ImportedRun
from harness.interchange.readers import landscape_csv
from harness.interchange.writers import eee_writer, lm_eval_writer
from harness.store import run_folder


def export(
    run_ids: Sequence[str], format: str, out: Path, runs_dir: Path, table_folders: Sequence[Path] = ()
) -> list[Path]:
    """Write the runs below ``out`` in ``format``; the files written.

    Raises:
        BadInput: there is no such format, or no run was named.
        MissingData: a run is not here.
    """
    writer = WRITERS.get(format)
    if writer is None:
        raise BadInput(f"There is no export format {format!r}; there are {', '.join(WRITERS)}.")
    if not run_ids:
        raise BadInput("No run was named; `harness runs` lists them.")
    ids = dict.fromkeys(stored_runs.resolve(name, runs_dir, table_folders) for name in run_ids)
    runs = [stored_runs.load(run_id, runs_dir, table_folders) for run_id in ids]
    written: list[Path] = []
    for run in runs:
        written += writer(run, out)
    return written


def _parquet(run: ImportedRun, out: Path) -> list[Path]:
    """The run folder itself: manifest, results, samples."""
    folder = out / run.run_id
    if folder.exists():
        raise BadInput(f"{folder} exists already; name another folder.")
    run_folder.write_files(folder, run.manifest, run.results, run.rows)
    return [folder / name for name in ("manifest.json", "results.parquet", "samples.parquet")]


WRITERS: dict[str, Callable[[ImportedRun, Path], list[Path]]] = {
    "csv": landscape_csv.write,
    "parquet": _parquet,
    "lm-eval": lm_eval_writer.write,
    "eee": eee_writer.write,
}
