"""What bad input gets: a sentence that names the thing and the way out, and the right exit code."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from harness.__main__ import run
from harness.engine.source import ModelSource
from harness.store import run_folder
from harness.suites.load import FOLDER
from tests.runs.conftest import make_model

CALIBRATION = ["run", "--suite", "calibration", "--offline", "--device", "cpu", "--limit", "1"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("cli") / "tiny")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LANDSCAPE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("LANDSCAPE_DB", str(tmp_path / "db" / "landscape.duckdb"))
    monkeypatch.setenv("LANDSCAPE_PUBLIC_RUNS", str(tmp_path / "none"))  # five thousand runs, tested elsewhere
    monkeypatch.delenv("LANDSCAPE_HUB", raising=False)
    return tmp_path


Disk = Callable[[str], AbstractContextManager[Callable[[str], None]]]


@pytest.fixture
def disk(here: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    """A small disk of its own that holds runs and database; what it gives makes the disk larger."""

    @contextlib.contextmanager
    def mounted(options: str) -> Iterator[Callable[[str], None]]:
        place = here / "disk"
        place.mkdir()
        words = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
        if subprocess.run(words, capture_output=True).returncode:
            pytest.skip("this machine lets nobody mount a disk")
        monkeypatch.setenv("LANDSCAPE_RUNS", str(place / "runs"))
        monkeypatch.setenv("LANDSCAPE_DB", str(place / "db" / "landscape.duckdb"))
        try:
            yield (
                lambda size: (
                    subprocess.run(["mount", "-o", f"remount,size={size}", str(place)], check=True, capture_output=True)
                    and None
                )
            )
        finally:
            subprocess.run(["umount", "-l", str(place)], check=True)

    return mounted


def refuses(capsys: pytest.CaptureFixture[str], arguments: list[str], *words: str, code: int = 2) -> None:
    assert run(arguments) == code
    said = " ".join(capsys.readouterr().err.split())
    for word in words:
        assert word in said, said
    assert "Traceback" not in said


def changed(here: Path) -> bool:
    return bool(run_folder.sealed(here / "runs")) or (here / "db").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--suite", "no-such"], ("no suite 'no-such'", "core-en")),
        (["--engine", "warp"], ("Unknown engine 'warp'", "packed, hf")),
        (["--dtype", "fp7"], ("Unknown dtype 'fp7'", "fp32, bf16 or fp16")),
        (["--dtype", "fp16"], ("fp16 on a CPU", "--dtype fp32")),
        (["--device", "quantum"], ("Unknown device 'quantum'", "cpu, cuda")),
        (["--device", "cuda:99"], ("cuda:99", "--device cpu")),
        (["--limit", "0"], ("--limit is 0",)),
        (["--sample", "3"], ("--limit and --sample exclude each other",)),
        (["--precision", "7"], ("--precision is 7.0", "between 0 and 1")),
        (["--limit", "many"], ("--limit", "number")),
        (["--no-such-option"], ("--no-such-option",)),
    ],
)
def test_wrong_options(
    here: Path, tiny: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: tuple[str, ...]
) -> None:
    refuses(capsys, [*CALIBRATION, "--model", str(tiny), *arguments], *words)
    assert not changed(here)


def test_all_problems_at_once(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["run", "--suite", "none", "--engine", "warp", "--dtype", "fp7", "--limit", "0", "--model", str(tiny)]
    refuses(capsys, command, "no suite 'none'", "'warp'", "'fp7'", "--limit is 0")


def broken(kind: str, tiny: Path, folder: Path) -> None:
    shutil.copytree(tiny, folder)
    weights = folder / "model.safetensors"
    if kind == "empty":
        shutil.rmtree(folder)
        folder.mkdir()
    elif kind == "pickle":
        weights.rename(folder / "pytorch_model.bin")
    elif kind == "truncated":
        weights.write_bytes(weights.read_bytes()[:-100])
    elif kind == "short":
        weights.write_bytes(b"abc")
    elif kind == "pointer":
        weights.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n")
    elif kind == "header":
        weights.write_bytes(struct.pack("<Q", 4) + b"nope")
    elif kind == "config":
        (folder / "config.json").write_text("{")
    elif kind == "type":
        (folder / "config.json").write_text('{"model_type": "warp-drive"}')
    elif kind == "tokenizer":
        for name in ("tokenizer.json", "tokenizer_config.json"):
            (folder / name).unlink(missing_ok=True)
    elif kind == "eos":
        for name in ("tokenizer_config.json",):
            config = json.loads((folder / name).read_text())
            (folder / name).write_text(json.dumps({k: v for k, v in config.items() if k != "eos_token"}))
    elif kind == "index":
        (folder / "model.safetensors.index.json").write_text(
            '{"weight_map": {"a": "model-00002-of-00002.safetensors"}}'
        )


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("empty", ("is no model", "config.json")),
        ("pickle", ("only as pickle", "pytorch_model.bin", "safetensors")),
        ("truncated", ("model.safetensors is truncated", "Fetch it again")),
        ("short", ("is truncated", "3 bytes")),
        ("pointer", ("Git LFS pointer", "git lfs pull")),
        ("header", ("broken safetensors header",)),
        ("config", ("config.json is not valid JSON",)),
        ("type", ("warp-drive",)),
        ("tokenizer", ("no tokenizer",)),
        ("eos", ("no end-of-sequence token", "eos_token")),
        ("index", ("lacks 1 of its weight files", "model-00002-of-00002.safetensors")),
    ],
)
def test_folder_that_is_no_usable_model(
    here: Path, tiny: Path, capsys: pytest.CaptureFixture[str], kind: str, words: tuple[str, ...]
) -> None:
    broken(kind, tiny, here / "model")
    refuses(capsys, [*CALIBRATION, "--model", str(here / "model")], *words)
    assert not changed(here)


def test_unknown_model_says_where_it_looked(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refuses(capsys, [*CALIBRATION, "--model", "nobody/nothing"], "nobody/nothing", "--offline")
    refuses(capsys, [*CALIBRATION, "--model", str(here / "absent")], "no model folder")
    assert not changed(here)


def test_one_bad_model_does_not_stop_the_others(here: Path, tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [*CALIBRATION, "--json", "--model", str(here / "absent"), "--model", str(tiny)]
    assert run(command) == 1
    said = capsys.readouterr()
    out = json.loads(said.out)
    assert [(r["code"], r["suite"]) for r in out["runs"]] == [(2, "calibration"), (0, "calibration")]
    assert out["published"] is True
    assert len(run_folder.sealed(here / "runs")) == 1
    _, at_the_end = said.err.split("1 of 2 runs have no results:")
    assert str(here / "absent") in at_the_end and "no model folder" in at_the_end and str(tiny) not in at_the_end


def test_template_for_a_model_without_one(here: Path, tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refuses(
        capsys, [*CALIBRATION, "--chat-template", "--model", str(tiny)], "has no chat template", "drop --chat-template"
    )
    assert not changed(here)


def test_places_that_cannot_be_written_are_refused_before_any_work(
    here: Path, tiny: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "file").write_text("not a folder")
    monkeypatch.setenv("LANDSCAPE_DB", str(here / "file" / "landscape.duckdb"))
    monkeypatch.setenv("LANDSCAPE_RUNS", str(here / "file" / "runs"))
    words = ("file/runs cannot be written", "LANDSCAPE_RUNS", "landscape.duckdb could not be written", "LANDSCAPE_DB")
    refuses(capsys, [*CALIBRATION, "--model", str(tiny)], *words)
    assert sorted(p.name for p in here.iterdir()) == ["file"]


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="needs the rights to mount a disk")
def test_read_only_disk(here: Path, tiny: Path, capsys: pytest.CaptureFixture[str], disk: Disk) -> None:
    with disk("size=1m,ro"):
        words = ("runs cannot be written: Read-only file system", "db cannot be written", "LANDSCAPE_DB")
        refuses(capsys, [*CALIBRATION, "--model", str(tiny)], *words)
        refuses(capsys, ["db", "rebuild"], "cannot be written", "The database is unchanged")


@pytest.mark.parametrize("kibibytes", [8, 24, 40])
@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="needs the rights to mount a disk")
def test_full_disk_keeps_what_is_done(
    here: Path, tiny: Path, capsys: pytest.CaptureFixture[str], disk: Disk, kibibytes: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The disk fills in the journal, in the tables or in the database; with more room the same command ends the run."""
    monkeypatch.setattr("harness.runs.command.preflight._free", lambda folder: None)  # others fill it meanwhile
    command = [*CALIBRATION[:-1], "12", "--engine", "hf", "--model", str(tiny)]
    with disk(f"size={kibibytes}k") as grow:
        refuses(capsys, command, "disk is full", code=1)
        assert not list((here / "disk").rglob(".tmp-*"))
        grow("64m")
        assert run(command) == 0
        (folder,) = run_folder.sealed(here / "disk" / "runs")
        assert run(["db", "check"]) == 0
    assert folder.name.endswith(tuple("0123456789abcdef"))


def test_database_of_a_newer_version_is_refused_before_any_work(
    here: Path, tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import duckdb

    assert run(["db", "rebuild"]) == 0
    file = here / "db" / "landscape.duckdb"
    with duckdb.connect(str(file)) as con:
        con.execute("INSERT INTO migration VALUES (99, 'future', 'x')")
    before = file.read_bytes()
    for command in ([*CALIBRATION, "--model", str(tiny)], ["runs"], ["models"], ["db", "check"]):
        refuses(capsys, command, "made by a newer version of Landscape", "Update Landscape")
    assert file.read_bytes() == before and not run_folder.sealed(here / "runs")
    file.write_bytes(b"no database" * 1000)
    refuses(capsys, [*CALIBRATION, "--model", str(tiny)], "landscape.duckdb is no DuckDB database", "db rebuild")


def test_database_that_fails_in_the_end_keeps_the_run(
    here: Path, tiny: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.engine.hf import HFEngine

    plain = HFEngine.run

    def blocks(self: HFEngine, requests: object) -> object:
        (here / "db").write_text("in the way")
        return plain(self, requests)  # type: ignore[arg-type]

    monkeypatch.setattr(HFEngine, "run", blocks)
    command = [*CALIBRATION, "--engine", "hf", "--model", str(tiny)]
    refuses(capsys, command, "sealed, but not published", "harness db rebuild", code=1)
    assert len(run_folder.sealed(here / "runs")) == 1


def test_an_error_is_one_json_document_too(here: Path, tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (
        ["run", "--json", "--suite", "none", "--model", str(tiny)],
        ["run", "--json", "--suite", "none"],
        ["runs", "--json", "--origin", "guessed"],
        ["show", "--json", "x"],
    ):
        assert run(command) == 2
        said = capsys.readouterr()
        document = json.loads(said.out)
        assert document["code"] == 2 and document["error"] and "Traceback" not in said.err


def test_an_error_that_nobody_foresaw_is_a_sentence_and_stops_no_other_model(
    here: Path, tiny: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.engine import load

    plain, calls = load.load, []

    def surprises(*given: object) -> object:
        calls.append(given)
        if len(calls) == 1:
            raise ZeroDivisionError("division by zero")
        return plain(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(load, "load", surprises)
    other = make_model(here / "second", seed=2)
    assert run([*CALIBRATION, "--json", "--model", str(tiny), "--model", str(other)]) == 1
    said = capsys.readouterr()
    assert [r["code"] for r in json.loads(said.out)["runs"]] == [1, 0]
    assert "ZeroDivisionError: division by zero" in said.err and "Traceback" not in said.err


def test_task_that_lm_eval_lacks(here: Path, tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    suite = here / "mine.yaml"
    text = (FOLDER / "calibration.yaml").read_text(encoding="utf-8")
    suite.write_text(text.replace("task: landscape_cal_class", "task: no_such_task"), encoding="utf-8")
    command = ["run", "--suite", str(suite), "--offline", "--device", "cpu", "--model", str(tiny)]
    refuses(capsys, command, "no task 'no_such_task'", "harness suites check")
    suite.write_text(text.replace("name: calibration", "name: ../evil"), encoding="utf-8")
    refuses(capsys, command, "name is '../evil'", "use letters")
    assert not changed(here)


def test_data_file_with_wrong_columns(
    here: Path, tiny: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = here / "hub" / "roneneldan" / "TinyStories" / "default"
    folder.mkdir(parents=True)
    pq.write_table(pa.table({"txet": ["Once upon a time."]}), folder / "validation.parquet")
    monkeypatch.setenv("LANDSCAPE_HUB", str(here / "hub"))
    command = ["run", "--suite", "core-en", "--offline", "--device", "cpu", "--model", str(tiny)]
    refuses(capsys, command, "validation.parquet lacks text", "its columns are txet")
    assert not changed(here)


def test_options_that_cannot_be_kept(here: Path, tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refuses(capsys, [*CALIBRATION, "--revision", "main", "--model", str(tiny)], "has no revision 'main'")
    refuses(capsys, [*CALIBRATION, "--model", " "], "--model is empty")
    two = ["--model", str(tiny), "--model", "ref-s"]
    refuses(capsys, [*CALIBRATION, "--trust-remote-code", *two], "--trust-remote-code is said of one model")
    assert not changed(here)


def test_ctrl_c_keeps_finished_batches(
    here: Path, tiny: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.engine.hf import HFEngine

    plain, calls = HFEngine.run, []

    def interrupted(self: HFEngine, requests: object) -> object:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return plain(self, requests)  # type: ignore[arg-type]

    monkeypatch.setattr(HFEngine, "run", interrupted)
    refuses(
        capsys,
        [*CALIBRATION, "--engine", "hf", "--model", str(tiny)],
        "stopped; finished work is kept",
        "goes on from there",
        code=130,
    )
    assert not (here / "db").exists()
    (journal,) = (here / "runs" / ".journal").glob("*.jsonl")
    assert sum('"done"' in line for line in journal.read_text().splitlines()) == 1


def test_ctrl_c_publishes_what_was_sealed_before(
    here: Path, tiny: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.engine import load

    plain = load.load

    def stops(source: ModelSource, settings: object) -> object:
        if source.name == "second":
            raise KeyboardInterrupt
        return plain(source, settings)  # type: ignore[arg-type]

    monkeypatch.setattr(load, "load", stops)
    models = [str(tiny), str(make_model(here / "second", seed=2)), "ref-s"]
    assert run([*CALIBRATION, "--json", *(w for m in models for w in ("--model", m))]) == 130
    said = capsys.readouterr()
    assert "stopped; finished work is kept" in said.err and "Traceback" not in said.err
    assert "2 of 3 runs have no results:" in said.err and "1 more not begun" in said.err
    assert [r["code"] for r in json.loads(said.out)["runs"]] == [0, 130]
    assert run(["runs", "--json"]) == 0
    assert [r["model"] for r in json.loads(capsys.readouterr().out)] == ["tiny"]


@pytest.mark.parametrize("command", [["vendors"], ["models"], ["runs"]])
def test_the_first_reading_command_makes_the_database(
    here: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert run([*command, "--json"]) == 0
    said = capsys.readouterr()
    assert isinstance(json.loads(said.out), list)
    assert "There is no database yet: making it" in said.err and "The database is made" in said.err
    assert run([*command, "--json"]) == 0
    assert capsys.readouterr().err == ""
    assert run(["db", "check"]) == 0


def test_a_run_that_is_not_there_is_a_sentence_after_the_database_is_made(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refuses(capsys, ["show", "x"], "making it", "There is no run 'x'")


def test_two_reading_commands_at_once_make_the_database_once(here: Path) -> None:
    words = [sys.executable, "-m", "harness", "vendors", "--json"]
    both = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert len({out for out, _ in said}) == 1 and json.loads(said[0][0])
    assert sum("The database is made" in err for _, err in said) == 1
    assert not [p for p in (here / "db").iterdir() if ".tmp-" in p.name]


def test_a_place_where_no_database_can_be_made_is_a_sentence(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "db").write_text("in the way")
    refuses(capsys, ["vendors"], "landscape.duckdb could not be written", "LANDSCAPE_DB")


def test_published_run_is_listed_and_shown(here: Path, tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*CALIBRATION, "--model", str(tiny)]) == 0
    assert "landscape_cal_class" in capsys.readouterr().out
    assert run(["runs", "--suite", "calibration", "--model", "tiny", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert run(["show", row["run_id"][-8:], "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["run"]["run_id"] == row["run_id"]
    assert {r["metric"] for r in shown["results"]} >= {
        "acc",
        "bits_per_byte",
        "text_bits_per_byte",
        "exact_match",
        "macro_f1",
    }
    assert all({"low", "high", "stderr", "n"} <= set(r) for r in shown["results"])
    assert run(["show", row["run_id"]]) == 0
    assert "verdict: not valid" in capsys.readouterr().out
    refuses(capsys, ["show", "nothing-like-it"], "There is no run 'nothing-like-it'")
    assert run(["db", "check"]) == 0


def test_a_damaged_run_does_not_stop_a_new_one(here: Path, tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*CALIBRATION, "--model", str(tiny)]) == 0
    (first,) = run_folder.sealed(here / "runs")
    (first / "manifest.json").write_text('{"run_id": NaN, "x": ' + "[" * 50_000, encoding="utf-8")
    (here / "runs" / ".tmp-1-run").mkdir()
    capsys.readouterr()
    assert run([*CALIBRATION, "--json", "--model", str(tiny)]) == 1  # the damaged run's plan is run again
    said = capsys.readouterr()
    document = json.loads(said.out)
    assert document["published"] is True and document["runs"][0]["existing"] is False
    for text in (said.err, document["problem"]):
        assert str(first) in text and "db rebuild" in text and "Traceback" not in text
    assert "did not foresee" not in said.err
    assert not (here / "runs" / ".tmp-1-run").exists()
    assert run(["db", "rebuild"]) == 1
    assert run(["db", "check", "--json"]) == 1
    assert len(json.loads(capsys.readouterr().out.split("\n", 1)[1])["problems"]) == 1
    shutil.rmtree(first)
    assert run(["db", "rebuild"]) == 0 and run(["db", "check"]) == 0
    assert run(["runs", "--json"]) == 0
    assert [r["run_id"] for r in json.loads(capsys.readouterr().out.split("ok\n")[1])] == [
        document["runs"][0]["run_id"]
    ]


def test_the_same_command_publishes_a_run_that_was_sealed_but_not_published(
    here: Path, tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [*CALIBRATION, "--model", str(tiny)]
    assert run(command) == 0
    (here / "db" / "landscape.duckdb").unlink()
    (done,) = run_folder.sealed(here / "runs")
    journal = here / "runs" / ".journal" / f"{run_folder.read_manifest(done)['plan']['hash']}.jsonl"
    journal.write_text("{}\n", encoding="utf-8")  # as a kill right after sealing leaves it
    assert run(command) == 0
    assert not journal.exists() and len(run_folder.sealed(here / "runs")) == 1
    assert run(["db", "check"]) == 0


def test_suites_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["suites", "--json"]) == 0
    assert [s["name"] for s in json.loads(capsys.readouterr().out)] == sorted(p.stem for p in FOLDER.glob("*.yaml"))
    assert run(["suites"]) == 0
    assert "mmlu" in capsys.readouterr().out


def test_site_refuses_a_taken_port(capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        taken.listen()
        refuses(capsys, ["site", "--port", str(taken.getsockname()[1])], "is taken", "--port")
    refuses(capsys, ["site", "--port", "99999"], "99999 is no port")


def test_corrupted_catalog_leaves_the_old_database(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness import places

    catalog = here / "catalog"
    shutil.copytree(places.packaged_catalog(), catalog)
    monkeypatch.setenv("LANDSCAPE_CATALOG", str(catalog))
    assert run(["db", "rebuild"]) == 0
    before = (here / "db" / "landscape.duckdb").read_bytes()
    vendors = (catalog / "vendors.csv").read_text(encoding="utf-8").splitlines()
    vendors[3] = vendors[3].replace(vendors[3].split(",")[1], "=HYPERLINK(1)", 1)
    (catalog / "vendors.csv").write_text("\n".join(vendors) + "\n", encoding="utf-8")
    refuses(capsys, ["db", "rebuild"], "vendors.csv", "row 4", "name_en")
    assert (here / "db" / "landscape.duckdb").read_bytes() == before


def test_models_are_compared_on_the_suite_they_share(
    here: Path, tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = make_model(here / "second", seed=2)
    two = ["--limit", "6", "--model", str(tiny), "--model", str(other)]
    assert run([*CALIBRATION[:-2], *two]) == 0
    capsys.readouterr()
    assert run(["compare", "tiny", "second", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["suite"] == "calibration" and made["models"] == ["tiny", "second"]
    tasks = {row["task"]: row for row in made["tasks"]}
    row = tasks["landscape_cal_text"]
    scores = {s["model"]: s["score"] for s in made["scores"] if s["task"] == "landscape_cal_text"}
    assert row["difference"] == pytest.approx(scores[row["model_a"]] - scores[row["model_b"]])
    assert row["low"] < row["difference"] < row["high"] and row["n"] == 6
    assert run(["compare", "tiny", "second"]) == 0
    assert "landscape_cal_class (acc)" in capsys.readouterr().out
    refuses(capsys, ["compare", "tiny"], "at least two models")
    refuses(capsys, ["compare", "tiny", "nobody"], "no model 'nobody' among the runs")
    refuses(capsys, ["compare", "tiny", "tiny", "second"], "twice")
    refuses(capsys, ["compare", "tiny", "second", "--suite", "core-en"], "No suite has item outcomes of all 2")


def test_missing_engine_half_is_a_sentence(
    tiny: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "torch", None)
    import harness.runs.commands as command

    def absent(*_: object) -> None:
        import torch  # noqa: F401

    monkeypatch.setattr(command, "prepare", absent)
    refuses(capsys, [*CALIBRATION, "--model", str(tiny)], "needs torch", "landscape-harness[engine]")
