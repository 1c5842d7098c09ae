"""SIGTERM ends a command as Ctrl-C does; a second signal ends it at once, children die as ever."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import stopping

READY = "print('ready', flush=True)"
ROOT = Path(__file__).resolve().parents[1]
# A shell's background job begins with SIGINT ignored, and so would what these tests start from one.
COMMAND = """
import os, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
import harness.cli, harness.__main__
from harness import hung_commands
{before}
def waits(*arguments, **named):
    {body}
harness.cli.app = waits
harness.__main__.main(["runs"])
"""


def command(body: str, before: str = "", **options: object) -> subprocess.Popen[str]:
    """The command line in a process of its own, doing ``body`` in place of a command and ``before`` before all."""
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND.format(body=body, before=before)], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,  # type: ignore[call-overload]
    )  # fmt: skip
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


def end(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit code, and what it printed after ``ready`` on standard output and on standard error."""
    assert process.stdout is not None and process.stderr is not None
    out, err = process.stdout.read(), process.stderr.read()
    return process.wait(60), out, err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_command_with_a_sentence(number: signal.Signals) -> None:
    process = command(f"{READY}; time.sleep(100)")
    process.send_signal(number)
    assert end(process) == (130, "", f"harness: {stopping.SENTENCE}\n")


def test_the_two_signals_of_timeout_are_one() -> None:
    """``timeout`` sends SIGTERM to the process and at once to its group; the end of the work is not cut off."""
    process = command(
        "\n    ".join(
            [
                f"try: {READY}; time.sleep(100)",
                "except KeyboardInterrupt:",
                "    os.kill(os.getpid(), signal.SIGTERM)",
                "    print('ended well', flush=True)",
                "    raise",
            ]
        )
    )
    process.terminate()
    assert end(process) == (130, "ended well\n", f"harness: {stopping.SENTENCE}\n")


HANGS = "import ctypes; libc = ctypes.CDLL(None); lock = ctypes.create_string_buffer(64); libc.pthread_mutex_lock(lock)"
SOON = "hung_commands.watch.__defaults__ = (0.1,)"
LATER = f"import threading; threading.Timer(0.5, lambda: {READY}).start()"  # once the main thread hangs
HANG = "libc.pthread_mutex_lock(lock)"
"""A call of foreign code that no signal ends: the lock is held already."""


def test_a_command_that_hangs_in_foreign_code_is_ended_with_the_same_code_and_sentence() -> None:
    process = command(f"{LATER}; {HANG}", before=f"{HANGS}; {SOON}")
    process.terminate()
    assert end(process) == (130, "", f"harness: {stopping.SENTENCE}\n")


def test_a_second_signal_ends_a_command_that_hangs_before_its_time() -> None:
    process = command(f"{LATER}; {HANG}", before=HANGS)
    process.terminate()
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(stopping.SAME_STOP * 1.2)
    process.terminate()
    assert end(process) == (130, "", f"harness: {stopping.SENTENCE}\n")


def test_a_command_that_is_slow_to_end_after_its_answer_is_let_be() -> None:
    body = f"try: {READY}; time.sleep(100)\n    except KeyboardInterrupt: time.sleep(1); return 7"
    process = command(body, before=SOON)
    process.terminate()
    assert end(process) == (7, "", "")


def test_a_forked_child_dies_of_sigterm_without_a_word() -> None:
    body = [
        READY,
        "child = os.fork()",
        "if child == 0: time.sleep(100)",
        "os.kill(child, signal.SIGTERM)",
        "_, how = os.waitpid(child, 0)",
        "print(os.WTERMSIG(how), flush=True)",
        "return 0",
    ]
    assert end(command("\n    ".join(body))) == (0, f"{int(signal.SIGTERM)}\n", "")


def test_a_signal_that_the_parent_ignores_stays_ignored() -> None:
    body = f"{READY}; os.kill(os.getpid(), signal.SIGTERM); print('on'); return 0"
    process = command(body, preexec_fn=lambda: signal.signal(signal.SIGTERM, signal.SIG_IGN))
    assert end(process) == (0, "on\n", "")


def test_nothing_is_installed_by_an_import() -> None:
    code = "import signal, harness.__main__, harness.stopping as s; print(signal.getsignal(signal.SIGTERM) == 0)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


@pytest.fixture
def clock() -> Iterator[list[float]]:
    """The time in seconds, in a list that a test changes; signals as they were afterwards."""
    before = {number: signal.getsignal(number) for number in stopping.SIGNALS}
    yield [0.0]
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_later_second_signal_ends_at_once(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    handler, killed = stopping.Handler(lambda: clock[0]), []
    with pytest.raises(KeyboardInterrupt):
        handler(signal.SIGTERM, None)
    monkeypatch.setattr(os, "kill", lambda *words: killed.append(words))
    clock[0] = stopping.SAME_STOP - 0.01
    handler(signal.SIGTERM, None)
    assert killed == []
    clock[0] = stopping.SAME_STOP
    handler(signal.SIGTERM, None)
    assert killed == [(os.getpid(), signal.SIGTERM)] and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_a_deferred_stop_comes_at_the_end_of_the_outermost_block(clock: list[float]) -> None:
    signal.signal(signal.SIGTERM, stopping.Handler(lambda: clock[0]))
    done = []
    with pytest.raises(KeyboardInterrupt):
        with stopping.deferred():
            with stopping.deferred():
                os.kill(os.getpid(), signal.SIGTERM)
                done.append("inner")
            done.append("outer")
        done.append("never")
    assert done == ["inner", "outer"]


def test_sigusr1_stops_between_batches_alone() -> None:
    before = signal.getsignal(stopping.DRAIN)
    signal.signal(stopping.DRAIN, stopping.Drain())
    try:
        stopping.between_batches()
        os.kill(os.getpid(), stopping.DRAIN)  # nothing is raised here, in the middle of a batch
        with pytest.raises(KeyboardInterrupt):
            stopping.between_batches()
    finally:
        signal.signal(stopping.DRAIN, before)
    stopping.between_batches()  # a process that has no such handler goes on
