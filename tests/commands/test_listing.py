"""Filters of the commands that list the catalog, and how many runs are listed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from harness.commands import listing
from harness.errors import BadInput
from harness.store.migrations import migrate

ROOT = Path(__file__).resolve().parents[2]
SLOW = {"pandas", "numpy", "pyarrow", "scipy", "plotly"}
"""Libraries of more than a tenth of a second each, which no list needs."""
RUNS = listing.NEWEST + 3


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database of three runs more than are listed, a minute apart."""
    file = tmp_path / "land.duckdb"
    with duckdb.connect(str(file)) as con:
        migrate(con)
        con.execute(
            "INSERT INTO run (run_id, model, suite, suite_version, engine, origin, partial, valid, sealed) "
            "SELECT printf('run-%03d', i), 'acme/a', 'core', '1', 'packed', 'measured', false, true, "
            f"TIMESTAMP '2026-01-01' + INTERVAL (i) MINUTE FROM range({RUNS}) AS r(i)"
        )
        con.execute("INSERT INTO vendor (vendor_id, name_en, segment) VALUES ('acme', 'Acme', 'lab')")
        con.execute(
            "INSERT INTO model (model_id, vendor_id, name, released, open_weights) "
            "VALUES ('acme/a', 'acme', 'A', DATE '2025-05-01', true), ('acme/b', 'acme', 'B', NULL, NULL)"
        )
    monkeypatch.setenv("LANDSCAPE_DB", str(file))
    monkeypatch.setenv("LANDSCAPE_RUNS", str(tmp_path / "runs"))
    return file


def test_a_value_that_the_catalog_does_not_know_is_refused_with_its_neighbours() -> None:
    rows = [{"vendor_id": "alibaba"}, {"vendor_id": "openai"}, {"vendor_id": None}]
    assert listing.those(rows, "vendor_id", "openai", "vendor") == [{"vendor_id": "openai"}]
    with pytest.raises(BadInput, match="No vendor 'aliba' in the catalog; there is alibaba"):
        listing.those(rows, "vendor_id", "aliba", "vendor")
    assert listing.those(rows, "vendor_id", "mistral", "vendor", ("mistral",)) == []


def listed(
    capsys: pytest.CaptureFixture[str], *, limit: int | None = None, every: bool = False, model: str | None = None
) -> tuple[list[str], str]:
    """The ids that ``harness runs --json`` lists, and what it says beside them."""
    listing.runs(suite=None, model=model, origin=None, limit=limit, every=every, as_json=True)
    printed = capsys.readouterr()
    return [row["run_id"] for row in json.loads(printed.out)], printed.err


def test_the_newest_runs_are_listed_and_how_many_there_are_is_said(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newest = [f"run-{i:03d}" for i in reversed(range(RUNS))]
    ids, said = listed(capsys)
    assert ids == newest[: listing.NEWEST] and f"The newest {listing.NEWEST} of {RUNS} runs" in said and "--all" in said
    assert listed(capsys, limit=2)[0] == newest[:2]
    assert listed(capsys, every=True) == (newest, "") == listed(capsys, limit=RUNS)
    assert len(listed(capsys, model="a")[0]) == listing.NEWEST
    listing.runs(suite=None, model=None, origin=None, limit=2, as_json=False)
    assert capsys.readouterr().out.startswith(f"2 of {RUNS} runs")


def test_all_and_a_limit_are_refused_together() -> None:
    with pytest.raises(BadInput, match="--all and --limit"):
        listing.runs(suite=None, model=None, origin=None, limit=3, every=True, as_json=False)


def test_a_list_holds_plain_values(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listing.models(vendor="acme", segment="lab", open_weights=None, as_json=True)
    first, second = json.loads(capsys.readouterr().out)
    assert (first["model_id"], first["released"], first["open_weights"]) == ("acme/a", "2025-05-01", True)
    assert (second["released"], second["open_weights"], second["context_tokens"]) == (None, None, None)
    listing.models(vendor=None, segment=None, open_weights=True, as_json=False)
    assert "1 models" in capsys.readouterr().out


@pytest.mark.parametrize("command", [["models"], ["vendors", "--segment", "lab"], ["runs"], ["runs", "--json"]])
def test_a_list_starts_without_slow_libraries(database: Path, command: list[str]) -> None:
    code = (
        "import sys; from harness.__main__ import run; code = run(sys.argv[1:]); "
        f"slow = sorted({set(SLOW)!r} & sys.modules.keys()); sys.exit(f'{{code}} {{slow}}' if code or slow else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
