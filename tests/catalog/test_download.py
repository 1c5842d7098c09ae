"""A refresh from a live address, over a recorded session that a local server repeats with its headers."""

from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest
from typer.testing import CliRunner

from harness import places
from harness.catalog import commands, download, refresh, tables
from harness.catalog.registry import importer_named
from harness.errors import BadInput, MissingData

RECORDED = Path(__file__).parent / "recorded"  # part of models.dev on 2026-07-02
JSON = {"Content-Type": "application/json", "ETag": '"6f1d2c"', "Cache-Control": "public, max-age=0, must-revalidate"}
PAGE = b"<!doctype html><title>Just a moment</title>"

# Status, headers and body of each address.
ANSWERS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "/api.json": (
        200,
        {**JSON, "Content-Encoding": "gzip", "Vary": "accept-encoding"},
        gzip.compress((RECORDED / "api.json").read_bytes()),
    ),
    "/models.json": (302, {"Location": "/moved/models-4.json"}, b""),
    "/moved/models-4.json": (200, JSON, (RECORDED / "models.json").read_bytes()),
    "/missing/api.json": (404, {"Content-Type": "text/html"}, PAGE),
    "/broken/api.json": (500, {}, b""),
    "/page/api.json": (200, {"Content-Type": "text/html; charset=utf-8"}, PAGE),
    "/page/table.csv": (200, {}, b"\n" + PAGE),
    "/text/api.json": (200, JSON, b"rate limited"),
    "/empty/api.json": (200, JSON, b""),
    "/large/api.json": (200, JSON, b"{" + b" " * 9000 + b"}"),
    "/bomb/api.json": (200, {**JSON, "Content-Encoding": "gzip"}, gzip.compress(b"{" + b" " * 90000 + b"}")),
    "/cut/api.json": (200, {**JSON, "Content-Encoding": "gzip"}, gzip.compress(b'{"a": {}}')[:-9]),
    "/no-gzip/api.json": (200, {**JSON, "Content-Encoding": "gzip"}, b"{}"),
    "/loop/api.json": (302, {"Location": "/loop/api.json"}, b""),
}


GIVEN_UP = Event()  # the test is over, so the client no longer waits


class Session(BaseHTTPRequestHandler):
    """Repeats the recorded answers; ``/slow`` answers nothing as long as the client waits."""

    def do_GET(self) -> None:
        if self.path.startswith("/slow"):
            GIVEN_UP.wait(60)
            return
        status, headers, body = ANSWERS[self.path]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Address of the local server."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    GIVEN_UP.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Session)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    GIVEN_UP.set()
    server.shutdown()
    server.server_close()


def live(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    importer = replace(importer_named("models.dev"), live=addresses)
    monkeypatch.setattr(refresh, "importer_named", lambda _: importer)


def test_the_live_address_gives_the_same_rows_as_its_files(
    site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(monkeypatch, f"{site}/api.json", f"{site}/models.json")
    day = dt.date(2026, 7, 2)
    report = refresh.refresh(tmp_path / "live", "models.dev", date=day)
    files = [RECORDED / "api.json", RECORDED / "models.json"]
    refresh.refresh(tmp_path / "saved", "models.dev", files, date=day)
    assert report.offers == report.offers_with_vendor == 4
    assert tables.read(tmp_path / "live") == tables.read(tmp_path / "saved")
    again = refresh.refresh(tmp_path / "live", "models.dev", date=day)
    assert (dict(again.added), again.changed, again.files) == ({}, [], [])


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("missing/api.json", "answers 404 Not Found. Without internet name a saved copy with --file."),
        ("broken/api.json", "answers 500 Internal Server Error."),
        ("slow/api.json", "cannot be reached (timed out)."),
        ("cut/api.json", "cannot be reached (the answer breaks off)."),
        ("no-gzip/api.json", "cannot be reached ("),
        ("loop/api.json", "answers 302"),
        ("page/api.json", "sends a web page instead of data. Name a saved copy with --file."),
        ("page/table.csv", "sends a web page"),
        ("text/api.json", "sends something that is no JSON."),
        ("empty/api.json", "sends an empty file."),
        ("large/api.json", "sends more than 0 MB; save and check it, then name it with --file."),
        ("bomb/api.json", "sends more than 0 MB"),
    ],
)
def test_a_failed_download_is_one_sentence_and_writes_nothing(
    site: str, small: Path, monkeypatch: pytest.MonkeyPatch, path: str, says: str
) -> None:
    monkeypatch.setattr(download, "TIMEOUT_S", 0.3)
    if path.startswith(("large", "bomb")):
        monkeypatch.setattr(download, "MAX_DOWNLOAD", 8000)
    monkeypatch.setattr(places, "packaged_catalog", lambda: small)
    live(monkeypatch, f"{site}/moved/models-4.json", f"{site}/{path}")
    before = {p.name: p.read_bytes() for p in small.iterdir()}
    with pytest.raises(BadInput) as refusal:
        refresh.refresh(small, "models.dev", today=dt.date(2026, 8, 1))
    message = str(refusal.value)
    assert message.startswith(f"{site}/{path} {says}") and "--file" in message and "\n" not in message
    assert isinstance(refusal.value, MissingData) != path.startswith(("large", "bomb"))
    assert refusal.value.exit_code == 2
    assert {p.name: p.read_bytes() for p in small.iterdir()} == before


def test_the_command_ends_with_the_error(site: str, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live(monkeypatch, f"{site}/missing/api.json")
    monkeypatch.setattr(places, "catalog", lambda: small)
    result = CliRunner().invoke(commands.app, ["refresh", "--from", "models.dev"])
    assert isinstance(result.exception, MissingData)
    assert result.output == ""
