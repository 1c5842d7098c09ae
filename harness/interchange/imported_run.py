"""The values between readers and import: a run, a reported score, a refusal, a unit of files, the report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import pyarrow as pa

    from harness.store.run_folder import Rows


@dataclass(frozen=True)
class ImportedRun:
    """Somebody else's run in the form of a run folder (``harness.store.run_folder``)."""

    manifest: dict[str, Any]
    results: pa.Table
    rows: pa.Table | Rows
    # One record of a file that holds many: it goes into run tables with the others where it has no items.
    one_of_many: bool = False
    # Numbers of the rows of a matrix of items that it was read from, by the hash of their file (``corrected``).
    read_from: Mapping[str, Collection[int]] = field(default_factory=dict)

    @property
    def run_id(self) -> str:
        """The run's id, made from the content."""
        return str(self.manifest["run_id"])

    @property
    def items(self) -> int:
        """Number of rows of samples."""
        return int(self.rows.num_rows)

    @property
    def samples(self) -> pa.Table:
        """The samples as one table of ``run_folder.SAMPLES``; for a run of many, ``rows.to_batches()`` takes less memory."""
        import pyarrow as pa

        from harness.store.run_folder import SAMPLES

        return pa.Table.from_batches(self.rows.to_batches(), schema=SAMPLES)


@dataclass(frozen=True, slots=True)
class ReportedScore:
    """One figure that somebody published, without a run behind it: a row of ``reported_score``."""

    model_id: str
    benchmark: str
    metric: str | None
    score: float
    unit: str | None
    setting: str | None
    reported_by: str | None
    reporter: str | None
    as_of: str | None
    source_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A file, or a record in it, that was not imported, and why."""

    file: str
    reason: str
    # Whether something was expected of it: a schema or a README holds nothing to import, and that is no failure.
    failed: bool = True


@dataclass(frozen=True, slots=True)
class NoFigure:
    """A line of a table that names a model and holds no figure: nothing to import, and counted."""

    line: str


@dataclass(frozen=True, slots=True)
class Unit:
    """What one reader reads at once: the files of one run, or one file of many records."""

    format: str
    # Where the unit lies (a file or a folder), its files, and how messages name it.
    path: Path
    files: tuple[Path, ...]
    label: str
    # A mapping file for plain tables.
    mapping: Path | None = None
    # The parsed document where one JSON file is the unit, so that it is parsed once.
    document: Any = field(default=None, compare=False, repr=False)
    # The model that the person who imports names, for a file that names none.
    model: str | None = None


Entry: TypeAlias = "ImportedRun | ReportedScore | Refused | NoFigure"
Reader: TypeAlias = Callable[[Unit], Iterator[Entry]]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. ``folders`` and ``tables`` are to be published; nothing else was written."""

    imported: tuple[str, ...] = ()
    existing: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    # Figures without a run behind them, written to a table of their own.
    reported: int = 0
    folders: tuple[Path, ...] = ()
    # Files of run tables and of reported scores (``run_parquet``).
    tables: tuple[Path, ...] = field(default=())
    # Lines of tables that have a model and no figure (`–`, `n/a`, nothing).
    without_figure: int = 0
    # Runs of the same rows under another mapping: publishing takes them out, for those that were imported now.
    replaced: tuple[str, ...] = ()
