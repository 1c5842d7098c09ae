"""Commands that are killed (SIGKILL) at one of their writes to the disk, and what the same command leaves then.

A kill falls right before the n-th call of fsync, rename or replace.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import forked_commands
from harness.catalog.schema import TABLES
from harness.interchange.importing import TABLES_FROM
from tests.catalog.test_refresh import snapshot
from tests.interchange import builders

NEVER = 10**9
# In the folder of a scene: what a command said last, and the number of its writes.
SAID, WRITES = "said.txt", "writes.txt"
SOURCES = ("in", "old.json", "api-2026-07-15.json")


def counting_writes(written: str, die_at: int, command: Callable[[], int]) -> int:
    """Exit code of a command that is killed before its ``die_at``-th write; the number of writes goes to ``written``."""
    writes = 0

    def counted(plain: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            nonlocal writes
            writes += 1
            if writes == die_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return plain(*arguments, **named)

        return call

    for name in ("fsync", "rename", "replace"):
        setattr(os, name, counted(getattr(os, name)))
    code = command()
    Path(written).write_text(str(writes))
    return code


def start(words: Sequence[str], folder: Path, die_at: int = NEVER) -> int:
    """Exit code of a command on the places in ``folder``, -9 where it was killed."""
    places = {"RUNS": "runs", "DB": "db/land.duckdb", "CATALOG": "catalog", "PUBLIC_RUNS": "none"}
    environment = os.environ | {f"LANDSCAPE_{name}": str(folder / place) for name, place in places.items()}
    within = partial(counting_writes, str(folder / WRITES), die_at)
    return forked_commands.ended(forked_commands.start(words, environment, folder / SAID, within))


def said(folder: Path) -> str:
    """What the last command printed."""
    return (folder / SAID).read_text(encoding="utf-8")


def make_scene(folder: Path) -> dict[str, list[str]]:
    """Sources of imports and of a refresh, a catalog without rows, a database with one imported run; the commands."""
    (folder / "catalog").mkdir(parents=True)
    for table in TABLES:
        (folder / "catalog" / table.file).write_text(",".join(table.names) + "\n", encoding="utf-8")
    builders.lm_eval_run(folder / "in" / "run")
    lines = [json.dumps(builders.eee_record(f"acme/m{i}")) for i in range(TABLES_FROM + 2)]
    builders.write(folder / "in" / "many.jsonl", "\n".join(lines) + "\n")
    builders.write(folder / "old.json", builders.old_results())
    builders.write(folder / "api-2026-07-15.json", snapshot(1.0))
    assert start(placed(["import", "old.json"], folder), folder) == 0, said(folder)
    calibration = ["--suite", "calibration", "--offline", "--device", "cpu", "--engine", "hf", "--limit", "2"]
    return {
        "import": ["import", "in"],
        "run": ["run", *calibration, "--model", "landscape-ref-xs"],
        "rebuild": ["db", "rebuild"],
        "refresh": ["catalog", "refresh", "--from", "models.dev", "--file", "api-2026-07-15.json"],
    }


RUNS = {"import": 2 + TABLES_FROM + 2, "run": 2, "rebuild": 1, "refresh": 1}
"""Runs in the database after each command, with the one that is there before."""


def placed(words: Sequence[str], folder: Path) -> list[str]:
    """The words of a command with the names of a scene's files as paths in ``folder``."""
    return [str(folder / word) if word in SOURCES else word for word in words]


def writes_of(words: Sequence[str], scene: Path, folder: Path) -> int:
    """The number of writes of a command that nobody kills, in a copy of the scene."""
    shutil.copytree(scene, folder)
    assert start(placed(words, folder), folder) == 0, said(folder)
    return int((folder / WRITES).read_text())


def killed_and_repeated(kind: str, words: Sequence[str], scene: Path, folder: Path, die_at: int) -> str | None:
    """Kill a command in a copy of the scene, repeat it, and look at everything; what is wrong, or None."""
    shutil.copytree(scene, folder)
    words = placed(words, folder)
    code = start(words, folder, die_at)
    if code != -signal.SIGKILL:
        return f"was not killed: {code} {said(folder)}"
    if (code := start(words, folder)) != 0:
        return f"the same command ends with {code}: {said(folder)}"
    hidden = [p.name for p in folder.rglob("*") if ".tmp-" in p.name or p.name == ".intent.json"]
    journals = [p.name for p in folder.rglob("*.jsonl") if p.parent.name == ".journal"]
    if hidden or journals:
        return f"left: {hidden} {journals}"
    if kind == "refresh":  # it changes the catalog alone
        if (code := start(["catalog", "check"], folder)) != 0:
            return f"catalog check: {code} {said(folder)}"
        if "acme" not in (folder / "catalog" / "prices.csv").read_text(encoding="utf-8"):
            return "the catalog lacks the offers"
        start(["db", "rebuild"], folder)
    if (code := start(["db", "check"], folder)) != 0:
        return f"db check: {code} {said(folder)}"
    with duckdb.connect(str(folder / "db" / "land.duckdb"), read_only=True) as con:
        (count,) = con.execute("SELECT count(*) FROM run").fetchone() or (0,)
    return None if count == RUNS[kind] else f"{count} runs in the database, {RUNS[kind]} expected"
