"""The disk that forgets: what was synced stays, what was not may go, and a missing sync is found."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.fault_injection import recording
from benchmarks.fault_injection.disk import BARE, ORDERED, Disk
from benchmarks.fault_injection.recording import Change

WRITTEN = [Change("create", "a.tmp"), Change("write", "a.tmp", 0, b"old news")]
SYNCED = [*WRITTEN, Change("sync", "a.tmp"), Change("rename", "a.tmp", other="a"), Change("sync", "")]


def cuts(changes: list[Change], folder: Path, kind: str) -> set[tuple[tuple[str, bytes], ...]]:
    """All states that fifty cuts after these changes leave: names and bytes of the files."""
    disk, out = Disk(), set()
    for change in changes:
        disk.apply(change)
    for seed in range(50):
        disk.after_cut(folder, kind, random.Random(seed))
        files = sorted(p for p in folder.rglob("*") if p.is_file())
        out.add(tuple((str(p.relative_to(folder)), p.read_bytes()) for p in files))
        shutil.rmtree(folder)
    return out


@pytest.mark.parametrize("kind", [ORDERED, BARE])
def test_what_is_synced_is_there(tmp_path: Path, kind: str) -> None:
    assert cuts(SYNCED, tmp_path / "d", kind) == {(("a", b"old news"),)}


@pytest.mark.parametrize("kind", [ORDERED, BARE])
def test_without_a_sync_of_the_file_its_bytes_may_be_lost_or_torn_or_zero(tmp_path: Path, kind: str) -> None:
    found = cuts([*WRITTEN, Change("rename", "a.tmp", other="a"), Change("sync", "")], tmp_path / "d", kind)
    assert {dict(state)["a"] for state in found} >= {b"", b"old news", bytes(8)}
    assert any(0 < len(dict(state)["a"]) < 8 for state in found)


@pytest.mark.parametrize("kind", [ORDERED, BARE])
def test_without_a_sync_of_the_folder_a_renaming_may_be_lost(tmp_path: Path, kind: str) -> None:
    found = cuts(SYNCED[:-1], tmp_path / "d", kind)
    assert (("a", b"old news"),) in found
    assert len(found) > 1


def test_a_file_synced_in_a_folder_that_was_not_may_be_lost_where_posix_lets_it(tmp_path: Path) -> None:
    changes = [Change("folder", "f"), *(Change(c.what, f"f/{c.path}", c.at, c.data) for c in WRITTEN)]
    changes += [Change("sync", "f/a.tmp"), Change("sync", "f")]
    assert () in cuts(changes, tmp_path / "d", BARE)
    assert cuts(changes, tmp_path / "d", ORDERED) == {(("f/a.tmp", b"old news"),)}


def test_an_append_after_a_sync_leaves_what_was_before(tmp_path: Path) -> None:
    found = cuts([*SYNCED, Change("write", "a", 8, b" and more")], tmp_path / "d", BARE)
    assert all(dict(state)["a"].startswith(b"old news") for state in found)
    assert len(found) > 2


@pytest.mark.skipif(not recording.available(), reason="needs strace")
def test_recorded_calls_make_the_same_folder_again(tmp_path: Path) -> None:
    """A program that does all that our writers do, one of its threads included; the replay is held against the real folder."""
    program = tmp_path / "program.py"
    program.write_text(
        "import os, shutil, sys, threading, pathlib\n"
        "root = pathlib.Path(sys.argv[1])\n"
        "(root / 'sub').mkdir()\n"
        "with open(root / 'log', 'a') as out:\n"
        "    for i in range(3): out.write(f'line {i}\\n'); out.flush(); os.fsync(out.fileno())\n"
        "with open(root / 'log', 'a') as out: out.write('Zürich\\n')\n"
        "os.ftruncate(os.open(root / 'log', os.O_RDWR), 20)\n"
        "with open(root / 'sub' / 'x', 'wb') as out: out.write(bytes(range(256))); out.seek(10); out.write(b'seek')\n"
        "handle = os.open(root / 'sub' / 'y', os.O_RDWR | os.O_CREAT); os.pwrite(handle, b'far', 5000)\n"
        "shutil.copyfile(root / 'sub' / 'x', root / 'copy')\n"
        "thread = threading.Thread(target=lambda: (root / 'thread').write_text('t' * 9)); thread.start(); thread.join()\n"
        "os.rename(root / 'sub', root / 'moved'); (root / 'moved' / 'x').write_text('anew')\n"
        "(root / 'gone').write_text('g'); (root / 'gone').unlink(); (root / 'd').mkdir(); (root / 'd').rmdir()\n"
    )
    real = tmp_path / "real"
    real.mkdir()
    changes = recording.traced([sys.executable, str(program), str(real)], os.environ, real, tmp_path / "log.txt")
    disk = Disk()
    for change in changes:
        disk.apply(change)
    disk.after_kill(tmp_path / "again")
    assert subprocess.run(["diff", "-r", real, tmp_path / "again"], check=False).returncode == 0
    assert len(list(real.iterdir())) == 4
