"""Settings of the sign-in: what is incomplete is refused before anything is served, and who is let in."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.__main__ import run
from harness.access import sign_in
from harness.errors import BadInput

GOOD = """[auth]
redirect_uri = "https://landscape.example.org/oauth2callback"
cookie_secret = "0123456789abcdef0123456789abcdef"
client_id = "landscape"
client_secret = "very-secret-words"
server_metadata_url = "https://id.example.org/.well-known/openid-configuration"
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The provider's file; a sign-in is required of example.org and one other."""
    path = tmp_path / "sign_in.toml"
    path.write_text(GOOD)
    monkeypatch.setenv("LANDSCAPE_SIGN_IN", "required")
    monkeypatch.setenv("LANDSCAPE_SIGN_IN_FILE", str(path))
    monkeypatch.setenv("LANDSCAPE_SIGN_IN_ALLOWED", "Example.org, ada@example.com")
    return path


def test_nothing_is_asked_for_unless_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LANDSCAPE_SIGN_IN", raising=False)
    assert sign_in.from_environment() is None
    monkeypatch.setenv("LANDSCAPE_SIGN_IN", "yes")
    with pytest.raises(BadInput, match="give required"):
        sign_in.from_environment()


@pytest.mark.parametrize(
    ("claims", "let_in"),
    [
        ({"email": "grace@example.org"}, True),
        ({"email": "Grace@EXAMPLE.org", "email_verified": True}, True),
        ({"email": "ada@example.com"}, True),
        ({"email": "eve@example.com"}, False),
        ({"email": "grace@example.org", "email_verified": False}, False),
        ({"email": "grace@example.org", "email_verified": "false"}, False),
        ({"email": "grace@example.org", "email_verified": "true"}, True),
        ({"email": "grace@sub.example.org"}, False),
        ({"email": "grace@example.org.evil.com"}, False),
        ({"email": "eve@evil.com@example.org"}, False),
        ({"email": "evilexample.org"}, False),
        ({"email": None, "sub": "grace@example.org"}, False),
        ({}, False),
    ],
)
def test_who_is_let_in(file: Path, claims: dict[str, object], let_in: bool) -> None:
    required = sign_in.from_environment()
    assert required is not None and required.secure
    assert required.admits(claims) is let_in


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("client_id", "client_ID", "lacks in its section .auth.: client_id"),
        ("/oauth2callback", "/", "redirect_uri"),
        ("https://landscape", "landscape", "redirect_uri"),
        ("0123456789abcdef", "", "cookie_secret"),
        ("[auth]", "[auth", "no TOML"),
    ],
)
def test_a_file_that_cannot_work_is_refused_without_a_word_of_it(
    file: Path, old: str, new: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(GOOD.replace(old, new))
    with pytest.raises(BadInput, match=said):
        sign_in.from_environment()
    assert run(["site", "--port", "18599"]) == 2, "nothing is served"
    assert "very-secret" not in capsys.readouterr().err


@pytest.mark.parametrize("allowed", ["", " , ", "exa mple.org", "@", "ada@", "*.example.org"])
def test_an_empty_or_wrong_list_lets_nobody_in_and_says_so(
    file: Path, monkeypatch: pytest.MonkeyPatch, allowed: str
) -> None:
    monkeypatch.setenv("LANDSCAPE_SIGN_IN_ALLOWED", allowed)
    with pytest.raises(BadInput, match="LANDSCAPE_SIGN_IN_ALLOWED"):
        sign_in.from_environment()


def test_everybody_is_let_in_only_by_a_star_and_a_missing_file_is_named(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDSCAPE_SIGN_IN_ALLOWED", "*")
    required = sign_in.from_environment()
    assert required is not None and required.admits({"sub": "1"})
    file.unlink()
    with pytest.raises(BadInput, match="cannot be read"):
        sign_in.from_environment()
