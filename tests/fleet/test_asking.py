"""Questions to a cluster whose head is gone come back as a sentence, and nothing is asked after that."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from harness.fleet.nodes import asking
from harness.fleet.nodes.asking import Asking, ClusterGone, host_and_port


@pytest.fixture
def head(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A port that takes connections."""
    monkeypatch.setattr(asking, "LOOK", 0.01)
    monkeypatch.setattr(asking, "PATIENCE", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_answers_and_errors_are_those_of_the_question(head: socket.socket) -> None:
    ask = Asking(head.getsockname()[:2])
    assert ask(lambda: 3) == 3
    with pytest.raises(ZeroDivisionError):
        ask(lambda: 1 // 0)
    assert not ask.gone


def test_a_question_that_waits_for_a_head_that_answers_goes_on(head: socket.socket) -> None:
    ask, wait = Asking(head.getsockname()[:2]), threading.Event()
    timer = threading.Timer(0.3, wait.set)  # six times the patience
    timer.start()
    assert ask(lambda: wait.wait(30))


def test_a_question_that_waits_for_a_head_that_is_gone_ends_and_no_other_is_asked(head: socket.socket) -> None:
    ask, wait, asked = Asking(head.getsockname()[:2]), threading.Event(), list[int]()
    head.close()
    with pytest.raises(
        ClusterGone, match=r"head of the Ray cluster at 127\.0\.0\.1:\d+ does not answer any more.*goes on"
    ) as gone:
        ask(lambda: wait.wait(30))
    wait.set()
    assert gone.value.exit_code == 1 and ask.gone
    with pytest.raises(ClusterGone):
        ask(lambda: asked.append(1))
    assert asked == []


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("ray://head:10001", ("head", 10001)),
        ("10.0.0.1:6379", ("10.0.0.1", 6379)),
        ("[::1]:6379", ("::1", 6379)),
        ("auto", None),
    ],
)
def test_an_address_has_a_host_and_a_port_or_none(address: str, found: tuple[str, int] | None) -> None:
    assert host_and_port(address) == found
