"""docs/formats.md says what is there: columns, keys, and queries that a stranger can run."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import duckdb
import pytest

from harness import places
from harness.store import run_folder
from harness.store.reader import Reader
from tests.store.conftest import make_run, publish_sources

DOC = (Path(__file__).resolve().parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", DOC, re.S)


@cache
def documented() -> dict[str, list[str]]:
    """Heading → the names in the first cells of its table."""
    found: dict[str, list[str]] = {}
    for section in re.split(r"^### ", DOC, flags=re.M)[1:]:
        heading, _, body = section.partition("\n")
        body = re.split(r"^## ", body, flags=re.M)[0]
        cells = [line.split("|")[1] for line in body.splitlines() if line.startswith("| `")]
        found[heading.strip("`")] = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
    return found


@cache
def schema(kind: str) -> dict[str, list[str]]:
    rows = Reader(Path("/nowhere/landscape.duckdb")).sql(
        "SELECT table_name, list(column_name) AS names FROM duckdb_columns() "
        f"WHERE database_name = 'land' AND table_name IN (SELECT {kind}_name FROM duckdb_{kind}s() WHERE NOT internal) "
        "GROUP BY table_name"
    )
    return {str(t): [str(n) for n in names] for t, names in zip(rows["table_name"], rows["names"], strict=True)}


@pytest.mark.parametrize("table", sorted(schema("table")) + sorted(set(schema("view")) - {"leading_run"}))
def test_every_column_is_documented_and_no_other(table: str) -> None:
    assert sorted(documented()[table]) == sorted((schema("table") | schema("view"))[table])


def test_every_documented_table_exists() -> None:
    headings = [h for h in documented() if re.fullmatch(r"[a-z_]+", h)]
    assert sorted(headings) == sorted([*schema("table"), *schema("view")])
    views = schema("view") | schema("table")
    assert sorted(views["leading_run"]) == sorted(views["run"])


def test_the_files_of_a_run_folder_are_documented() -> None:
    names = documented()
    assert sorted(names["results.parquet"]) == sorted(run_folder.RESULTS.names)
    assert sorted(names["samples.parquet"]) == sorted(run_folder.SAMPLES.names)
    read = {
        key
        for path in places.asset("sql/ingest").glob("*.sql")
        for key in re.findall(r"m->>?'\$\.([a-z_]+)", path.read_text(encoding="utf-8"))
    }
    assert read and read <= set(names["manifest.json"])


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.store.conftest import make_catalog

    folder = tmp_path_factory.mktemp("stranger")
    db = folder / "landscape.duckdb"
    for number in range(3):
        make_run(folder / "runs", number, items=20, model=f"acme/m{number}")
    publish_sources(db, folder / "runs", catalog=make_catalog(folder / "catalog"))
    return db


def test_there_are_five_queries() -> None:
    assert len(QUERIES) == 5


@pytest.mark.parametrize("number", range(5))
def test_a_stranger_can_run_the_queries(stranger: Path, number: int) -> None:
    with duckdb.connect(str(stranger), read_only=True) as con:
        assert len(con.execute(QUERIES[number]).fetchall()) > 0


def test_the_last_query_recomputes_the_scores(stranger: Path) -> None:
    with duckdb.connect(str(stranger), read_only=True) as con:
        anew = con.execute(QUERIES[4]).fetchall()
        stored = con.execute("SELECT run_id, task, metric, filter, score, n FROM result ORDER BY ALL").fetchall()
    assert [row[:4] for row in anew] == [row[:4] for row in stored]
    assert [row[4] for row in anew] == pytest.approx([row[4] for row in stored], rel=1e-12)
    assert [row[5] for row in anew] == [row[5] for row in stored]
