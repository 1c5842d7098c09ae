"""Commands of several hosts around one URL: what one seals, imports or measures, the others publish, show and check."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import places
from harness.commands import database
from harness.errors import MissingData, StoreError
from harness.interchange import commands as interchange
from harness.store.opening import bring_up_to_date
from harness.store.remote import in_use, shared
from harness.store.remote.objects import Objects
from harness.store.samples import samples_path
from tests.store.conftest import make_catalog, make_run, published_runs

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bucket: str) -> Callable[[str], Path]:
    """Work as this host, with runs and database at URLs; its folder of runs."""
    monkeypatch.setenv("LANDSCAPE_RUNS", f"s3://{bucket}/land/")
    monkeypatch.setenv("LANDSCAPE_DB", f"s3://{bucket}/land/database/landscape.duckdb")
    monkeypatch.setenv("LANDSCAPE_CATALOG", str(make_catalog(tmp_path / "catalog")))
    monkeypatch.setenv("LANDSCAPE_PUBLIC_RUNS", str(tmp_path / "none"))
    monkeypatch.setattr("harness.catalog.checks.require_sound", lambda *a: None)

    def here(host: str) -> Path:
        monkeypatch.setenv("LANDSCAPE_CACHE", str(tmp_path / host))
        places.runs().mkdir(parents=True, exist_ok=True)
        return places.runs()

    return here


def results(folder: Path, model: str) -> Path:
    """A leaderboard of enough models for run tables."""
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        "model_name": model,
        "config_general": {"model_name": model},
        "results": {"arc_easy": {"acc,none": 0.5, "acc_stderr,none": 0.01, "alias": "arc_easy"}},
        "versions": {"arc_easy": 1.0},
        "n-shot": {"arc_easy": 0},
        "configs": {"arc_easy": {"task": "arc_easy", "num_fewshot": 0}},
        "n-samples": {"arc_easy": {"original": 100, "effective": 100}},
        "config": {"model": "hf", "model_args": f"pretrained={model}"},
        "date": 1767225600.0,
    }
    (folder / "results_2026-01-01T00-00-00.000000.json").write_text(json.dumps(document))
    return folder


def test_every_host_publishes_what_all_have_sealed(at: Callable[[str], Path]) -> None:
    first = make_run(at("one"), 1)
    assert bring_up_to_date().runs == [first.name]
    second = make_run(at("two"), 2)
    assert bring_up_to_date().runs == [second.name]
    assert not (places.runs() / first.name).exists()  # the shared database has it: its folder is not needed here
    at("three")
    assert bring_up_to_date().runs == []
    assert published_runs(places.database()) == [first.name, second.name]
    assert database.check(as_json=True) == 0
    assert database.rebuild() == 0
    at("one")
    in_use.follow()
    copy = in_use.database()
    assert copy is not None
    copy.bring()  # or the follower has brought it meanwhile
    assert published_runs(places.database()) == [first.name, second.name]


def test_prompts_of_another_hosts_run_are_brought_when_they_are_asked_for(at: Callable[[str], Path]) -> None:
    run = make_run(at("one"), 1)
    bring_up_to_date()
    at("site")
    assert samples_path(run.name).read_bytes() == (run / "samples.parquet").read_bytes()
    with pytest.raises(MissingData):
        samples_path("20260101T000000Z-nobody-tiny-00000000")


def test_an_import_is_every_hosts(
    at: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at("one")
    assert interchange.import_results(results(tmp_path / "theirs", "acme/other"), as_json=True) == 0, (
        capsys.readouterr()
    )
    (run,) = json.loads(capsys.readouterr().out)["imported"]
    at("two")
    assert interchange.import_results(tmp_path / "theirs", as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["imported"], told["existing"]) == ([], [run])
    assert published_runs(places.database()) == [run]


def test_a_pack_that_came_meanwhile_stays_in_the_database(
    at: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Another host's pack comes between this host's gathering and its lease: it is gathered once more."""
    at("two")
    seen: list[Path] = []
    gather = shared.gather

    def counted(db: Path, runs: Path, *, whole: bool = True) -> None:
        gather(db, runs, whole=whole)
        if not seen:
            copies = in_use.runs()
            assert copies is not None
            copies.objects.write(f"packs/import-{'a' * 16}.reported_score.parquet", b"no parquet")
        seen.append(runs)

    monkeypatch.setattr(shared, "gather", counted)
    loaded = bring_up_to_date()
    assert len(seen) == 2
    assert (places.runs() / "packs" / f"import-{'a' * 16}.reported_score.parquet").exists()
    assert any("import-aaaa" in problem for problem in loaded.problems)


def test_a_run_is_published_here_while_the_url_of_runs_is_silent(
    at: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_run(at("one"), 1)
    monkeypatch.setattr("harness.store.remote.attempts.PATIENCE", 0.0)
    monkeypatch.setenv("LANDSCAPE_DB", str(tmp_path / "own.duckdb"))
    copies = in_use.runs()
    assert copies is not None
    monkeypatch.setattr(copies.objects._fs, "ls", lambda *a, **k: (_ for _ in ()).throw(OSError(5, "dead")))
    monkeypatch.setattr(copies.objects._fs, "info", lambda *a, **k: (_ for _ in ()).throw(OSError(5, "dead")))
    assert bring_up_to_date().runs == [run.name]
    assert "does not answer" in capsys.readouterr().err
    monkeypatch.setenv("LANDSCAPE_DB", f"{copies.objects.url}/database/landscape.duckdb")
    with pytest.raises(StoreError, match="does not answer"):
        bring_up_to_date()


def test_a_damaged_run_at_the_url_is_named_and_left_out(at: Callable[[str], Path]) -> None:
    good, bad = make_run(at("one"), 1), make_run(places.runs(), 2)
    copies = in_use.runs()
    assert copies is not None
    copies.send_missing()
    raw = (bad / "manifest.json").read_bytes().replace(b'"dtype": "float32"', b'"dtype": "float99"')
    copies.objects.write(f"{bad.name}/manifest.json", raw)
    at("two")
    loaded = bring_up_to_date()
    assert loaded.runs == [good.name]
    assert len(loaded.problems) == 1 and "has been changed since the run was sealed" in loaded.problems[0]


@pytest.mark.parametrize("command", [["runs", "--json"], ["db", "check"]])
def test_without_a_url_fsspec_is_not_imported(tmp_path: Path, command: list[str]) -> None:
    code = (
        "import sys; from harness.__main__ import run; run(sys.argv[1:]); "
        "sys.exit(3 if {'fsspec', 's3fs'} & set(sys.modules) else 0)"
    )
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "LANDSCAPE_RUNS": str(tmp_path / "runs"),
        "LANDSCAPE_DB": str(tmp_path / "land.duckdb"),
        "LANDSCAPE_PUBLIC_RUNS": str(tmp_path / "none"),
        "LANDSCAPE_MEASURED_RUNS": str(tmp_path / "none"),
    }
    done = subprocess.run(
        [sys.executable, "-c", code, *command], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert Objects.__module__ == "harness.store.remote.objects"


def test_urls_become_folders_of_the_cache_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDSCAPE_CACHE", str(tmp_path))
    seen = set()
    for url in ("s3://a/b", "s3://a/b/../../c", "file:///../../etc", "s3://a/" + "x" * 900, "memory://ü/北京"):
        monkeypatch.setenv("LANDSCAPE_RUNS", url)
        assert places.runs().parent.parent == tmp_path and places.runs().name == "runs"
        seen.add(places.runs())
        monkeypatch.setenv("LANDSCAPE_RUNS", url + "/")
        assert places.runs() in seen
    assert len(seen) == 5
    monkeypatch.setenv("LANDSCAPE_RUNS", str(tmp_path / "plain"))
    assert places.runs() == tmp_path / "plain" and places.runs_url() is None and in_use.runs() is None
