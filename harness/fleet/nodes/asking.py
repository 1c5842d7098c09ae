"""Questions to a Ray cluster whose head may be gone: Ray itself waits a minute for it, then ends the process without a word."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from harness.errors import LandscapeError

PATIENCE = 15.0
"""Seconds in which the head does not answer, until the night ends; a head that is busy answers the connection all the same."""
LOOK = 1.0
"""Seconds between two looks at the head while a question waits."""
_T = TypeVar("_T")


class ClusterGone(LandscapeError):
    """The cluster's head does not answer any more."""

    exit_code = 1


class Asking:
    """Asks in a thread of its own, so that the one who asks can give up. ``head`` is the host and port that must answer."""

    def __init__(self, head: tuple[str, int] | None) -> None:
        self.head, self.gone = head, False
        self._questions: queue.SimpleQueue[tuple[Callable[[], Any], queue.SimpleQueue[tuple[Any, Any]]]]
        self._questions = queue.SimpleQueue()
        threading.Thread(target=self._answer, name="ray", daemon=True).start()

    def __call__(self, question: Callable[[], _T]) -> _T:
        """What ``question`` returns or raises.

        Raises:
            ClusterGone: the head has not answered for some seconds, now or before.
        """
        if self.gone:
            raise self._lost()
        answers: queue.SimpleQueue[tuple[Any, Any]] = queue.SimpleQueue()
        self._questions.put((question, answers))
        silent_since: float | None = None
        while True:
            try:
                value, error = answers.get(timeout=LOOK)
            except queue.Empty:
                now = time.monotonic()
                silent_since = None if self.answers() else now if silent_since is None else silent_since
                if silent_since is not None and now - silent_since >= PATIENCE:
                    self.gone = True
                    raise self._lost() from None
                continue
            if error is not None:
                raise error
            answer: _T = value
            return answer

    def answers(self) -> bool:
        """Whether something takes connections at the head's port."""
        if self.head is None:
            return True
        try:
            socket.create_connection(self.head, LOOK).close()
        except OSError:
            return False
        return True

    def _answer(self) -> None:
        while True:
            question, answers = self._questions.get()
            try:
                answers.put((question(), None))
            except BaseException as error:
                answers.put((None, error))

    def _lost(self) -> ClusterGone:
        host, port = self.head or ("", 0)
        return ClusterGone(
            f"The head of the Ray cluster at {host}:{port} does not answer any more; the night ends here. Finished batches are "
            "kept: with a new head, the same command goes on."
        )


def host_and_port(address: str) -> tuple[str, int] | None:
    """Host and port of ``HOST:PORT`` or ``ray://HOST:PORT``; None of anything else."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    return (host.strip("[]"), int(port)) if host and port.isdigit() else None
