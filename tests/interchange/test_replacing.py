"""A corrected mapping, killed at any step: the old runs stand or the new ones do, in the folder of runs and the database."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import duckdb
import pytest

from harness import places
from harness.interchange import commands, publishing
from harness.interchange.imported_run import ImportReport
from harness.store import run_folder
from harness.store.imported import replacing
from harness.store.loading import Loaded
from harness.store.rebuild import publish_all
from tests.interchange import builders as b

FIRST = "columns: {model: who, item: task, value: ok}\nconstants: {benchmark: toy}\n"
ROWS = "who,task,ok,eff\nm,a,1,high\nm,b,0,low\nn,a,1,high\n"
NEW = {("m", "high"), ("m", "low"), ("n", "high")}


class Killed(BaseException):
    """The end of a process at this place."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "public").mkdir()
    for name, place in (("DB", "db.duckdb"), ("RUNS", "runs"), ("PUBLIC_RUNS", "public"), ("CATALOG", "catalog")):
        monkeypatch.setenv(f"LANDSCAPE_{name}", str(tmp_path / place))
    assert commands.import_results(b.write(tmp_path / "m.csv", ROWS), mapping=mapping(tmp_path, FIRST)) == 0
    return tmp_path


def mapping(home: Path, text: str) -> Path:
    return b.write(home / "map.yaml", text)


def correct(home: Path) -> int:
    """Import the table again, with a mapping that names its efforts: three runs instead of two."""
    return commands.import_results(home / "m.csv", mapping=mapping(home, FIRST.replace("ok}", "ok, effort: eff}")))


def in_folder(home: Path) -> set[tuple[str, str]]:
    manifests = [run_folder.read_manifest(folder) for folder in run_folder.sealed(home / "runs")]
    return {(m["model"]["id"], m["source"]["effort"]) for m in manifests}


def in_database(home: Path) -> set[tuple[str, str]]:
    """What the database has, after another command has brought it up to date."""
    publish_all(places.database(), None, places.public_runs(), places.runs())
    with duckdb.connect(str(home / "db.duckdb"), read_only=True) as con:
        return set(con.execute("SELECT model, source::JSON->>'$.effort' FROM run").fetchall())


def stands_whole(home: Path) -> None:
    """After the same import again only the new runs are left, without a note or a leftover."""
    assert correct(home) == 0
    assert in_folder(home) == in_database(home) == NEW
    entries = {p.name for p in (home / "runs").iterdir()}
    assert len(entries) == 3 and not any(name.startswith(".") for name in entries)


@pytest.mark.parametrize("renamed", [0, 1, 2])
def test_before_all_new_runs_are_in_place_the_old_ones_stand(
    home: Path, monkeypatch: pytest.MonkeyPatch, renamed: int
) -> None:
    old, count, rename = in_folder(home), [0], Path.rename

    def until_killed(self: Path, target: Path) -> Path:
        if Path(target).parent == home / "runs" and not Path(target).name.startswith("."):
            if count[0] == renamed:
                raise Killed
            count[0] += 1
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", until_killed)
    with pytest.raises(Killed):
        correct(home)
    monkeypatch.setattr(Path, "rename", rename)
    assert in_folder(home) == in_database(home) == old and len(old) == 2
    stands_whole(home)


def test_once_they_are_in_place_the_new_ones_stand_though_nothing_is_published(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(report: object) -> None:
        raise Killed

    publish = publishing.publish
    monkeypatch.setattr(publishing, "publish", killed)
    with pytest.raises(Killed):
        correct(home)
    monkeypatch.setattr(publishing, "publish", publish)
    assert in_folder(home) == in_database(home) == NEW
    assert len([p for p in (home / "runs").iterdir() if p.is_dir()]) == 5  # the old ones are still there, for nobody
    stands_whole(home)


def test_killed_before_the_old_folders_are_gone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(runs: Path, forgotten: set[str]) -> None:
        raise Killed

    finish = replacing.finish
    monkeypatch.setattr(replacing, "finish", killed)
    with pytest.raises(Killed):
        correct(home)
    monkeypatch.setattr(replacing, "finish", finish)
    assert in_folder(home) == in_database(home) == NEW
    stands_whole(home)


@pytest.mark.parametrize("published", [True, False])
def test_a_mapping_that_is_taken_back_brings_the_old_runs_back(
    home: Path, monkeypatch: pytest.MonkeyPatch, published: bool
) -> None:
    old = in_folder(home)
    with monkeypatch.context() as patch:
        if not published:
            patch.setattr(publishing, "publish", lambda _: Loaded())
        assert correct(home) == 0 and in_folder(home) == NEW
    assert commands.import_results(home / "m.csv", mapping=mapping(home, FIRST)) == 0
    assert in_folder(home) == in_database(home) == old
    assert len(list((home / "runs").iterdir())) == 2
    stands_whole(home)


@pytest.mark.parametrize("code", ["a", "b", "c", "d"])  # which of the notes is first by its name differs
def test_a_run_that_two_corrections_share_stays_though_only_the_second_is_published(
    home: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(publishing, "publish", lambda _: Loaded())
        assert correct(home) == 0
    shared = {p.name for p in run_folder.sealed(home / "runs") if run_folder.read_manifest(p)["model"]["id"] == "n"}
    verdict = f"verdicts: [{{model: m, benchmark: toy, code: {code}, message: Wrong.}}]\n"
    text = FIRST.replace("ok}", "ok, effort: eff}") + verdict
    assert commands.import_results(home / "m.csv", mapping=mapping(home, text)) == 0
    for _ in range(2):
        replacing.sweep(home / "runs")
        assert in_folder(home) == in_database(home) == NEW
        assert len(shared) == 1 and shared < {p.name for p in run_folder.sealed(home / "runs")}
    assert len(list((home / "runs").iterdir())) == 3


def test_what_is_replaced_while_the_database_is_written_is_forgotten_by_the_next_one(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, publish = in_folder(home), publishing.publish

    def another_import_comes(*_: object) -> Loaded:
        loaded = publish_all(places.database(), None, places.public_runs(), places.runs())
        with monkeypatch.context() as patch:
            patch.setattr(publishing, "publish", lambda _: Loaded())
            assert correct(home) == 0
        return loaded

    with monkeypatch.context() as patch:
        patch.setattr("harness.store.rebuild.publish_all", another_import_comes)
        publish(ImportReport())
    assert in_folder(home) == NEW and not old & NEW
    assert in_database(home) == NEW
    stands_whole(home)


def test_replaced_folders_go_under_the_lock(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    removed, remove = [], replacing.shutil.rmtree

    def locked(folder: Path, **options: bool) -> None:
        if "replaced" in folder.parent.name:
            handle = os.open(home / "runs", os.O_RDONLY)
            with pytest.raises(BlockingIOError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.close(handle)
            removed.append(folder.name)
        remove(folder, **options)

    monkeypatch.setattr(replacing.shutil, "rmtree", locked)
    assert correct(home) == 0 and len(removed) == 2


def test_a_note_that_is_none_changes_nothing(home: Path) -> None:
    folders = [p.name for p in run_folder.sealed(home / "runs")]
    outside = b.write(home / "outside/manifest.json", "{}").parent
    for k, text in enumerate(
        ("{", "[]", '{"old": ["../outside"], "new": []}', '{"old": 5, "new": []}', '{"old": [".."], "new": []}')
    ):
        b.write(home / f"runs/.replacing-{k}.json", text)
    replacing.sweep(home / "runs")
    replacing.finish(home / "runs", replacing.settled(home / "runs"))
    assert [p.name for p in run_folder.sealed(home / "runs")] == folders and outside.is_dir()
