"""Import of others' results at a path: sealed run folders, and run tables for files of many records.

A run becomes a run folder. Runs without items out of one file of many records (thousands of leaderboard
records) go together into run tables instead (``run_parquet``), as do reported scores. The id of a run comes from its
content: what is there already is left alone, so that importing twice changes nothing.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.errors import BadInput, RunFailed
from harness.files import exclusive, scratch_folder, sync
from harness.interchange import corrected, detect, formats, run_parquet
from harness.interchange.foreign.identity import GIVEN
from harness.interchange.imported_run import ImportedRun, ImportReport, NoFigure, Refused, ReportedScore, Unit
from harness.store import leftovers, run_folder
from harness.store.imported import replacing

# A file with at least this many item-less records becomes run tables; the runs of fewer become folders.
TABLES_FROM = 32
# Runs sealed together: the files are written first and synced after, when most have reached the disk by themselves.
_BATCH = 200
Progress = Callable[[int, str], None]
# What a file of an unforeseen shape can make a reader raise: such a file is refused like any other.
UNEXPECTED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
SHAPE = "has a shape that its reader does not know"


@dataclass
class _Work:
    runs_dir: Path
    # Ids of the runs that lie in run tables.
    in_tables: set[str]
    imported: list[str] = field(default_factory=list)
    existing: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    tables: list[Path] = field(default_factory=list)
    reported: int = 0
    # Folders that are written but not yet in their place, by the id of their run.
    waiting: dict[str, Path] = field(default_factory=dict)
    # The same of runs out of files that were read before: they come into their places together, at the end.
    replacing: dict[str, Path] = field(default_factory=dict)
    # The hidden folder in which they lie, made with the first of them.
    scratch: Path | None = None
    at_end: ExitStack = field(default_factory=ExitStack)
    without_figure: int = 0
    # The file whose run `--model` named; it names that of one run.
    named_file: str | None = None
    # Runs of matrices that were there before, by what they were read from; and those that this import replaces.
    earlier: dict[str, dict[str, Any]] = field(default_factory=dict)
    replaced: set[str] = field(default_factory=set)


def import_path(
    path: Path,
    format: str = "auto",
    *,
    runs_dir: Path,
    mapping: Path | None = None,
    model: str | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Import what lies at ``path`` into ``runs_dir``; one broken file never stops the rest.

    ``model`` names the model of the one run there whose files name none; files that name theirs are then refused.
    ``progress`` is told the number of files done so far and the file at hand.

    Raises:
        MissingData: there is nothing at ``path``.
        BadInput: the format or the mapping (a file, or the name of a shipped one) is unusable; nothing was written.
        RunFailed: the disk refused; what was sealed before is kept.
    """
    # What a person names may be a link; what lies below it may not.
    path = Path(os.path.realpath(path)) if path.is_symlink() else path
    mapping = formats.mapping_file(mapping) if mapping is not None else None
    mapping = Path(os.path.realpath(mapping)) if mapping is not None and mapping.is_symlink() else mapping
    if mapping is not None:
        formats.of_mapping(mapping)
    leftovers.sweep(runs_dir)
    work = _Work(runs_dir, run_parquet.run_ids(runs_dir / run_parquet.FOLDER))
    work.earlier = corrected.matrix_runs(runs_dir) if mapping is not None else {}
    files_read = 0
    try:
        for unit in detect.find(path, format, mapping):
            if isinstance(unit, Refused):
                work.refused.append(unit)
                files_read += 1
                continue
            if progress:
                progress(files_read, unit.label)
            _unit(work, replace(unit, model=model))
            files_read += len(unit.files)
        _seal(work, work.waiting)
        _replace(work)
    except OSError as error:
        raise RunFailed(
            f"{runs_dir} cannot be written: {os.strerror(error.errno or 0)}. {len(work.imported):,} imported runs are kept "
            "there, not yet in the database; the same command goes on and publishes them."
        ) from None
    finally:
        work.at_end.close()
    if progress:
        progress(files_read, "")
    return ImportReport(
        tuple(work.imported),
        tuple(work.existing),
        tuple(work.refused),
        work.reported,
        tuple(work.folders),
        tuple(work.tables),
        work.without_figure,
        tuple(sorted(work.replaced - set(work.imported) - set(work.existing))),
    )


def _unit(work: _Work, unit: Unit) -> None:
    """Read one unit; keep its runs, in run tables or as folders."""
    records: list[ImportedRun] = []
    scores: list[ReportedScore] = []
    has_entries = False
    try:
        for entry in formats.reader(unit)(unit):
            has_entries = True
            if isinstance(entry, Refused):
                work.refused.append(Refused(entry.file, _sentence(entry.reason), entry.failed))
            elif isinstance(entry, ReportedScore):
                scores.append(entry)
            elif isinstance(entry, NoFigure):
                work.without_figure += 1
            elif unit.model and (reason := _not_to_be_named(work, unit, entry)):
                work.refused.append(Refused(unit.label, reason))
            elif entry.one_of_many and entry.items == 0:
                records.append(entry)
            else:
                work.replaced |= set(corrected.replaced(entry, work.earlier))
                _folder(work, entry, together=corrected.of_known_files(entry, work.earlier))
        if not has_entries:
            work.refused.append(Refused(unit.label, "holds no results"))
    except BadInput as problem:
        work.refused.append(Refused(unit.label, _sentence(str(problem))))
    except (RecursionError, MemoryError):
        work.refused.append(Refused(unit.label, "is nested too deeply or too large to be read"))
    except UNEXPECTED as error:
        work.refused.append(Refused(unit.label, f"{SHAPE} ({type(error).__name__})"))
    if unit.model and scores:
        work.refused.append(
            Refused(unit.label, "names its models itself; --model is for the files of one run that name none")
        )
        scores = []
    if len(records) >= TABLES_FROM:
        _tables(work, unit, records)
    else:
        for run in records:
            _folder(work, run)
    if scores:
        _reported(work, scores)


def _not_to_be_named(work: _Work, unit: Unit, run: ImportedRun) -> str | None:
    """Why `--model` cannot be this run's: it names its model itself, or another run has been named; else none."""
    if GIVEN not in (finding["code"] for finding in run.manifest["verdict"]):
        return f"names its model itself ({run.manifest['model']['id']}); --model is for files that name none"
    if work.named_file is not None:
        return f"names no model, and --model names that of one run ({work.named_file}); import the files one by one"
    work.named_file = unit.label
    return None


def _sentence(reason: str) -> str:
    return " ".join(reason.split())


def _folder(work: _Work, run: ImportedRun, *, together: bool = False) -> None:
    """Write a run's folder beside its place; it is renamed into it with its batch, or at the end (``together``)."""
    target = work.runs_dir / run.run_id
    if any(run.run_id in known for known in (work.in_tables, work.waiting, work.replacing)) or os.path.lexists(target):
        work.existing.append(run.run_id)
        return
    if work.scratch is None:
        work.scratch = work.at_end.enter_context(scratch_folder(work.runs_dir, "import"))
    folder = work.scratch / run.run_id
    (work.replacing if together else work.waiting)[run.run_id] = folder
    run_folder.write_files(folder, run.manifest, run.results, run.rows)
    if len(work.waiting) >= _BATCH:
        _seal(work, work.waiting)


def _replace(work: _Work) -> None:
    """Put the runs of files that were read before in their places; at once those that they replace are none any more."""
    old = work.replaced - set(work.imported) - set(work.existing)
    if not work.runs_dir.is_dir():
        return
    with exclusive(work.runs_dir):
        replacing.note(work.runs_dir, old, work.replacing, (*work.imported, *work.existing))
        _seal(work, work.replacing)
        replacing.settle(work.runs_dir)


def _seal(work: _Work, waiting: dict[str, Path]) -> None:
    """Sync the waiting folders to disk, then rename each into its place."""
    if not waiting:
        return
    for folder in waiting.values():
        for path in (*sorted(folder.iterdir()), folder):
            sync(path)
    while waiting:
        run_id, folder = next(iter(waiting.items()))
        target = work.runs_dir / run_id
        try:
            folder.rename(target)
            work.imported.append(run_id)
            work.folders.append(target)
        except OSError:
            if not target.is_dir():
                raise
            work.existing.append(run_id)  # another import of the same run came first
        del waiting[run_id]
    sync(work.runs_dir)


def _tables(work: _Work, unit: Unit, runs: list[ImportedRun]) -> None:
    """Run tables of the file's new runs, named after their ids."""
    new = {run.run_id: run for run in runs if run.run_id not in work.in_tables}
    work.existing += [
        run.run_id for run in runs if run.run_id in work.in_tables or (work.runs_dir / run.run_id).exists()
    ]
    new = {key: run for key, run in new.items() if not (work.runs_dir / key).exists()}
    if not new:
        return
    stem = f"import-{_digest(sorted(new))}"
    work.tables += run_parquet.write(work.runs_dir / run_parquet.FOLDER, stem, list(new.values()))
    work.in_tables |= set(new)
    work.imported += list(new)
    if len(new) + len([r for r in runs if r.run_id not in new]) < len(runs):
        work.refused.append(Refused(unit.label, "holds the same record more than once; each was imported once"))


def _reported(work: _Work, scores: list[ReportedScore]) -> None:
    """A Parquet file of reported scores, named after what is in it."""
    distinct = list(dict.fromkeys(scores))
    stem = f"import-{_digest([repr(s) for s in distinct])}"
    target = work.runs_dir / run_parquet.FOLDER / f"{stem}.reported_score.parquet"
    if target.exists():
        work.existing.append(stem)
        return
    work.tables += run_parquet.write_reported(target.parent, stem, distinct)
    work.reported += len(distinct)


def _digest(names: list[str]) -> str:
    return hashlib.sha256("\n".join(names).encode("utf-8", "replace")).hexdigest()[:16]
