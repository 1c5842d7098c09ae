"""A file is the old one or the whole new one."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness.files import MOST_BYTES, aside, fitting, write_atomically


def test_a_file_is_written_as_a_whole_and_leaves_nothing_aside(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    assert write_atomically(path, "één") == path and path.read_bytes() == "één".encode()
    assert write_atomically(path, b"\x00new") == path and path.read_bytes() == b"\x00new"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = write_atomically(tmp_path / "a.txt", "old")
    with pytest.raises(RuntimeError), aside(path) as scratch:
        scratch.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old" and [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_killed_process_leaves_the_old_file(tmp_path: Path) -> None:
    path = write_atomically(tmp_path / "a.txt", "old")
    code = (
        "import os, signal, sys; from pathlib import Path; from harness.files import aside\n"
        "with aside(Path(sys.argv[1])) as scratch:\n"
        "    scratch.write_text('half'); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], cwd=Path(__file__).parents[1], check=False)
    assert done.returncode == -signal.SIGKILL and path.read_text() == "old"
    assert all(p.name.startswith(".tmp-") for p in tmp_path.iterdir() if p != path)


@pytest.mark.parametrize("name", ["Qwen3-0.6B", "模型", "a\u0301", "😀" * 40])
def test_a_name_that_fits_stays(name: str) -> None:
    assert fitting(name) == name


@pytest.mark.parametrize("letter", ["x", "é", "模", "😀", "a\u0301\u0302"])
def test_long_names_are_cut_in_bytes_and_stay_apart(tmp_path: Path, letter: str) -> None:
    names = {fitting(letter * n) for n in (500, 501)}
    assert len(names) == 2
    for name in names:
        assert len(name.encode()) <= MOST_BYTES and name.startswith(letter)
        write_atomically(tmp_path / f"{name}-2026-01-01.json", "x")


@pytest.mark.parametrize("name", [".", "..", "...", "", "a\x00b", "a\nb", "a\x9bb", "\ud800"])
def test_a_name_is_never_a_folder_of_the_system_nor_a_control(name: str) -> None:
    assert fitting(name).strip(".") and fitting(name).isprintable()
