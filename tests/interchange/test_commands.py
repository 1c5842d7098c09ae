"""What the commands do: exit codes, messages, the database; importing twice changes nothing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import duckdb
import pytest

from harness.errors import BadInput, RunFailed, StoreRefused
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


def test_a_corrected_mapping_replaces_the_run_in_folder_and_database(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    matrix = b.write(tmp_path / "m.csv", "who,task,ok,usd\nm,a,1,1\nm,b,0,2\nn,a,1,1\nn,b,1,1\n")
    first = "columns: {model: who, item: task, value: ok, cost_usd: usd}\nconstants: {benchmark: toy, licence: MIT}\n"
    mapping = b.write(tmp_path / "map.yaml", first)
    assert commands.import_results(matrix, mapping=mapping) == 0
    assert query(tmp_path, "SELECT model FROM leading_run ORDER BY ALL") == [("m",), ("n",)]
    b.write(mapping, first + "verdicts: [{model: m, benchmark: toy, code: broken, message: It broke.}]\n")
    capsys.readouterr()
    assert commands.import_results(matrix, mapping=mapping) == 0
    said = capsys.readouterr().out
    assert "1 runs imported, 1 were there already, 1 of another mapping replaced" in said
    assert query(tmp_path, "SELECT model, valid FROM run ORDER BY ALL") == [("m", False), ("n", True)]
    assert query(tmp_path, "SELECT count(*), count(DISTINCT run_id) FROM outcome") == [(8, 2)]
    assert len([p for p in (tmp_path / "runs").iterdir() if p.is_dir() and p.name.startswith("0")]) == 2
    before, database = state(tmp_path / "runs"), (tmp_path / "db.duckdb").read_bytes()
    assert commands.import_results(matrix, mapping=mapping) == 0
    assert state(tmp_path / "runs") == before and (tmp_path / "db.duckdb").read_bytes() == database
    b.write(matrix, "who,task,ok,usd\nm,a,1,1\nm,b,x,2\n")
    assert commands.import_results(matrix, mapping=mapping) == 2 and state(tmp_path / "runs") == before


@pytest.mark.parametrize("name", ["again.csv", "m.jsonl"])
def test_the_same_matrix_from_another_file_in_a_second_folder_of_runs_is_the_same_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    from harness.store.check import check

    text = "columns: {model: who, item: task, value: ok}\nconstants: {benchmark: toy, source: Toy}\n"
    mapping = b.write(tmp_path / "map.yaml", text)
    assert commands.import_results(b.write(tmp_path / "m.csv", "who,task,ok\nm,a,1\nm,b,0\n"), mapping=mapping) == 0
    database = (tmp_path / "db.duckdb").read_bytes()
    monkeypatch.setenv("LANDSCAPE_RUNS", str(tmp_path / "second"))
    same = '{"who": "m", "task": "a", "ok": 1}\n{"who": "m", "task": "b", "ok": 0}'
    other = b.write(tmp_path / name, same if name == "m.jsonl" else "who,task,ok\nm,a,1\nm,b,0\n")
    assert commands.import_results(other, mapping=mapping) == 0
    assert "damaged" not in capsys.readouterr().err and (tmp_path / "db.duckdb").read_bytes() == database
    args = tmp_path / "db.duckdb", tmp_path / "catalog", tmp_path / "public", tmp_path / "second"
    assert not [line for line in check(*args) if "Run " in line]
    manifest = next((tmp_path / "second").glob("*/manifest.json"))
    manifest.write_text(manifest.read_text().replace('"valid": true', '"valid": false'))
    assert commands.import_results(other, mapping=mapping) == 1  # that one is damaged
    assert [line for line in check(*args) if "manifest.json has been changed" in line]


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
    found = query(tmp_path, "SELECT model_id, benchmark_id, score, unit, reporter, as_of::VARCHAR FROM reported_score")
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


def test_the_first_import_also_brings_the_catalog_and_the_public_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from harness.__main__ import run
    from tests.store.test_ingest import make_public

    monkeypatch.delenv("LANDSCAPE_CATALOG")
    (tmp_path / "elsewhere").mkdir()
    make_public(tmp_path / "public", tmp_path / "elsewhere", 1)
    assert run(["import", str(b.lm_eval_run(tmp_path / "in"))]) == 0
    assert query(tmp_path, "SELECT count(*) FROM run") == [(2,)]
    assert query(tmp_path, "SELECT count(*) > 100 FROM model") == [(True,)]
    assert run(["db", "check"]) == 0, capsys.readouterr()


def test_what_lies_sealed_but_unpublished_is_published_by_the_same_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = b.lm_eval_run(tmp_path / "in")
    lines = "".join(json.dumps(b.eee_record(f"acme/m{i}")) + "\n" for i in range(TABLES_FROM))
    many = b.write(tmp_path / "many.jsonl", lines)
    for path in (source, many):  # as an import that is killed before it publishes leaves them
        assert import_path(path, runs_dir=tmp_path / "runs").imported
    assert commands.import_results(source) == 0
    said = capsys.readouterr().out
    assert "0 runs imported, 1 were there already (1 of them only now in the database)" in said
    assert f"{TABLES_FROM} sealed earlier are now in the database too" in said
    assert query(tmp_path, "SELECT count(*) FROM run") == [(TABLES_FROM + 1,)]
    assert commands.import_results(many) == 0
    assert f"0 runs imported, {TABLES_FROM} were there already, 0 files" in capsys.readouterr().out


def test_an_import_that_cannot_be_published_says_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from harness.store import publish

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    source = b.lm_eval_run(tmp_path / "in")
    with monkeypatch.context() as patch:
        patch.setattr(publish, "_put_in_place", full)
        with pytest.raises(RunFailed) as caught:
            commands.import_results(source)
    text = str(caught.value)
    assert "Nothing was changed" not in text and "disk is full" in text
    assert f"The import is kept in {tmp_path / 'runs'} (1 run)" in text and "the same command publishes it" in text
    assert commands.import_results(source) == 0
    assert query(tmp_path, "SELECT count(*) FROM run") == [(1,)]


def test_a_database_that_is_none_of_ours_is_refused_before_anything_is_imported(tmp_path: Path) -> None:
    (tmp_path / "db.duckdb").write_bytes(b"no database" * 1000)
    with pytest.raises(StoreRefused, match="is no DuckDB database"):
        commands.import_results(b.lm_eval_run(tmp_path / "in"))
    assert not (tmp_path / "runs").exists()


def test_half_a_pack_is_swept_and_imported_again(tmp_path: Path) -> None:
    lines = "".join(json.dumps(b.eee_record(f"acme/m{i}")) + "\n" for i in range(TABLES_FROM))
    many = b.write(tmp_path / "many.jsonl", lines)
    assert commands.import_results(many) == 0
    packs = tmp_path / "runs" / "packs"
    (run_file,) = packs.glob("*.run.parquet")
    run_file.unlink()  # a kill between two renamings, and what an earlier version left
    (packs / ".tmp-999999-import-0123456789abcdef.perf.parquet").write_bytes(b"PAR1")
    (packs / ".tmp-1-import-0123456789abcdef.run.parquet").write_bytes(b"PAR1")
    (packs / "import-0123456789abcdef.result.parquet").write_bytes(b"PAR1")
    (packs / "theirs.result.parquet").write_bytes(b"PAR1")
    assert commands.import_results(many) == 0
    names = sorted(p.name.split(".", 1)[1] for p in packs.iterdir())
    assert names == ["perf.parquet", "result.parquet", "result.parquet", "run.parquet"]
    assert query(tmp_path, "SELECT count(*) FROM run") == [(TABLES_FROM,)]


def test_a_damaged_run_of_another_import_is_named_and_the_new_one_published(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = b.write(tmp_path / "a.json", b.old_results())
    assert commands.import_results(first) == 0
    (folder,) = [p for p in (tmp_path / "runs").iterdir() if not p.name.startswith(".")]
    (folder / "results.parquet").write_bytes(b"PAR1")
    capsys.readouterr()
    assert commands.import_results(b.lm_eval_run(tmp_path / "in"), as_json=True) == 1
    said = capsys.readouterr()
    document = json.loads(said.out)
    assert document["imported"] == document["published"] and len(document["problems"]) == 1
    assert str(folder) in said.err and "harness db rebuild" in said.err
    assert query(tmp_path, "SELECT count(*) FROM run") == [(2,)]  # the damaged one as it was published


def test_a_damaged_run_is_not_exported(tmp_path: Path) -> None:
    report = import_path(b.lm_eval_run(tmp_path / "in"), runs_dir=tmp_path / "runs")
    path = report.folders[0] / "samples.parquet"
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(BadInput, match=f"run {report.imported[0]} is damaged"):
        commands.export_runs(report.imported, "csv", tmp_path / "out")


def test_a_catalog_that_is_not_sound_does_not_keep_runs_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    b.write(tmp_path / "catalog" / "vendors.csv", "vendor_id\nx\n")
    assert commands.import_results(b.lm_eval_run(tmp_path / "in")) == 1
    said = capsys.readouterr().err
    assert "the catalog there is the old one" in said and "vendors.csv" in said and "damaged run" not in said
    assert query(tmp_path, "SELECT count(*) FROM run") == [(1,)]
