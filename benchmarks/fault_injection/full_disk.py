"""A disk that is full at each write in turn: one sentence, exit 1, the journal kept; with room again it goes on.

Two ways: a small disk of its own (tmpfs, needs the right to mount), filled up to so many blocks once the run has been
let through; and a limit of a file's size (``RLIMIT_FSIZE``), which needs no right.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.fault_injection.night import finish, undisturbed
from benchmarks.fault_injection.report import Report, timed
from benchmarks.fault_injection.scene import Numbers, Scene
from harness.runs.command import preflight

BLOCK = 4096
DISK_MB = 64
FILLER = "filler"
SMALLEST = 700
"""Bytes of the least limit of a file's size: what a command says has to fit into a file, too."""


@contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """A disk of 64 MiB mounted at ``folder``, or None where this process may not mount one."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def with_blocks(filler: str, blocks: int, command: Callable[[], int]) -> int:
    """Exit code of a command that finds ``blocks`` free on its disk once it has been let through: a neighbour has filled it."""
    plain = preflight.check_room

    def then_filled(folder: Path, items: int) -> None:
        plain(folder, items)
        free = os.statvfs(Path(filler).parent)
        with Path(filler).open("wb") as out:
            os.posix_fallocate(out.fileno(), 0, max(1, free.f_bavail - blocks) * free.f_bsize)

    preflight.check_room = then_filled
    return command()


def with_file_size(most: int, command: Callable[[], int]) -> int:
    """Exit code of a command whose files may not grow beyond so many bytes."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    return command()


def inject(scene: Scene, folder: Path, tries: int) -> Report:
    """Half of the tries on a small disk with ever more room, half under an ever higher limit."""
    report = Report("full disk")
    with timed(report):
        whole = undisturbed(scene, scene.nap, folder / "whole")
        small = tries // 2
        with small_disk(folder / "disk") as disk:
            report.notes["small_disk"] = disk is not None
            need = sum(-(-p.stat().st_size // BLOCK) for p in (folder / "whole").rglob("*") if p.is_file())
            for number in range(small if disk is not None else 0):
                assert disk is not None
                place, filler = disk / str(number), disk / FILLER
                blocks = (
                    number
                    if number < small // 2
                    else round(small // 2 * (need / (small // 2)) ** ((number - small // 2) / (small // 2)))
                )
                within = partial(with_blocks, str(filler), blocks)
                one(
                    report,
                    scene,
                    place,
                    whole,
                    f"{blocks} blocks of room",
                    within,
                    lambda f=filler: f.unlink(missing_ok=True),
                )
                shutil.rmtree(place)
        largest = (folder / "whole" / "land.duckdb").stat().st_size
        rest = tries - small
        for number in range(rest):
            limit = round(SMALLEST * (largest / SMALLEST) ** (number / max(rest - 1, 1))) - 1
            within = partial(with_file_size, limit)
            one(report, scene, folder / f"limit{number}", whole, f"files up to {limit} bytes", within, lambda: None)
            shutil.rmtree(folder / f"limit{number}")
    return report


def one(
    report: Report, scene: Scene, place: Path, whole: Numbers, name: str,
    within: Callable[[Callable[[], int]], int], make_room: Callable[[], object],
) -> None:  # fmt: skip
    """One command on a full disk, and the same command with room."""
    report.tries += 1
    code = scene.run(scene.nap, place, within)
    make_room()
    said = scene.said(place)
    if code not in (0, 1) or "did not foresee" in said or (code == 1 and "full" not in said):
        report.differ(f"{name}: ends with {code}: {said[-300:]}")
    report.notes[f"exit {code}"] = int(str(report.notes.get(f"exit {code}", 0))) + 1
    finish(report, scene, scene.nap, place, whole, name, twice=1)
