"""Names of hosts: what a header means, what may be told, what answers."""

from __future__ import annotations

import pytest

from harness.access import hosts
from harness.errors import BadInput


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost", "localhost"),
        ("LocalHost:8501", "localhost"),
        ("localhost.:1", "localhost"),
        ("127.0.0.1:8501", "127.0.0.1"),
        ("[::1]:8501", "::1"),
        ("[0:0:0:0:0:0:0:1]", "::1"),
        ("[::ffff:192.0.2.7]", "192.0.2.7"),
        ("", None),
        (".", None),
        ("localhost..", None),
        (":8501", None),
        ("localhost:", None),
        ("localhost:port", None),
        ("visitor@localhost", None),
        ("localhost/path", None),
        ("localhost localhost", None),
        ("[localhost]", None),
        ("[::1", None),
        ("::1", None),
        ("löcalhost", None),
    ],
)
def test_a_header_names_a_host(header: str, name: str | None) -> None:
    assert hosts.host_name(header) == name


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Board.Example.org", "board.example.org"),
        ("board.example.org.:443", "board.example.org"),
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("2001:DB8::7", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
    ],
)
def test_a_told_name_is_what_a_browser_sends(typed: str, name: str) -> None:
    assert hosts.parse_name(typed) == name


@pytest.mark.parametrize(
    "typed", ["http://board.example.org", "board.example.org/", "*", "*.example.org", "", "a b", "a,b"]
)
def test_what_is_no_name_is_refused(typed: str) -> None:
    with pytest.raises(BadInput, match="--host"):
        hosts.parse_name(typed)


def test_names_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(hosts.ENVIRONMENT, " One.example , two.example:80,,")
    assert hosts.from_environment() == {"one.example", "two.example"}


def test_only_known_names_and_the_address_reached_answer() -> None:
    names = {*hosts.OWN, "board.example.org"}
    assert hosts.answers("BOARD.example.org.:80", names, "192.0.2.7")
    assert hosts.answers("192.0.2.7:8501", names, "::ffff:192.0.2.7"), "an address cannot be made to point elsewhere"
    assert not hosts.answers("192.0.2.8:8501", names, "192.0.2.7")
    for foreign in ("evil.example", "localhost.evil.example", "evilboard.example.org", "x.board.example.org"):
        assert not hosts.answers(foreign, names, "127.0.0.1"), foreign
