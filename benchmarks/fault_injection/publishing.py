"""Publishing, killed or cut off at any point: the database is whole, and either the old one or the new one.

Every call of a recorded night is looked at: the file in its place changes by a renaming alone, of a file all of whose bytes are
synced, and each file that ever stood there opens and holds whole runs. Beside that, rebuilds of the database are killed.
"""

from __future__ import annotations

import random
import shutil
import signal
from functools import partial
from pathlib import Path

from benchmarks.fault_injection.disk import Disk
from benchmarks.fault_injection.kills import dying_at
from benchmarks.fault_injection.night import Whole, recorded, undisturbed
from benchmarks.fault_injection.recording import available
from benchmarks.fault_injection.report import Report, timed
from benchmarks.fault_injection.scene import Numbers, Scene, in_database

NAME = "land.duckdb"
REBUILD = ("db", "rebuild")
CALLS = 40
"""Calls of a rebuild, at the most, among which a kill falls."""


def inject(scene: Scene, folder: Path, tries: int, seed: int = 10) -> Report:
    """Look at every call of a night where ``strace`` works; kill ``tries`` rebuilds."""
    chance, report = random.Random(seed), Report("publish")
    with timed(report):
        whole = undisturbed(scene, scene.night)
        if available():
            at_every_call(report, scene, folder, whole.numbers)
        killed_rebuilds(report, scene, folder, whole, tries, chance)
    return report


def at_every_call(report: Report, scene: Scene, folder: Path, whole: Numbers) -> None:
    """What stands in the database's place after each call of a night."""
    disk, versions = Disk(), list[bytes]()
    folder.mkdir(parents=True, exist_ok=True)
    for number, change in enumerate(recorded(scene)):
        report.tries += 1
        if NAME in (change.path, f"{change.path}.wal") and change.what != "sync":
            report.differ(f"call {number}: {change.what} of the database in its place")
        disk.apply(change)
        if change.what == "rename" and change.other == NAME:
            inode = disk.inodes[disk.find(NAME)]
            if inode.blocks:
                report.differ(f"call {number}: the database is put in its place before it is synced")
            versions.append(bytes(inode.now))
    for number, content in enumerate(versions):
        path = folder / f"version{number}.duckdb"
        path.write_bytes(content)
        rows = in_database(path)
        if any(whole.database[plan] != found for plan, found in rows.items()):
            report.differ(f"version {number}: other rows")
        path.unlink()
    report.notes = {"calls": report.tries, "versions": len(versions)}


def killed_rebuilds(
    report: Report, scene: Scene, folder: Path, whole: Whole, tries: int, chance: random.Random
) -> None:
    """Rebuild the database of a finished night again and again, each killed somewhere."""
    place, kills = folder / "rebuilt", 0
    shutil.copytree(whole.place, place)
    for number in range(tries):
        report.tries += 1
        if number % 2:
            process = scene.start(REBUILD, place)
            process.join(chance.random())
            process.kill()
            process.join()
            kills += 1
        else:
            kills += scene.run(REBUILD, place, partial(dying_at, chance.randint(1, CALLS))) == -signal.SIGKILL
        if in_database(place / NAME) != whole.numbers.database:
            report.differ(f"rebuild {number}: other rows after the kill")
    if (code := scene.run(REBUILD, place)) != 0 or in_database(place / NAME) != whole.numbers.database:
        report.differ(f"a rebuild after all kills ends with {code}")
    if left := [p.name for p in place.iterdir() if ".tmp-" in p.name]:
        report.differ(f"left {left}")
    report.notes["killed_rebuilds"] = kills
