"""Planted secrets are found in no artefact: streams, journals, run folders, database, exports, reports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.engine.server import Completions
from tests.interchange import builders as b

pytest.importorskip("tenacity", reason="needs the extra `api`")
pytest.importorskip("aiohttp", reason="needs the extra `api`")

KEY = "plantedQQQQ-environment-1"
# What every planted secret holds.
MARK = "plantedQQQQ"
PASSWORD, QUERY, BODY = "plantedQQQQpassword", "plantedQQQQquery", "sk-plantedQQQQbody12345"


@contextmanager
def echoing(completions: Completions | None, name: str) -> Iterator[str]:
    """A server that refuses every request, or answers it, and in both says which key it was sent and one of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(200, {"data": [{"id": name, "max_model_len": 384}]})

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            key = self.headers.get("Authorization", "")
            if completions is None:
                return self._send(401, {"error": {"message": f"bad key {key}, try {BODY}", "x-api-key": BODY}})
            answer = completions.answer(asked)
            if not asked.get("echo"):
                for choice in answer["choices"]:
                    choice["text"] = f"{key} {choice['text']}"
            return self._send(200, answer)

        def _send(self, code: int, document: dict[str, Any]) -> None:
            body = json.dumps(document).encode()
            self.send_response(code, message=f"no {BODY}" if code != 200 else None)
            self.send_header("Content-Type", "application/json")
            self.send_header("Set-Cookie", f"session={BODY}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()


def harness(folder: Path, *words: str, **environment: str) -> tuple[int, str]:
    """Run a command in a process of its own, its places below ``folder``: exit code and all that it wrote."""
    places = {
        "LANDSCAPE_RUNS": str(folder / "runs"),
        "LANDSCAPE_DB": str(folder / "landscape.duckdb"),
        "LANDSCAPE_PUBLIC_RUNS": str(folder / "public"),
        "OPENAI_API_KEY": KEY,
        "HF_HUB_OFFLINE": "1",
        "COLUMNS": "80",
    }
    done = subprocess.run(
        [sys.executable, "-m", "harness", *words],
        env={**os.environ, **places, **environment}, capture_output=True, text=True, errors="replace", check=False, cwd=folder,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def nowhere(folder: Path, *texts: str) -> None:
    """No file below the folder, and none of the texts, holds a planted secret, whole or cut over two lines."""
    for path in (p for p in folder.rglob("*") if p.is_file()):
        assert MARK.encode() not in path.read_bytes(), path
    for text in texts:
        assert MARK not in text.replace("\n", ""), text[-3000:]


def nothing_in(database: Path) -> int:
    """Assert that no text of a database, which stores texts compressed, holds a planted secret; returns how many columns of text it has."""
    with duckdb.connect(str(database), read_only=True) as db:
        columns = db.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND data_type IN ('VARCHAR', 'JSON')"
        ).fetchall()
        for table, column in columns:
            query = f"""SELECT count(*) FROM "{table}" WHERE "{column}"::VARCHAR LIKE '%{MARK}%'"""
            assert db.execute(query).fetchone() == (0,), (table, column)
    return len(columns)


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands run in another working folder."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))


def test_a_server_that_refuses_the_key_does_not_bring_it_anywhere(tiny_model: Path, tmp_path: Path) -> None:
    with echoing(None, "tiny") as url:
        code, text = harness(
            tmp_path, "run", "--engine", "api", "--suite", "calibration", "--limit", "1", "--offline",
            "--model", f"{tiny_model}@{url}", LANDSCAPE_TRACEBACK="1",
        )  # fmt: skip
    assert code == 1 and "401" in text
    nowhere(tmp_path, text)


def test_an_address_with_a_password_or_key_is_refused_without_it(tmp_path: Path) -> None:
    models = (
        f"x@http://ann:{PASSWORD}@localhost:9/v1",
        f"x@http://localhost:9/v1?api_key={QUERY}",
        f"x@http://localhost:9/v1?a=1&token={QUERY}",
        f"x@ann:{PASSWORD}@localhost:9/v1",
        f"x@ftp://ann:{PASSWORD}@localhost/v1",
        f"x@http%3A%2F%2Fann%3A{PASSWORD}%40localhost",
    )
    words = [word for model in models for word in ("--model", model)]
    code, text = harness(tmp_path, "run", "--engine", "api", "--suite", "calibration", *words)
    assert code == 2 and text.count("***") >= len(models), text
    nowhere(tmp_path, text)


@pytest.mark.slow
def test_planted_secrets_are_in_no_artefact(tiny_model: Path, tmp_path: Path) -> None:
    """A run whose server repeats the key in its answers, a foreign file with keys in it, and all that is made of them."""
    texts: list[str] = []

    def command(*words: str) -> None:
        code, text = harness(tmp_path, *words)
        texts.append(text)
        assert code == 0, text[-3000:]

    completions = Completions(tiny_model, "tiny", 384)
    with echoing(completions, "tiny") as url:
        command(
            "run", "--engine", "api", "--suite", "calibration", "--limit", "2", "--offline", "--json",
            "--model", f"{tiny_model}@{url}",
        )  # fmt: skip
    arguments = f"model=m,base_url=http://ann:{PASSWORD}@h/v1?api_key={QUERY},api_key={BODY}"
    foreign = b.lm_eval_results(
        config={"model": "local-completions", "model_args": arguments, "headers": {"Authorization": f"Bearer {BODY}"}},
        model_name=f"http://ann:{PASSWORD}@host/m",
    )
    inside = tmp_path.parent / f"{tmp_path.name}-foreign"
    b.write(inside / f"results_{b.DATE}.json", foreign)
    command("import", str(inside))
    manifests = [*(tmp_path / "runs").glob("[!.]*/manifest.json")]
    (run,) = [p.parent.name for p in manifests if json.loads(p.read_text())["origin"] == "measured"]
    for format in ("csv", "parquet", "lm-eval", "eee"):
        command("export", run, "--format", format, "--out", str(tmp_path / "export" / format))
    command("runs", "--json")
    command("show", run)
    command("report", "--format", "html,md,xlsx", "--out", str(tmp_path / "report"))
    nowhere(tmp_path, *texts)
    assert nothing_in(tmp_path / "landscape.duckdb") > 50
