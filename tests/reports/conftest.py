"""A small database with measured, imported and reported numbers; and the same with hostile names."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from harness.reports.build import build
from harness.reports.document import Report
from harness.reports.selection import Choices
from harness.store.reader import Reader
from tests.site import fixture_db

HOSTILE = '=HYPERLINK("http://evil.example")<script>alert(1)</script>\u202egnp.exe\u2066|`x`*y*'


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    fixture_db.build(folder / "db.duckdb", folder / "runs")
    return folder / "db.duckdb"


@pytest.fixture(scope="session")
def reader(database: Path) -> Reader:
    return Reader(database)


@pytest.fixture(scope="session")
def hostile(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    path = tmp_path_factory.mktemp("hostile") / "db.duckdb"
    shutil.copy(database, path)
    con = duckdb.connect(str(path))
    con.execute("UPDATE vendor SET name_en = $n, name_zh = $n WHERE vendor_id = 'aurora'", {"n": HOSTILE})
    con.execute("UPDATE model SET name = $n || model_id WHERE vendor_id = 'aurora'", {"n": HOSTILE})
    con.execute(
        "UPDATE source SET title = $n WHERE source_id = 'market'",
        {"n": "@SUM(A1)</script><img src=x onerror=alert(1)>"},
    )
    con.execute(
        "UPDATE fact SET value = '-2+3+cmd|'' /C calc''!A0', key = 'listing' WHERE vendor_id = 'aurora' AND key = 'staff'"
    )
    con.execute("UPDATE provider SET name = '\u0645\u0632\u0648\u062f \u200f+1' WHERE provider_id = 'aurora-api'")
    con.close()
    return Reader(path)


@pytest.fixture(scope="session")
def report(reader: Reader) -> Report:
    return build(reader, Choices(("aurora", "borealis", "cinder", "delta")), "en", "abc", lambda _, __: None)
