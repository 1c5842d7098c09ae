"""Addresses where no Ray cluster answers: a sentence with the reason and the way out, soon, and nothing of Ray's own words."""

from __future__ import annotations

import os
import socket
from pathlib import Path

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


@pytest.mark.parametrize(
    ("variables", "has_file", "mode"),
    [
        ({}, False, None),
        ({}, True, "token"),
        ({"RAY_AUTH_TOKEN": "t"}, False, "token"),
        ({"RAY_AUTH_MODE": "disabled", "RAY_AUTH_TOKEN": "t"}, True, "disabled"),
    ],
)
def test_a_token_is_shown_where_there_is_one_and_nobody_has_decided(
    variables: dict[str, str], has_file: bool, mode: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    for name, value in {**variables, "HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    if has_file:
        (tmp_path / ".ray").mkdir()
        (tmp_path / ".ray" / "auth_token").write_text("t")
    address.take_token()
    assert os.environ.get("RAY_AUTH_MODE") == mode


def test_a_cluster_that_asks_for_a_token_is_not_called_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ray itself refuses to join with tokens and without one; a head with another one answers with the first word of REFUSED."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.delenv("RAY_AUTH_TOKEN", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as server:
        said = refusal(f"127.0.0.1:{server.getsockname()[1]}")
    assert said.endswith("`ray get-auth-token` on the cluster's head prints it.") and "asks for a token" in said
