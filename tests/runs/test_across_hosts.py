"""A plan across hosts: sealed once, held once, gone on with elsewhere, equal to a run on one host that nothing disturbed."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from rich.console import Console

from benchmarks import forked_commands
from harness import places
from harness.errors import PlanHeld
from harness.runs.execute import Outcome, run_model
from harness.runs.journal import journal
from harness.runs.progress import Progress
from harness.store import run_folder
from harness.store.remote import in_use, journal_parts, lease, lease_terms
from harness.store.remote.objects import Objects
from harness.suites.model import Suite
from tests.runs.conftest import options
from tests.runs.test_kill import rows
from tests.store.conftest import published_runs
from tests.store.remote.conftest import KEYS, Away, Flaky, address, away, bucket, server  # noqa: F401

ROOT = Path(__file__).resolve().parents[2]


class Said(Progress):
    """Keeps what is said, and stops a run after some of its batches, as a full disk or a broken card would."""

    def __init__(self, stop_after: int | None = None) -> None:
        super().__init__(Console(quiet=True))
        self.lines, self._left = list[str](), stop_after

    def say(self, text: str) -> None:
        self.lines.append(text)

    def step(self, text: str) -> None:
        pass

    def bar(self, title: str, total: int) -> Any:
        bar = super().bar(title, total)
        if not title.endswith("scoring") or self._left is None:
            return bar
        return _Stopping(bar, self._left)


class _Stopping:
    def __init__(self, bar: Any, left: int) -> None:
        self._bar, self._left = bar, left

    def __enter__(self) -> Callable[[int], None]:
        advance = self._bar.__enter__()

        def count(number: int) -> None:
            self._left -= 1
            if self._left < 0:
                raise KeyboardInterrupt
            advance(number)

        return count

    def __exit__(self, *error: object) -> None:
        self._bar.__exit__(*error)


class Hosts:
    """Hosts that share a URL, each with a cache of its own."""

    def __init__(self, url: str, folder: Path, monkeypatch: pytest.MonkeyPatch, model: Path, suite: Suite) -> None:
        self.url, self.objects = url, Objects(url)
        self._folder, self._patch, self._model, self._suite = folder, monkeypatch, model, suite

    def at(self, name: str) -> Path:
        """Work on this host; its folder of runs."""
        self._patch.setenv("LANDSCAPE_RUNS", self.url)
        self._patch.setenv("LANDSCAPE_CACHE", str(self._folder / name))
        self._patch.setenv("LANDSCAPE_DB", str(self._folder / name / "landscape.duckdb"))
        return places.runs()

    def run(self, name: str, show: Progress | None = None, **changes: Any) -> Outcome:
        """Run the plan on a host."""
        asked = options(**({"engine": "hf", "limit": 2} | changes))
        return run_model(str(self._model), self._suite, asked, self.at(name), show or Said())


@pytest.fixture
def hosts(
    address: Callable[[str], str],  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tiny_model: Path,
    calibration: Suite,
) -> Callable[[str], Hosts]:
    monkeypatch.setenv("LANDSCAPE_LEASE", "2")
    return lambda kind: Hosts(address(kind), tmp_path, monkeypatch, tiny_model, calibration)


@pytest.fixture
def whole(tiny_model: Path, calibration: Suite, tmp_path: Path) -> Path:
    """The run of one host that nothing disturbed."""
    return run_model(str(tiny_model), calibration, options(engine="hf", limit=2), tmp_path / "whole", Said()).folder


def same(one: Path, two: Path) -> None:
    for table in ("results", "samples"):
        assert rows(one, table) == rows(two, table)


@pytest.mark.parametrize("kind", ["s3", "file"])
def test_a_plan_that_another_host_sealed_is_not_computed_again(hosts: Callable[[str], Hosts], kind: str) -> None:
    shared = hosts(kind)
    first = shared.run("one")
    second = shared.run("two")
    assert (first.existing, second.existing) == (False, True)
    assert second.folder.name == first.folder.name and second.folder.is_relative_to(places.cache())
    same(first.folder, second.folder)
    assert first.folder.name in shared.objects.names().folders and not shared.objects.names(".journal").folders
    assert not shared.run("two", again=True).existing


def test_another_host_goes_on_where_one_stopped(hosts: Callable[[str], Hosts], whole: Path) -> None:
    shared = hosts("s3")
    with pytest.raises(KeyboardInterrupt):
        shared.run("one", Said(stop_after=3))
    done = shared.run("two")
    same(done.folder, whole)
    manifest = run_folder.read_manifest(done.folder)
    assert manifest["journal"]["starts"] == 2 and not manifest["perf"]["complete"]
    assert manifest["journal"]["begun"] == manifest["journal"]["done"] == manifest["plan"]["batches"]
    assert "machines" not in [finding["code"] for finding in manifest["verdict"]]


@pytest.mark.parametrize("second", ["An Other Card, torch 9", None])
@pytest.mark.parametrize("at_url", [True, False])
def test_another_type_of_machine_is_in_the_manifest_and_the_same_type_is_not(
    hosts: Callable[[str], Hosts],
    tiny_model: Path,
    calibration: Suite,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    second: str | None,
    at_url: bool,
) -> None:
    shared = hosts("file")

    def run(name: str, show: Said) -> Outcome:
        if at_url:
            return shared.run(name, show)
        return run_model(str(tiny_model), calibration, options(engine="hf", limit=2), tmp_path / "folder", show)

    with pytest.raises(KeyboardInterrupt):
        run("one", Said(stop_after=3))
    if second:
        monkeypatch.setattr("harness.runs.execute.machine", lambda device: second)
    manifest = run_folder.read_manifest(run("two", Said()).folder)
    found = [f for f in manifest["verdict"] if f["code"] == "machines"]
    assert len(manifest["journal"]["machines"]) == (2 if second else 1)
    assert len(found) == (1 if second else 0)
    assert all(f"went on, after a stop, on {second}: scores equal" in f["message"] and not f["invalid"] for f in found)


def test_another_number_of_threads_goes_on_and_is_in_the_manifest(
    tiny_model: Path, calibration: Suite, tmp_path: Path
) -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        with pytest.raises(KeyboardInterrupt):
            run_model(str(tiny_model), calibration, options(limit=2), tmp_path, Said(stop_after=1))
        torch.set_num_threads(2)
        done = run_model(str(tiny_model), calibration, options(limit=2), tmp_path, Said())
    finally:
        torch.set_num_threads(before)
    manifest = run_folder.read_manifest(done.folder)
    assert manifest["journal"]["begun"] == manifest["journal"]["done"] == manifest["plan"]["batches"]
    (found,) = [f for f in manifest["verdict"] if f["code"] == "machines"]
    assert ", 1 thread, torch" in found["message"] and ", 2 threads, torch" in found["message"]


def test_a_journal_that_is_not_continued_is_named(tiny_model: Path, calibration: Suite, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_model(str(tiny_model), calibration, options(limit=2), tmp_path, Said(stop_after=1))
    (path,) = (tmp_path / ".journal").glob("*.jsonl")
    path.write_bytes(b"!" + path.read_bytes()[1:])
    said = Said()
    run_model(str(tiny_model), calibration, options(limit=2), tmp_path, said)
    (line,) = [line for line in said.lines if "is not continued" in line]
    assert "its first line is damaged" in line and ".stale-" in line


def test_one_host_at_a_time_holds_a_plan(hosts: Callable[[str], Hosts]) -> None:
    shared = hosts("s3")
    refused: list[PlanHeld] = []

    class Meanwhile(Said):
        def step(self, text: str) -> None:
            if text.endswith("computing scores"):
                with pytest.raises(
                    PlanHeld, match=r"Another host is at work on this very plan .*process \d+ on"
                ) as error:
                    shared.run("two")
                refused.append(error.value)
                shared.at("one")

    assert not shared.run("one", Meanwhile()).existing
    assert refused[0].exit_code == 3


def test_a_host_that_was_passed_over_seals_nothing(
    hosts: Callable[[str], Hosts], monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = hosts("file")
    monkeypatch.setattr(lease.Lease, "_renew_often", lambda self: None)

    class Asleep(Said):
        def step(self, text: str) -> None:
            if text.endswith("computing scores"):
                (name,) = shared.objects.names(".locks").folders
                number, _ = lease.newest(shared.objects, name)
                assert lease._take_next(shared.objects, name, number, lease_terms.terms()) is not None

    with pytest.raises(PlanHeld, match="took over this plan"):
        shared.run("one", Asleep())
    assert run_folder.sealed(places.runs()) == []
    assert shared.objects.names().folders == (".journal", ".locks")


def test_a_store_that_fails_a_fifth_of_calls_changes_no_number(
    hosts: Callable[[str], Hosts], whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.store.remote.attempts.FIRST_WAIT", 0.0)
    shared, before = hosts("flaky"), Flaky.failed
    with pytest.raises(KeyboardInterrupt):
        shared.run("one", Said(stop_after=4))
    done = shared.run("two")
    assert Flaky.failed > before + 5
    same(done.folder, whole)
    assert run_folder.read_manifest(done.folder)["journal"]["begun"] == len(done_lines(done.folder))
    third = shared.run("three")
    assert third.existing
    for name in run_folder.FILES:
        assert (third.folder / name).read_bytes() == (done.folder / name).read_bytes()


def done_lines(folder: Path) -> range:
    return range(run_folder.read_manifest(folder)["journal"]["done"])


def test_a_store_that_goes_away_does_not_end_the_run(
    hosts: Callable[[str], Hosts],
    whole: Path,
    away: Callable[[bool], None],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared, said = hosts("away"), Said()
    monkeypatch.setattr(journal_parts, "FIRST_PAUSE", 0.0)
    start = journal.Journal.start

    def going(log: journal.Journal, machine: str = "") -> None:
        start(log, machine)
        away(True)

    monkeypatch.setattr(journal.Journal, "start", going)
    done = shared.run("one", said)
    same(done.folder, whole)
    assert sum("The run goes on" in line for line in said.lines) == 1
    assert sum("is sealed on this host" in line for line in said.lines) == 1
    away(False)
    assert done.folder.name not in shared.objects.names().folders
    copies = in_use.runs()
    assert copies is not None
    copies.send_missing()
    assert shared.run("two").existing
    assert Away.away is False


def command(model: Path) -> list[str]:
    asked = ["--engine", "hf", "--suite", "calibration", "--limit", "20", "--offline", "--device", "cpu"]
    return ["run", *asked, "--model", str(model)]


def environment(url: str, folder: Path, host: str, lease_seconds: str = "4") -> dict[str, str]:
    return {
        **os.environ,
        "LANDSCAPE_RUNS": url,
        "LANDSCAPE_DB": f"{url}/database/landscape.duckdb",
        "LANDSCAPE_CACHE": str(folder / host),
        "LANDSCAPE_CATALOG": str(ROOT / "data" / "catalog"),
        "LANDSCAPE_PUBLIC_RUNS": str(folder / "none"),
        "LANDSCAPE_LEASE": lease_seconds,
        "OMP_NUM_THREADS": "1",
    }


def parts(objects: Objects) -> int:
    """How many batches of any plan are done at the URL."""
    done = 0
    for plan in objects.names(".journal").folders:
        for head in objects.names(f".journal/{plan}").folders:
            folder = f".journal/{plan}/{head}"
            texts = objects.read_all([f"{folder}/{name}" for name in objects.names(folder).objects], 1 << 30)
            done += sum(text.count(b'"done":') for text in texts if text)
    return done


@pytest.mark.slow
def test_a_host_is_killed_and_another_one_ends_its_run(tmp_path: Path, bucket: str) -> None:  # noqa: F811
    """Processes with caches of their own are hosts; one that asks while another holds the plan ends with 3."""
    url = f"s3://{bucket}/land"
    objects, words = Objects(url), command(places.reference_models() / "landscape-ref-m")
    undisturbed = environment(f"file://{tmp_path}/whole", tmp_path, "whole")
    assert forked_commands.ended(forked_commands.start(words, undisturbed)) == 0
    first = forked_commands.start(words, environment(url, tmp_path, "one"), tmp_path / "one.txt")
    limit = time.monotonic() + 120
    while parts(objects) < 4:
        assert first.exitcode is None and time.monotonic() < limit, (tmp_path / "one.txt").read_text()
        first.join(0.02)
    first.kill()
    first.join()
    assert first.exitcode == -9
    (plan,) = objects.names(".journal").folders
    with lease.hold(objects, plan, lease.Terms(4.0)):  # the kill's lease is passed over, and this host lives
        third = forked_commands.start(words, environment(url, tmp_path, "three"), tmp_path / "three.txt")
        assert forked_commands.ended(third) == 3, (tmp_path / "three.txt").read_text()
    second = forked_commands.start(words, environment(url, tmp_path, "two"), tmp_path / "two.txt")
    assert forked_commands.ended(second) == 0, (tmp_path / "two.txt").read_text()
    (one,) = run_folder.sealed(next(tmp_path.glob("whole/*/runs")))
    (two,) = run_folder.sealed(next(tmp_path.glob("two/*/runs")))
    same(one, two)
    manifest = run_folder.read_manifest(two)
    assert manifest["journal"]["begun"] - manifest["journal"]["done"] <= 1
    assert manifest["journal"]["done"] == manifest["plan"]["batches"]
    assert published_runs(next(tmp_path.glob("two/*/landscape.duckdb"))) == [two.name]
    said = "".join(path.read_text() for path in tmp_path.glob("*.txt"))
    assert not [secret for secret in (KEYS["AWS_SECRET_ACCESS_KEY"], KEYS["AWS_ACCESS_KEY_ID"]) if secret in said]
    assert json.dumps(manifest).count(KEYS["AWS_ACCESS_KEY_ID"]) == 0


@pytest.mark.slow
def test_the_same_host_goes_on_at_once_after_a_kill(tmp_path: Path) -> None:
    """Its own lock says that the process is dead: nobody waits for the lease, which would take ten minutes here."""
    url, words = f"file://{tmp_path}/at_url", command(places.reference_models() / "landscape-ref-m")
    where = environment(url, tmp_path, "one", "600")
    first = forked_commands.start(words, where, tmp_path / "one.txt")
    while parts(Objects(url)) < 3:
        assert first.exitcode is None, (tmp_path / "one.txt").read_text()
        first.join(0.02)
    first.kill()
    first.join()
    assert first.exitcode == -9
    assert forked_commands.ended(forked_commands.start(words, where, tmp_path / "again.txt")) == 0
    (folder,) = run_folder.sealed(next(tmp_path.glob("one/*/runs")))
    assert run_folder.read_manifest(folder)["journal"]["starts"] == 2


@pytest.mark.slow
def test_two_hosts_with_two_models_both_end_in_the_database(tmp_path: Path, bucket: str) -> None:  # noqa: F811
    url = f"s3://{bucket}/land"
    models = [places.reference_models() / name for name in ("landscape-ref-s", "landscape-ref-m")]
    at_work = [
        forked_commands.start(command(model), environment(url, tmp_path, model.name), tmp_path / f"{model.name}.txt")
        for model in models
    ]
    assert [forked_commands.ended(process) for process in at_work] == [0, 0]
    site = environment(url, tmp_path, "site")
    assert forked_commands.ended(forked_commands.start(["db", "check"], site, tmp_path / "check.txt")) == 0
    said = (tmp_path / "check.txt").read_text()
    assert "ok" in said
    assert len(published_runs(next(tmp_path.glob("site/*/landscape.duckdb")))) == 2
