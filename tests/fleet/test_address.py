"""Addresses where no Ray cluster answers: a sentence with the reason and the way out, soon, and nothing of Ray's own words."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
    ("where", "has_token", "given", "tried", "mode"),
    [
        ("auto", False, None, ["disabled"], "disabled"),
        ("auto", True, None, ["disabled"], "disabled"),  # a token is not shown to a cluster that does not ask
        ("closed", True, None, ["disabled", "token"], "token"),
        ("closed", False, None, ["disabled"], "refused"),
        ("closed", True, "disabled", [None], "refused"),
        ("ray://client", True, None, ["token"], "token"),
    ],
)
def test_a_token_is_shown_to_a_cluster_that_asks(
    where: str, has_token: bool, given: str | None, tried: list[str | None], mode: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    for name in (address.MODE, address.TOKEN, address.TOKEN_FILE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    if given is not None:
        monkeypatch.setenv(address.MODE, given)
    if has_token:
        (tmp_path / ".ray").mkdir()
        (tmp_path / ".ray" / "auth_token").write_text("t")
    asked: list[str | None] = []

    def join(where: str, variables: Mapping[str, str], seconds: float) -> tuple[int, str]:
        """A cluster that asks for a token where it is named so."""
        asked.append(variables.get(address.MODE))
        return (1, address.NO_TOKEN[0]) if where == "closed" and asked[-1] != "token" else (0, "")

    monkeypatch.setattr(address, "_join", join)
    if mode == "refused":
        assert "asks for a token that this shell does not have" in refusal(where)
    else:
        assert address.check(where) == mode
    assert asked == tried


HEAD = """
import ray, sys
context = ray.init(num_cpus=0, include_dashboard=False, object_store_memory=80 << 20, log_to_driver=False)
print(context.address_info["gcs_address"], flush=True)
sys.stdin.read()
"""


@contextmanager
def head_with_token(attempts: int = 3) -> Iterator[str]:
    """The address of a head that asks for a token; on a busy machine Ray may give up the start of one."""
    environment, said = {**os.environ, address.MODE: "token"}, ""
    for _ in range(attempts):
        with subprocess.Popen(
            [sys.executable, "-c", HEAD], env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            assert process.stdin is not None and process.stdout is not None and process.stderr is not None
            if where := process.stdout.readline().strip():
                yield where
                process.stdin.close()
                process.stderr.read()
                return
            said = process.stderr.read()
    pytest.fail(f"Ray started no head in {attempts} attempts: {said[-2000:]}")


@pytest.mark.slow
def test_a_head_that_asks_for_a_token_is_joined_with_it_and_refused_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (address.TOKEN, address.TOKEN_FILE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with head_with_token() as where:
        monkeypatch.delenv(address.MODE, raising=False)
        assert address.check(where) == "token"
        (tmp_path / ".ray" / "auth_token").unlink()
        assert "asks for a token that this shell does not have" in refusal(where)
