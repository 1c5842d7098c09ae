"""The command of ``--notify``: what it gets, how long it may take, and that nothing of it changes the outcome."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest

from harness.errors import RunFailed
from harness.runs.jobs.notify import Report, notified

PYTHON = f"'{sys.executable}' -c"


def outcome(report: Report) -> int:
    report({"runs": [{"model": "m", "code": 1}], "published": True, "problem": "token hf_abcdefghijklmnopqrst"})
    return 1


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/no/such/program --x", "cannot be started (/no/such/program: No such file or directory)"),
        (
            f"{PYTHON} 'import sys; sys.exit(\"hook is down, api_key=abcdefghijkl\")'",
            "exit code 1: hook is down, api_key=***",
        ),
        (f"{PYTHON} 'pass'", ""),
        ("true $(touch x) > y", ""),
    ],
)
def test_its_failure_is_a_warning(
    command: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert notified(command, outcome) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and (said in captured.err if said else captured.err == "")
    assert "warning" not in captured.err  # a log says that itself
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_is_not_there_is_told_before_the_night(capsys: pytest.CaptureFixture[str]) -> None:
    def night(report: Report) -> int:
        assert "there is no program tel.py here" in capsys.readouterr().err
        return outcome(report)

    assert notified("tel.py --to me", night) == 1


def test_it_gets_the_scrubbed_document_and_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIGHT_MARK", "orange")
    out = tmp_path / "out"
    code = f'import os, sys; open(r"{out}", "w").write(os.environ["NIGHT_MARK"] + sys.stdin.read()); print("noise")'
    assert notified(f"{PYTHON} '{code}'", outcome) == 1
    text = out.read_text()
    document = json.loads(text.removeprefix("orange"))
    assert text.startswith("orange") and document["problem"] == "token ***" and document["exit_code"] == 1
    assert set(document) == {"runs", "published", "problem", "started", "ended", "exit_code"}


def test_one_that_does_not_end_is_ended_with_what_it_started(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pid = tmp_path / "pid"
    assert notified(f"sh -c 'sleep 600 & echo $! > {pid}; wait'", outcome, seconds=2.0) == 1
    assert "took more than 2 seconds and was ended" in capsys.readouterr().err
    child = int(pid.read_text())
    limit = time.monotonic() + 30.0
    while (state := _state(child)) not in ("gone", "Z", "X") and time.monotonic() < limit:  # it was told a moment ago
        pass
    assert state in ("gone", "Z", "X")


def _state(process: int) -> str:
    """The letter that the system gives for a process's state."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "gone"


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "stopped"),
        (RunFailed("the disk went away"), 1, "the disk went away"),
        (OSError(28, os.strerror(28)), 1, "the disk is full"),
        (ZeroDivisionError("x"), 1, "ZeroDivisionError"),
    ],
)
def test_it_is_told_of_every_end_and_the_error_goes_on(
    error: BaseException, code: int, said: str, tmp_path: Path
) -> None:
    def fails(report: Report) -> int:
        raise error

    with pytest.raises(type(error)):
        notified(f"tee {tmp_path / 'out'}", fails)
    document = json.loads((tmp_path / "out").read_text())
    assert document["exit_code"] == code and said in document["error"] and document["runs"] == []


def test_without_a_command_nothing_is_run() -> None:
    assert notified(None, outcome) == 1
