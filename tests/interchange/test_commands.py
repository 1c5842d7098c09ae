"""What the commands do: exit codes, messages, the database; importing twice changes nothing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import duckdb
import pytest

from harness.interchange import commands
from harness.interchange.importing import TABLES_FROM, import_path
from tests.interchange import builders as b


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "public").mkdir()
    for name, place in (("DB", "db.duckdb"), ("RUNS", "runs"), ("PUBLIC_RUNS", "public"), ("CATALOG", "catalog")):
        monkeypatch.setenv(f"LANDSCAPE_{name}", str(tmp_path / place))
    return tmp_path


def query(tmp_path: Path, text: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(tmp_path / "db.duckdb"), read_only=True) as con:
        return con.execute(text).fetchall()


def state(folder: Path) -> dict[str, str]:
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()}


def test_import_publishes_and_a_second_import_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = b.lm_eval_run(tmp_path / "in")
    assert commands.import_results(source) == 0
    assert query(tmp_path, "SELECT model, origin, engine FROM run") == [("acme/tiny-1b", "imported", "imported")]
    assert query(tmp_path, "SELECT count(*), count(choice_probs) FROM outcome") == [(8, 8)]
    assert query(tmp_path, "SELECT task_group, chance FROM task WHERE task = 'toy'") == [("grp", None)]
    before, database = state(tmp_path / "runs"), (tmp_path / "db.duckdb").read_bytes()
    assert commands.import_results(source, as_json=True) == 0
    document = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert document["imported"] == [] and len(document["existing"]) == 1
    assert state(tmp_path / "runs") == before and (tmp_path / "db.duckdb").read_bytes() == database


def test_one_broken_file_never_stops_the_rest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    b.write(tmp_path / "in/a.json", "{")
    b.write(tmp_path / "in/b.json", b.old_results())
    b.write(tmp_path / "in/notes.pdf", "x")
    assert commands.import_results(tmp_path / "in") == 1
    said = capsys.readouterr()
    assert "a.json: is not valid JSON" in said.err and "notes.pdf: is of no kind" in said.err
    assert query(tmp_path, "SELECT count(*) FROM run") == [(1,)]


def test_a_file_that_holds_nothing_is_no_failure_beside_results(tmp_path: Path) -> None:
    b.write(tmp_path / "in/notes.pdf", "x")
    b.write(tmp_path / "in/b.json", b.old_results())
    assert commands.import_results(tmp_path / "in") == 0


def test_many_records_become_run_tables_and_are_published(tmp_path: Path) -> None:
    lines = "".join(json.dumps(b.eee_record(f"acme/m{i}")) + "\n" for i in range(TABLES_FROM + 1))
    path = b.write(tmp_path / "many.jsonl", lines + lines.splitlines()[0] + "\nnot json\n")
    assert commands.import_results(path) == 1
    assert query(tmp_path, "SELECT count(*), count(DISTINCT model) FROM run") == [(TABLES_FROM + 1, TABLES_FROM + 1)]
    assert query(tmp_path, "SELECT count(*) FROM result") == [(2 * (TABLES_FROM + 1),)]
    again = import_path(path, runs_dir=tmp_path / "runs")
    assert not again.imported and len(set(again.existing)) == TABLES_FROM + 1


def test_a_leaderboard_becomes_reported_scores(tmp_path: Path) -> None:
    mapping = b.write(
        tmp_path / "map.yaml",
        "model: name\nscores:\n  x: {benchmark: MMLU, unit: percent}\nas_of: 2025-01-02\nreported_by: Acme\nreporter: vendor\n",
    )
    table = b.write(tmp_path / "t.csv", "name,x\nacme/tiny,75.5\n,1\nacme/two,n/a\n")
    assert commands.import_results(table, mapping=mapping) == 1  # one row names no model
    found = query(tmp_path, "SELECT model_id, benchmark, score, unit, reporter, as_of::VARCHAR FROM reported_score")
    assert found == [("acme/tiny", "MMLU", 0.755, "fraction", "vendor", "2025-01-02")]
    assert commands.import_results(table, mapping=mapping) == 1
    assert query(tmp_path, "SELECT count(*) FROM reported_score") == [(1,)]


def test_lines_of_a_table_without_a_figure_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = b.write(tmp_path / "t.csv", "model,benchmark,score\nacme/a,Toy,1\nacme/b,Toy,n/a\nacme/c,Toy,–\n")
    assert commands.import_results(table) == 0
    assert "1 reported scores, 2 lines without a figure, 0 files" in capsys.readouterr().out
    assert commands.import_results(table, as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["lines_without_figure"] == 2


def test_a_model_is_named_for_files_that_name_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = b.old_results()
    document["config"]["model_args"] = ""
    source = b.write(tmp_path / "zero-shot/r.json", document)
    assert commands.import_results(source) == 2
    assert "say which with --model NAME" in capsys.readouterr().err
    assert commands.import_results(source, model="acme/tiny") == 0
    assert query(tmp_path, "SELECT model FROM run") == [("acme/tiny",)]
    table = b.write(tmp_path / "t.csv", "model,benchmark,score\nacme/a,Toy,1\n")
    assert commands.import_results(table, model="acme/tiny") == 2


def test_an_adapter_stands_beside_its_base_on_the_leaderboard(tmp_path: Path) -> None:
    for name, more in (("base", ""), ("tuned", ",peft=lab/lora"), ("small", ",load_in_8bit=True")):
        document = b.lm_eval_results()
        document["config"]["model_args"] = f"pretrained=acme/tiny{more}"
        b.write(tmp_path / f"in/{name}/results_{b.DATE}.json", document)
    assert commands.import_results(tmp_path / "in") == 0
    assert query(tmp_path, "SELECT DISTINCT model FROM leaderboard ORDER BY 1") == [
        ("acme/tiny",),
        ("acme/tiny (8-bit)",),
        ("acme/tiny+lab/lora",),
    ]


def test_export_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = import_path(b.lm_eval_run(tmp_path / "in"), runs_dir=tmp_path / "runs")
    assert commands.export_runs(report.imported, "csv", tmp_path / "out") == 0
    assert commands.export_runs(report.imported, "eee", tmp_path / "out2", as_json=True) == 0
    assert all(Path(file).is_file() for file in json.loads(capsys.readouterr().out.splitlines()[-1])["files"])
