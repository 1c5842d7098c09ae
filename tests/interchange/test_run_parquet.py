"""Run tables: the rows that the store would publish, and runs read back from them."""

from __future__ import annotations

from pathlib import Path

from harness.interchange import run_parquet, stored_runs
from harness.interchange.importing import import_path
from tests.interchange import builders as b
from tests.interchange.conftest import rows_without_id


def test_a_run_out_of_run_tables_is_exported_from_its_numbers(tmp_path: Path) -> None:
    report = import_path(b.lm_eval_run(tmp_path / "in"), runs_dir=tmp_path / "runs")
    run = stored_runs.load(report.imported[0], tmp_path / "runs")
    run_parquet.write(tmp_path / "public", "public", [run])
    loaded = stored_runs.load(run.run_id, tmp_path / "nowhere", (tmp_path / "public",))
    assert rows_without_id(loaded.results) == rows_without_id(run.results)
    value = ["task", "item", "metric", "filter", "value", "weight", "gold"]
    assert rows_without_id(loaded.samples.select(value)) == rows_without_id(run.samples.select(value))
    given = loaded.samples.to_pylist()[0]
    assert given["doc_hash"] == run.samples.to_pylist()[0]["doc_hash"][:16] and given["prompt"] is None


def test_run_tables_hold_what_the_store_would_publish(tmp_path: Path) -> None:
    """The same rows, once by the store from a run folder, once from run tables."""
    import duckdb

    from tests.store.conftest import publish_sources

    report = import_path(b.lm_eval_run(tmp_path / "in"), runs_dir=tmp_path / "runs")
    run = stored_runs.load(report.imported[0], tmp_path / "runs")
    run_parquet.write(tmp_path / "public", "p", [run])
    publish_sources(tmp_path / "a.duckdb", report.folders)
    publish_sources(tmp_path / "b.duckdb", public=tmp_path / "public")
    with duckdb.connect() as con:
        for name in ("a", "b"):
            con.execute(f"ATTACH '{tmp_path / name}.duckdb' AS {name} (READ_ONLY)")
        for table in ("run", "result", "outcome", "perf", "suite", "task"):
            differ = con.execute(
                f"(FROM a.{table} EXCEPT ALL FROM b.{table}) UNION ALL (FROM b.{table} EXCEPT ALL FROM a.{table})"
            )
            assert differ.fetchall() == [], table
