"""A site that requires a sign-in, in a browser, with a provider of OpenID Connect on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import free_port, looking, serving, visiting

pytestmark = pytest.mark.slow

NAMES = ("Aurora", "Krill", "landscape-ref")
"""Beginnings of names in the data."""
PAGES = ("/", "/capability?tab=runs", "/reports", "/media/0.csv", "/_stcore/host-config", "/static/js/index.js")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site that admits example.org."""
    provider = pytest.importorskip("oidc_provider_mock", reason="oidc-provider-mock is not installed")
    folder, port = tmp_path_factory.mktemp("closed"), free_port()
    people = [
        provider.User(sub="grace", claims={"email": "grace@example.org", "email_verified": True}),
        provider.User(sub="eve", claims={"email": "eve@evil.com", "email_verified": True}),
    ]
    with provider.run_server_in_thread(user_claims=people) as server:
        (folder / "sign_in.toml").write_text(
            f'[auth]\nredirect_uri = "http://localhost:{port}/oauth2callback"\n'
            f'cookie_secret = "{"0123456789abcdef" * 2}"\nclient_id = "landscape"\nclient_secret = "of-the-test"\n'
            f'server_metadata_url = "http://localhost:{server.server_port}/.well-known/openid-configuration"\n'
        )
        variables = {
            "LANDSCAPE_SIGN_IN": "required",
            "LANDSCAPE_SIGN_IN_FILE": str(folder / "sign_in.toml"),
            "LANDSCAPE_SIGN_IN_ALLOWED": "example.org",
        }
        with serving(folder, port=port, variables=variables) as address:
            yield address.replace("127.0.0.1", "localhost")  # the provider's answer comes to this name


@pytest.fixture
def context(browser: Any) -> Iterator[Any]:
    """A browser that nobody has signed in with."""
    with looking(browser) as made:
        yield made


def asked(base: str, path: str, cookies: str = "") -> tuple[int, str]:
    """Status and text of an answer outside of the browser."""
    connection = HTTPConnection(base.removeprefix("http://"), timeout=60)
    connection.request("GET", path, headers={"Cookie": cookies} if cookies else {})
    answered = connection.getresponse()
    text = answered.read().decode(errors="replace")
    connection.close()
    return answered.status, text


def enter(page: Any, name: str) -> None:
    """Go from the page before the gate through the provider."""
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name=name, exact=True).first.click()


def carried(context: Any) -> str:
    """The cookies that say who has signed in."""
    return "; ".join(f"{c['name']}={c['value']}" for c in context.cookies() if c["name"].startswith("_streamlit_user"))


@pytest.mark.parametrize("path", PAGES)
def test_signed_out_nothing_of_the_data_is_sent(base: str, path: str) -> None:
    status, text = asked(base, path)
    assert status == 401 and not [name for name in NAMES if name in text]
    assert asked(base, "/healthz")[0] == 200 and not [name for name in NAMES if name in asked(base, "/healthz")[1]]


def test_signed_out_no_page_opens_and_no_script_runs(base: str, context: Any) -> None:
    page = context.new_page()
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    assert page.goto(f"{base}/capability?tab=runs").status == 401
    assert page.get_by_role("link", name="Sign in").is_visible() and page.locator("script").count() == 0
    refused = page.evaluate(
        "() => new Promise(done => { const s = new WebSocket(location.origin.replace('http', 'ws') + '/_stcore/stream');"
        " s.onopen = () => done('open'); s.onclose = () => done('closed'); })"
    )
    assert refused == "closed"


def test_a_sign_in_leads_to_the_page_asked_for_and_out_again(base: str, context: Any) -> None:
    visitor = visiting(context, base)
    page = visitor.page
    page.goto(f"{base}/capability?tab=runs&lang=en")
    enter(page, "grace")
    visitor.settle()
    page.get_by_role("heading", name="Capability", exact=True).wait_for()
    assert "tab=runs" in page.url and page.url.startswith(f"{base}/capability?")
    assert "grace@example.org" in page.locator("[data-testid=stSidebar]").inner_text()
    with page.expect_download() as got:
        page.get_by_role("button", name="CSV").first.click()
    assert "Aurora" in Path(got.value.path()).read_text(encoding="utf-8-sig")
    cookies = carried(context)
    assert asked(base, "/capability", cookies)[0] == 200
    download = got.value.url
    if download.startswith(base):
        assert asked(base, download.removeprefix(base))[0] == 401, "a download's address is no way in"
    before_the_gate = (
        "401 (Unauthorized)",
        "favicon.ico",
        "cdn.jsdelivr.net",
    )  # the last two are the provider's page's
    assert [c for c in visitor.complaints if not any(part in c for part in before_the_gate)] == []
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="End session").click()  # the provider asks whether it is meant
    page.get_by_role("link", name="Sign in").wait_for()
    assert carried(context) == "" and page.goto(f"{base}/capability").status == 401


def test_an_account_of_elsewhere_is_refused_and_may_choose_another(base: str, context: Any) -> None:
    page = context.new_page()
    page.goto(f"{base}/capability")
    enter(page, "eve")
    page.get_by_text("eve@evil.com").wait_for()
    assert "which may not read this site" in page.locator("main").inner_text()
    for path in PAGES:
        status, text = asked(base, path, carried(context))
        assert status == 403 and not [name for name in NAMES if name in text], path
