"""``--notify``: a command of the user's that is run when ``harness run`` ends, with the summary on its standard input.

Whatever becomes of it is a warning: it changes neither results nor the exit code.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import IO, Any

from harness.errors import BadInput, LandscapeError, explain, unforeseen
from harness.runs.progress import Progress
from harness.scrub import strings
from harness.stopping import STOPPED

SECONDS = 60.0
"""A command that takes longer is ended: the next job of the night waits for this one."""
MAX_SAID = 2000
"""Bytes of its standard error that are looked at for the warning's reason."""

Report = Callable[[Mapping[str, Any]], None]


def notified(
    command: str | None, run: Callable[[Report], int], *, show: Progress | None = None, seconds: float = SECONDS
) -> int:
    """``run``'s exit code; however it ends, ``command`` is run after it with the document that ``run`` reported.

    To the document are added ``started`` and ``ended`` (UTC), ``exit_code``, and ``error`` where it ended with one.

    Raises:
        BadInput: the command is empty or its quotes do not close; ``run`` is not begun.
        BaseException: whatever ``run`` raises, after the command.
    """
    if command is None:
        return run(lambda document: None)
    words = _words(command)
    if shutil.which(words[0]) is None:
        (show or Progress()).warn(
            f"harness: the command of --notify cannot be started at the end: there is no program {words[0]} here. The run goes on."
        )
    document: dict[str, Any] = {"runs": [], "published": False, "problem": None}
    document["started"] = _now()
    try:
        code = run(document.update)
    except BaseException as error:
        document |= {"ended": _now(), **_failure(error)}
        tell(words, document, seconds, show)
        raise
    document |= {"ended": _now(), "exit_code": code}
    tell(words, document, seconds, show)
    return code


def tell(
    words: Sequence[str], document: Mapping[str, Any], seconds: float = SECONDS, show: Progress | None = None
) -> None:
    """Run a command, at most so many seconds, with a JSON document on its standard input; every failure is a warning."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as given:
        given.write(json.dumps(strings(dict(document)), ensure_ascii=False).encode() + b"\n")
        given.seek(0)
        problem = _run(words, given, said, seconds)
        if problem is not None:
            said.seek(0)
            reason = said.read(MAX_SAID).decode("utf-8", "replace").strip().splitlines()
            (show or Progress()).warn(
                f"harness: the command of --notify {problem}{': ' + reason[0] if reason else '.'} Nothing else is "
                "changed by this."
            )


def _run(words: Sequence[str], given: IO[bytes], said: IO[bytes], seconds: float) -> str | None:
    """What went wrong with the command, or None. A group of its own lets what it has started be ended with it."""
    try:
        process = subprocess.Popen(words, stdin=given, stdout=subprocess.DEVNULL, stderr=said, start_new_session=True)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return f"cannot be started ({words[0]}: {reason})"
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        _end(process)
        return f"took more than {seconds:g} seconds and was ended"
    except KeyboardInterrupt:
        _end(process)
        return "was stopped"
    return None if code == 0 else f"ended with exit code {code}"


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise BadInput(f"--notify cannot be read as a command: {str(error).lower()}.") from None
    if not words:
        raise BadInput("--notify is empty; give a command, such as --notify 'python3 tell.py'.")
    return words


def _failure(error: BaseException) -> dict[str, Any]:
    if isinstance(error, KeyboardInterrupt):
        return {"exit_code": STOPPED, "error": "stopped; finished work is kept"}
    if isinstance(error, LandscapeError):
        return {"exit_code": error.exit_code, "error": str(error)}
    return {"exit_code": 1, "error": explain(error) if isinstance(error, OSError) else unforeseen(error)}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
