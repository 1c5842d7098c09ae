"""The worker of one model: starts ``harness run`` as a process of its own, follows its log, stops it. Knows nothing of Ray.

Methods return at once; whoever holds a worker asks it again and again. A process takes its worker's end for its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from harness.fleet.nodes import scratch, tied
from harness.fleet.nodes.watch import Shown, after, hung

MOST_LINES = 2000
"""Lines of a log between two looks; where more come, the oldest are left out, and that is said."""
GRACE = 90.0
"""Seconds from SIGTERM to SIGKILL: sealing and publishing wait for each other on a slow disk."""
STOPPING = {"now": signal.SIGTERM, "drain": signal.SIGUSR1}


@dataclass(frozen=True)
class Task:
    """What a worker is to run: a run file's text under a name, the environment, and minutes without progress that count as hung.

    ``command`` reads a run file as ``harness run`` does, which it is where none is given; ``grace`` is seconds from SIGTERM to SIGKILL.
    """

    key: str
    file: str
    environment: Mapping[str, str] = field(repr=False)  # keys and tokens
    hung_minutes: float
    command: tuple[str, ...] = ()
    grace: float = GRACE


@dataclass(frozen=True)
class Report:
    """A worker's state at one look. ``code`` is the exit code once the process has ended, negative for a signal.

    ``document`` is what ``--json`` printed, where it printed one; ``lines`` are the log's new ones; ``quiet`` are seconds
    since the last progress.
    """

    shown: Shown
    quiet: float
    lines: tuple[str, ...]
    code: int | None = None
    hung: bool = False
    document: Mapping[str, Any] | None = None
    pid: int | None = None


class Worker:
    """One model's process; ``clock`` in seconds."""

    def __init__(self, task: Task, clock: Callable[[], float] = time.monotonic) -> None:
        self._task, self._clock = task, clock
        self._lock = threading.Lock()
        self._shown = Shown(moved=clock())
        self._lines: deque[str] = deque()
        self._dropped = 0
        self._hung = False
        self._process: subprocess.Popen[str] | None = None
        self._told: float | None = None
        self._out: IO[str] | None = None
        self._files = contextlib.ExitStack()
        self._readers: list[threading.Thread] = []

    def start(self) -> int:
        """Start the process; returns its id."""
        self._folder = self._files.enter_context(scratch.folder_of(self._task.key))
        file = self._folder / f"{self._task.key}.yaml"
        file.write_text(self._task.file, encoding="utf-8")
        self._out = (self._folder / "document.json").open("w+", encoding="utf-8")
        command = self._task.command or (sys.executable, "-m", "harness", "run")
        words = tied.words([*command, "--file", str(file), "--json", "--log", "json"])
        environment = {**os.environ, **self._task.environment}
        # A session of its own: Ctrl-C at the terminal is for the driver, which tells its workers.
        self._process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=self._out, stderr=subprocess.PIPE, env=environment, text=True,
            errors="replace", start_new_session=True,
        )  # fmt: skip
        reader = threading.Thread(target=self._read, args=(self._process.stderr,), name="log", daemon=True)
        reader.start()
        self._readers.append(reader)
        return self._process.pid

    def look(self) -> Report:
        """How far the process is; one that is hung, or does not heed a stop, is ended."""
        process = self._process
        if process is None:
            return Report(self._shown, 0.0, ())
        now, code = self._clock(), process.poll()
        if code is not None:
            for reader in self._readers:
                reader.join(5)
        with self._lock:
            shown, lines, dropped = self._shown, list(self._lines), self._dropped
            self._lines.clear()
            self._dropped = 0
        if dropped:
            lines.insert(0, f"{dropped} lines left out")
        if code is None:
            if self._told is not None and now - self._told > self._task.grace:
                self._signal(signal.SIGKILL)
            elif self._told is None and hung(shown, now, self._task.hung_minutes):
                self._hung = True
                self._stop(signal.SIGTERM)
        document = None if code is None else self._document()
        return Report(shown, now - shown.moved, tuple(lines), code, self._hung, document, process.pid)

    def stop(self, how: str) -> None:
        """Ask the process to stop: ``drain`` at the next batch, ``now`` in the batch."""
        if how == "now":
            self._stop(signal.SIGTERM)
        else:
            self._signal(STOPPING["drain"])

    def close(self) -> None:
        """End the process, if it has not ended, and remove what was written for it."""
        if self._process is not None and self._process.poll() is None:
            self._signal(signal.SIGKILL)
            self._process.wait()
        if self._out is not None:
            self._out.close()
        self._files.close()

    def _stop(self, number: int) -> None:
        if self._told is None:
            self._told = self._clock()
            self._signal(number)

    def _signal(self, number: int) -> None:
        """Signal the process; SIGKILL its whole session, for what it has started has no reason to stay."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        with contextlib.suppress(OSError):
            if number == signal.SIGKILL:
                os.killpg(process.pid, number)
            else:
                process.send_signal(number)

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            line = line.rstrip("\n")
            with self._lock:
                self._shown = after(self._shown, line, self._clock())
                self._lines.append(line)
                if len(self._lines) > MOST_LINES:
                    self._lines.popleft()
                    self._dropped += 1

    def _document(self) -> Mapping[str, Any] | None:
        assert self._out is not None
        self._out.seek(0)
        try:
            document = json.loads(self._out.read())
        except ValueError:
            return None
        return document if isinstance(document, dict) else None
