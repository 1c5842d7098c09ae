"""A filled and an empty database, and the site running on one of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.site import fixture_db

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(p.stem for p in (ROOT / "pages").glob("*.py"))
Open = Callable[..., AppTest]


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``land.duckdb`` and ``runs``."""
    folder = tmp_path_factory.mktemp("filled")
    fixture_db.build(folder / "land.duckdb", folder / "runs")
    return folder


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database that has no row."""
    folder = tmp_path_factory.mktemp("bare")
    fixture_db.empty(folder / "land.duckdb")
    return folder


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open a page of the site on a folder's database, with choices in the URL."""

    def opened(folder: Path, page: str = "overview", *, public: bool = False, **choices: str | list[str]) -> AppTest:
        monkeypatch.setenv("LANDSCAPE_DB", str(folder / "land.duckdb"))
        monkeypatch.setenv("LANDSCAPE_RUNS", str(folder / "runs"))
        monkeypatch.setenv("LANDSCAPE_PUBLIC", "1" if public else "")
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
        for key, value in choices.items():
            at.query_params[key] = value
        at.switch_page(f"pages/{page}.py")
        return at.run()

    return opened


def changed(db: Path, statement: str) -> None:
    """Change the database as a publish does: a copy takes the file's place."""
    shutil.copy(db, f"{db}.new")
    with duckdb.connect(f"{db}.new") as con:
        con.execute(statement)
    Path(f"{db}.new").replace(db)


def texts(at: AppTest) -> str:
    """All that a page says, as one text."""
    kinds = ("title", "header", "markdown", "caption", "info", "error", "code", "metric")
    return "\n".join(str(element.value) for kind in kinds for element in at.get(kind))


def table(at: AppTest, column: str) -> pd.DataFrame:
    """The first table of a page that has ``column``."""
    return next(element.value for element in at.dataframe if column in element.value)


def rows(folder: Path, query: str) -> pd.DataFrame:
    """What the database in ``folder`` answers to ``query``."""
    with duckdb.connect(str(folder / "land.duckdb"), read_only=True) as con:
        return con.execute(query).fetchdf()
