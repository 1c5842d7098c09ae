"""Addresses where no Ray cluster answers: a sentence with the reason and the way out, soon, and nothing of Ray's own words."""

from __future__ import annotations

import socket

import pytest

from harness.errors import BadInput
from harness.fleet.nodes import address

pytest.importorskip("ray")


def refusal(where: str, seconds: float = address.JOIN_SECONDS) -> str:
    with pytest.raises(BadInput) as caught:
        address.check(where, seconds)
    return str(caught.value)


@pytest.mark.parametrize("form", ["127.0.0.1:1", "ray://127.0.0.1:1"])
def test_a_closed_port_is_refused_with_the_way_out(form: str) -> None:
    said = refusal(form)
    assert said.startswith(f"No Ray cluster answers at {form!r}: Connection refused. Give local")


def test_what_is_no_address_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    said = refusal("banana")
    assert "Invalid address format" in said and "HOST:6379" in said
    assert capfd.readouterr() == ("", "")


def test_another_program_at_the_port_is_refused_in_time_and_without_noise(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        said = refusal(f"127.0.0.1:{server.getsockname()[1]}", seconds=3.0)
    assert "what listens there does not answer as a cluster does" in said
    assert capfd.readouterr() == ("", "")
