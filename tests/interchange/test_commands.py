"""What the commands do: exit codes, messages, the database; importing twice changes nothing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import duckdb
import pytest

from harness.errors import BadInput, MissingData
from harness.interchange import commands
from harness.interchange.foreign.owners import owner, public_name
from harness.interchange.foreign.privacy import extras, without_paths
from harness.interchange.importing import PACK_FROM, import_path
from harness.interchange.record import Refused
from harness.offline import commands as offline_commands
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


def test_many_records_are_packed_and_published(tmp_path: Path) -> None:
    lines = "".join(json.dumps(b.eee_record(f"acme/m{i}")) + "\n" for i in range(PACK_FROM + 1))
    path = b.write(tmp_path / "many.jsonl", lines + lines.splitlines()[0] + "\nnot json\n")
    assert commands.import_results(path) == 1
    assert query(tmp_path, "SELECT count(*), count(DISTINCT model) FROM run") == [(PACK_FROM + 1, PACK_FROM + 1)]
    assert query(tmp_path, "SELECT count(*) FROM result") == [(2 * (PACK_FROM + 1),)]
    again = import_path(path, runs_dir=tmp_path / "runs")
    assert not again.imported and len(set(again.existing)) == PACK_FROM + 1


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


def test_a_table_without_meaning_asks_for_a_mapping(tmp_path: Path) -> None:
    report = import_path(b.write(tmp_path / "t.csv", "name,x\na,1\n"), runs_dir=tmp_path / "r")
    assert "--mapping" in report.refused[0].reason
    bad = b.write(tmp_path / "bad.yaml", "scores: {x: {unit: miles}}\nreporter: me\n")
    with pytest.raises(BadInput, match="cannot be used") as caught:
        import_path(tmp_path / "t.csv", runs_dir=tmp_path / "r", mapping=bad)
    assert len(caught.value.problems) == 4
    other = b.write(tmp_path / "other.yaml", "model: y\nscores: {x: MMLU}\n")
    report = import_path(tmp_path / "t.csv", runs_dir=tmp_path / "r", mapping=other)
    assert "lacks the columns y" in report.refused[0].reason


def test_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(MissingData):
        import_path(tmp_path / "nowhere", runs_dir=tmp_path / "r")
    with pytest.raises(BadInput, match="There is no format 'x'"):
        import_path(tmp_path, "x", runs_dir=tmp_path / "r")


def test_progress_is_told_by_file(tmp_path: Path) -> None:
    for i in range(3):
        b.write(tmp_path / f"in/{i}.json", b.old_results(extra=i))
    seen: list[tuple[int, str]] = []
    import_path(tmp_path / "in", runs_dir=tmp_path / "r", progress=lambda done, label: seen.append((done, label)))
    assert seen == [(0, "0.json"), (1, "1.json"), (2, "2.json"), (3, "")]


def test_links_and_pointers_are_named(tmp_path: Path) -> None:
    b.write(tmp_path / "secret.json", b.old_results())
    (tmp_path / "in").mkdir()
    (tmp_path / "in/link.json").symlink_to(tmp_path / "secret.json")
    b.write(tmp_path / "in/big.json", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    report = import_path(tmp_path / "in", runs_dir=tmp_path / "r")
    assert {r.file: r.reason.split(";")[0] for r in report.refused} == {
        "link.json": "is a symbolic link",
        "big.json": "is a Git LFS or git-annex pointer, not the file itself",
    }


def test_export_and_pack_commands(tmp_path: Path, shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = import_path(b.lm_eval_run(tmp_path / "in"), runs_dir=tmp_path / "runs")
    assert commands.export_runs(report.imported, "csv", tmp_path / "out") == 0
    assert commands.export_runs(report.imported, "eee", tmp_path / "out2", as_json=True) == 0
    model = str(shared / "models/stories260K")
    assert offline_commands.data_pack(tmp_path / "p.tar", models=[model], offline=True) == 0
    assert offline_commands.data_unpack(tmp_path / "p.tar", tmp_path / "t") == 0
    assert offline_commands.data_pack(tmp_path / "q", models=[model], offline=True, as_json=True) == 0
    assert offline_commands.data_unpack(tmp_path / "q", tmp_path / "u", as_json=True) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["hub"].endswith("u/hub")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("/data/public_models/huggingface/google/gemma-2b", "google/gemma-2b"),
        ("/home/ann/my-model", "my-model"),
        ("~/.cache/huggingface/hub/models--Qwen--Qwen2.5-7B/snapshots/abc", "Qwen/Qwen2.5-7B"),
        ("C:\\Users\\ann\\models\\x", "x"),
        ("meta-llama/Llama-3.1-8B", "meta-llama/Llama-3.1-8B"),
        ("gpt2", "gpt2"),
    ],
)
def test_names_of_models_show_no_folders(given: str, shown: str) -> None:
    assert public_name(given) == shown


def test_models_of_the_catalog_by_hub_id_and_alias(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "cat"
    b.write(
        folder / "models.csv", "model_id,vendor_id,name,hub_id\npythia-70m,eleutherai,Pythia,EleutherAI/pythia-70m\n"
    )
    b.write(folder / "vendors.csv", "vendor_id\neleutherai\nqwen\n")
    b.write(folder / "aliases.csv", "kind,alias,id\nmodel,py70,pythia-70m\nvendor,qwen-team,qwen\n")
    monkeypatch.setenv("LANDSCAPE_CATALOG", str(folder))
    for name in ("EleutherAI/pythia-70m", "eleutherai/Pythia-70m", "py70", "EleutherAI/pythia-v1.1-70m", "ollama/py70"):
        assert owner(name).model_id == "pythia-70m", name
    assert (owner("qwen-team/x").model_id, owner("qwen-team/x").vendor_id) == (None, "qwen")
    assert owner("nobody/x").vendor_id is None


def test_unknown_fields_are_bounded_and_free_of_private_things() -> None:
    deep: dict[str, object] = {}
    deep["deep"] = {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {"i": 1}}}}}}}}}
    kept = extras(
        {
            **deep,
            "api_key": "k",
            "hostname": "h",
            "x": float("nan"),
            "n": 10**400,
            "many": list(range(1000)),
            "long": "y" * 9999,
        }
    )
    assert "api_key" not in kept and "hostname" not in kept
    assert kept["x"] == "nan" and len(kept["many"]) == 65 and len(kept["long"]) == 501
    json.dumps(kept, allow_nan=False)
    text = without_paths("see /home/ann/x.py and http://127.0.0.1:80/v1 or https://example.org/a/b with hf_abcdefghijk")
    assert text == "see …/x.py and … or https://example.org/a/b with …"


def test_refused_files_are_failures_unless_they_hold_nothing() -> None:
    assert Refused("a", "b").failed
