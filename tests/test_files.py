"""A file is the old one or the whole new one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from harness import files
from harness.files import MOST_BYTES, aside, fitting, sweep, visible, write_atomically


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


HOLD = (
    "import sys; from pathlib import Path; from harness.files import aside, scratch_folder\n"
    "place = Path(sys.argv[1])\n"
    "with aside(place / 'a.txt') as file, scratch_folder(place, 'run') as folder:\n"
    "    file.write_text('half'); (folder / 'b.txt').write_text('half'); print('ready', flush=True); sys.stdin.read()\n"
)


def holder(place: Path) -> subprocess.Popen[str]:
    """A process in the middle of writing a file and a folder."""
    words = [sys.executable, "-c", HOLD, str(place)]
    root = Path(__file__).parents[1]
    process = subprocess.Popen(words, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout and process.stdout.readline() == "ready\n"
    return process


def hidden(place: Path) -> list[Path]:
    return [p for p in place.iterdir() if p.name.startswith(".tmp-")]


def test_what_a_living_process_writes_is_not_swept_and_what_a_killed_one_left_is(tmp_path: Path) -> None:
    process = holder(tmp_path)
    names = sorted(p.name for p in hidden(tmp_path))
    assert len(names) == 2 and sweep(tmp_path) == []
    process.kill()
    process.communicate()
    assert sorted(p.name for p in hidden(tmp_path)) == names
    assert sweep(tmp_path) == names and hidden(tmp_path) == []


def test_a_process_that_ends_by_itself_leaves_nothing(tmp_path: Path) -> None:
    process = holder(tmp_path)
    process.communicate("")
    assert process.returncode == 0 and [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_leftover_is_swept_whatever_process_has_its_number_now(tmp_path: Path) -> None:
    """The number of this very process, and of the first one: both live, neither holds the file."""
    for number in (os.getpid(), 1):
        (tmp_path / f".tmp-{number}-x.parquet").write_text("half")
        (tmp_path / f".tmp-run-{number}").mkdir()
        (tmp_path / f".tmp-run-{number}" / "manifest.json").write_text("{}")
    (tmp_path / ".tmp-1-link").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / ".tmp-1-fifo")
    (tmp_path / ".other").write_text("stays")
    sweep(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == [".other"] and Path("/etc/hostname").exists()


def test_two_threads_that_write_one_file_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"

    def write(text: str) -> None:
        for _ in range(20):
            write_atomically(path, text * 1000)

    threads = [threading.Thread(target=write, args=(c,)) for c in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(path.read_text())) == 1 and [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_folder_that_is_not_there_has_nothing_to_sweep(tmp_path: Path) -> None:
    assert sweep(tmp_path / "nowhere") == [] and visible(tmp_path / "nowhere") == []


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


def test_a_new_folder_and_those_above_it_are_synced_into_the_folders_that_name_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(files, "sync", synced.append)
    files.make_folder(tmp_path / "a" / "b")
    assert set(synced) == {tmp_path, tmp_path / "a"} and (tmp_path / "a" / "b").is_dir()
    files.make_folder(tmp_path / "a" / "b")
    assert len(synced) == 2


def test_the_folder_above_one_that_is_not_there_is_found(tmp_path: Path) -> None:
    assert files.existing(tmp_path / "a" / "b" / "c") == tmp_path == files.existing(tmp_path)


def test_the_hash_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")  # the example of FIPS 180-4
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert files.sha256(tmp_path / "abc") == expected
