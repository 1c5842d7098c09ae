"""A night of three runs, two tiny models and two suites, and what it ends with when nobody disturbs it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import duckdb
import pyarrow.parquet as pq
import yaml

from benchmarks import forked_commands
from harness.catalog.schema import TABLES
from harness.store import run_folder
from harness.suites.load import FOLDER

MODELS = ("landscape-ref-xs", "landscape-ref-s")
ITEMS = 12
"""Items of each task: some ten batches a run."""
Rows: TypeAlias = list[dict[str, Any]]
Within: TypeAlias = Callable[[Callable[[], int]], int]


@dataclass(frozen=True)
class Scene:
    """Run files, suites and a catalog without rows in ``folder``; ``night`` and ``nap`` are commands, all and one of its runs.

    Every try has a place of its own: a folder for runs and database.
    """

    folder: Path
    night: tuple[str, ...]
    nap: tuple[str, ...]

    def environment(self, place: Path) -> dict[str, str]:
        """Where a command of this place finds and leaves things."""
        none = str(self.folder / "none")
        places = {"RUNS": place / "runs", "DB": place / "land.duckdb", "CATALOG": self.folder / "catalog"}
        shipped = {"LANDSCAPE_PUBLIC_RUNS": none, "LANDSCAPE_MEASURED_RUNS": none, "OMP_NUM_THREADS": "1"}
        return os.environ | {f"LANDSCAPE_{k}": str(v) for k, v in places.items()} | shipped

    def start(self, words: Sequence[str], place: Path, within: Within = forked_commands.plainly) -> Any:
        """Start a command in this place; what it says goes to ``said_file``."""
        place.mkdir(parents=True, exist_ok=True)
        return forked_commands.start(words, self.environment(place), self.said_file(place), within)

    def run(self, words: Sequence[str], place: Path, within: Within = forked_commands.plainly) -> int:
        """Exit code of a command in this place, -9 where it was killed."""
        return forked_commands.ended(self.start(words, place, within))

    def said_file(self, place: Path) -> Path:
        """The file with what the place's last command said: not on the place's disk, which may be full."""
        return self.folder / f"{place.parent.name}.{place.name}.said.txt"

    def said(self, place: Path) -> str:
        """What the place's last command said."""
        return self.said_file(place).read_text(encoding="utf-8")


def make(folder: Path) -> Scene:
    """A scene in ``folder``: two suites made of the calibration suite's four tasks, so that no run reuses another's answers."""
    (folder / "catalog").mkdir(parents=True)
    for table in TABLES:
        (folder / "catalog" / table.file).write_text(",".join(table.names) + "\n", encoding="utf-8")
    whole = yaml.safe_load((FOLDER / "calibration.yaml").read_text(encoding="utf-8"))
    for name, tasks in (("one", whole["tasks"][:2]), ("two", whole["tasks"][2:])):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump({**whole, "name": name, "tasks": tasks}), encoding="utf-8")
    common = {"engine": "hf", "limit": ITEMS, "offline": True, "device": "cpu"}
    small, large = MODELS
    runs = [
        {"model": small, "suite": "one.yaml"},
        {"model": small, "suite": "two.yaml", "engine": "packed"},
        {"model": large, "suite": "one.yaml"},
    ]
    commands = []
    for name, chosen in (("night", runs), ("nap", runs[:1])):
        path = folder / f"{name}.yml"
        path.write_text(yaml.safe_dump({"defaults": common, "runs": chosen}), encoding="utf-8")
        commands.append(("run", "--file", str(path), "--quiet"))
    return Scene(folder, *commands)


@dataclass(frozen=True)
class Numbers:
    """What runs ended with, by the first digits of their plans' hashes, without what names the run and its time."""

    results: dict[str, Rows]
    samples: dict[str, Rows]
    database: dict[str, list[tuple[Any, ...]]]


def numbers(place: Path) -> Numbers:
    """The numbers of a place: of its sealed run folders, and of its database."""
    folders = {folder.name[-8:]: folder for folder in run_folder.sealed(place / "runs")}
    return Numbers(
        {plan: _rows(folder / "results.parquet") for plan, folder in folders.items()},
        {plan: _rows(folder / "samples.parquet") for plan, folder in folders.items()},
        in_database(place / "land.duckdb"),
    )


def _rows(path: Path) -> Rows:
    return [{k: v for k, v in row.items() if k != "run_id"} for row in pq.read_table(path).to_pylist()]


def in_database(db: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Results and outcomes of every run in a database, by plan; the file must be whole, with no log beside it."""
    assert not Path(f"{db}.wal").exists(), "a write-ahead log lies beside the database"
    out: dict[str, list[tuple[Any, ...]]] = {}
    with duckdb.connect(str(db), read_only=True) as con:
        for table in ("result", "outcome"):
            rows = con.execute(f"SELECT right(run_id, 8), * EXCLUDE (run_id) FROM {table} ORDER BY ALL").fetchall()
            for plan, *values in rows:
                out.setdefault(plan, []).append((table, *values))
    return out


def counts(place: Path) -> list[dict[str, int]]:
    """What the manifests of the sealed runs say of their journals."""
    return [run_folder.read_manifest(f)["journal"] for f in run_folder.sealed(place / "runs")]


def done(place: Path) -> dict[str, int]:
    """Batches done, by plan: those in the journals that are there, and of a sealed run all."""
    out = {}
    for path in (place / "runs" / ".journal").glob("*.jsonl"):
        out[path.name[:8]] = sum(line.startswith(b'{"done"') for line in path.read_bytes().split(b"\n"))
    for folder in run_folder.sealed(place / "runs"):
        out[folder.name[-8:]] = run_folder.read_manifest(folder)["journal"]["done"]
    return out


def leftovers(place: Path) -> list[str]:
    """Names of half files and of journals in a place where every command has ended."""
    return [
        p.name
        for p in place.rglob("*")
        if ".tmp-" in p.name or p.suffix in (".jsonl", ".lock") and p.parent.name == ".journal"
    ]


def json_document(scene: Scene, place: Path) -> dict[str, Any]:
    """The document that the place's last command printed."""
    line = next(s for s in reversed(scene.said(place).splitlines()) if s.startswith("{"))
    document: dict[str, Any] = json.loads(line)
    return document
