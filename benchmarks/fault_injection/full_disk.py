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
    report, half = Report("full disk"), tries // 2
    with timed(report), small_disk(folder / "disk") as disk:
        whole = undisturbed(scene, scene.nap)
        sizes = [p.stat().st_size for p in whole.place.rglob("*") if p.is_file()]
        report.notes["small_disk"] = disk is not None
        if disk is not None:
            for blocks in steps(half, 1, sum(-(-size // BLOCK) for size in sizes)):
                filler = disk / FILLER
                within = partial(with_blocks, str(filler), blocks)
                one(report, scene, disk / str(blocks), whole.numbers, f"{blocks} blocks of room", within, filler)
                shutil.rmtree(disk / str(blocks))
        for limit in steps(tries - half, SMALLEST, max(sizes)):
            name = f"files up to {limit} bytes"
            one(report, scene, folder / str(limit), whole.numbers, name, partial(with_file_size, limit), None)
    return report


def steps(number: int, least: int, most: int) -> list[int]:
    """So many numbers between two, the first ones one after another, then each larger than the last by the same share."""
    shares = [least * (most / least) ** (i / max(number - 1, 1)) for i in range(number)]
    return sorted({max(round(share) - 1, least - 1 + i) for i, share in enumerate(shares)})


def one(
    report: Report, scene: Scene, place: Path, whole: Numbers, name: str,
    within: Callable[[Callable[[], int]], int], filler: Path | None,
) -> None:  # fmt: skip
    """One command on a full disk, and the same command with room."""
    report.tries += 1
    code = scene.run(scene.nap, place, within)
    if filler is not None:
        filler.unlink(missing_ok=True)
    said = scene.said(place)
    if code not in (0, 1) or "did not foresee" in said or (code == 1 and "full" not in said):
        report.differ(f"{name}: ends with {code}: {said[-300:]}")
    report.notes[f"exit {code}"] = int(str(report.notes.get(f"exit {code}", 0))) + 1
    finish(report, scene, scene.nap, place, whole, name, twice=1)
