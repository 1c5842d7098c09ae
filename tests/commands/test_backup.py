"""Backups: what is kept and what is not, the way back byte for byte, and what a restore refuses."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tarfile
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harness.__main__ import run
from harness.commands.backup.contents import Places
from harness.commands.backup.restore import Restored, restore
from harness.commands.backup.write import write
from harness.errors import BadInput, RunFailed
from harness.store import publish, run_folder
from harness.store.imported import replacing
from harness.store.reader import Reader
from harness.store.rebuild import rebuild
from tests.store.conftest import NOTHING, make_catalog, make_run

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdFile
else:
    from backports.zstd import ZstdFile

NOW = datetime(2026, 11, 30, 7, 30, tzinfo=UTC)
JOURNAL = "0123456789abcdef.jsonl"


@pytest.fixture
def here(tmp_path: Path) -> Places:
    """A machine with two runs, a pack, a speed, a journal, an own catalog and a database; and much that is none of these."""
    places = Places(
        tmp_path / "a" / "runs", tmp_path / "a" / "land.duckdb", make_catalog_in(tmp_path / "a" / "catalog")
    )
    for number in (1, 2):
        make_run(places.runs, number)
    for name, text in {f".journal/{JOURNAL}": '{"head": 1}\n', "packs/import-1.run.parquet": "PAR1", "speeds/one.json": "{}",
                       ".tmp-1-run/x/manifest.json": "{}", "begun/samples.parquet": "PAR1"}.items():  # fmt: skip
        path = places.runs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert places.catalog
    rebuild(places.database, places.catalog, NOTHING, NOTHING)
    return places


def make_catalog_in(folder: Path) -> Path:
    folder.parent.mkdir(parents=True, exist_ok=True)
    return make_catalog(folder)


def elsewhere(tmp_path: Path) -> Places:
    return Places(tmp_path / "b" / "runs", tmp_path / "b" / "db" / "other.duckdb", tmp_path / "b" / "catalog")


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def names(archive: Path) -> list[str]:
    with ZstdFile(archive) as stream, tarfile.open(fileobj=stream) as tar:
        return tar.getnames()


def test_what_is_restored_is_what_was_kept_and_nothing_else(here: Places, tmp_path: Path) -> None:
    before = tree(tmp_path / "a")
    done = write(here, tmp_path / "kept", NOW)
    assert (done.archive.name, done.runs, done.left_out) == ("landscape-20261130T073000Z.tar.zst", 2, ())
    there = elsewhere(tmp_path)
    restored = restore(done.archive, there)
    wanted = {
        name: data
        for name, data in before.items()
        if name.startswith(("runs/2026", "runs/packs", "runs/speeds", "catalog"))
    }
    assert tree(tmp_path / "b") == wanted and len(restored.written) == 2 + 1 + 1 + 10
    assert tree(tmp_path / "a") == before, "a backup changes nothing"
    assert [p.name for p in (tmp_path / "kept").iterdir()] == [done.archive.name]


def test_begun_runs_and_the_database_are_kept_where_asked_for(here: Places, tmp_path: Path) -> None:
    done = write(here, tmp_path / "all.tar.zst", NOW, journals=True, database=True)
    there = elsewhere(tmp_path)
    restore(done.archive, there)
    assert (there.runs / ".journal" / JOURNAL).read_text() == '{"head": 1}\n'
    assert there.database.read_bytes() == here.database.read_bytes()
    assert len(Reader(there.database).sql("FROM vendor")) == 2


def test_a_backup_while_runs_are_made_holds_whole_runs_alone(
    here: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the two readings a run is sealed, a journal grows and is removed, and the database is published."""
    from harness.commands.backup import write as module

    packing = module._pack

    def meanwhile(*arguments: Any) -> None:
        make_run(here.runs, 3)
        journal = here.runs / ".journal" / JOURNAL
        with journal.open("a") as handle:
            handle.write('{"begin": 0}\n')
        journal.unlink()
        (tmp_path / "next").write_bytes(b"another database")
        (tmp_path / "next").replace(here.database)
        packing(*arguments)

    monkeypatch.setattr(module, "_pack", meanwhile)
    database = here.database.read_bytes()
    done = write(here, tmp_path / "all.tar.zst", NOW, journals=True, database=True)
    there = elsewhere(tmp_path)
    restore(done.archive, there)
    assert len(run_folder.sealed(there.runs)) == 2 and there.database.read_bytes() == database
    assert (there.runs / ".journal" / JOURNAL).read_text() == '{"head": 1}\n'


def test_a_file_that_changes_under_the_backup_leaves_no_archive(
    here: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.commands.backup import write as module

    packing = module._pack
    speed = here.runs / "speeds" / "one.json"

    def meanwhile(*arguments: Any) -> None:
        speed.write_text("[]")
        packing(*arguments)

    monkeypatch.setattr(module, "_pack", meanwhile)
    with pytest.raises(RunFailed, match="speeds/one.json changed"):
        write(here, tmp_path / "kept", NOW)
    assert list((tmp_path / "kept").iterdir()) == []


def test_runs_that_others_replace_are_not_kept(here: Places, tmp_path: Path) -> None:
    old = run_folder.sealed(here.runs)[0].name
    new = make_run(here.runs, 4).name
    replacing.note(here.runs, [old], [new])
    make_run(here.runs, 5)
    kept = {
        name.split("/")[1]
        for name in names(write(here, tmp_path / "kept", NOW).archive)
        if name.startswith("runs/2026")
    }
    assert kept == {path.name for path in run_folder.sealed(here.runs)} and old not in kept


def test_a_link_is_left_out_with_its_run_and_named(here: Places, tmp_path: Path) -> None:
    folder = run_folder.sealed(here.runs)[0]
    (folder / "samples.parquet").rename(tmp_path / "away")
    (folder / "samples.parquet").symlink_to(tmp_path / "away")
    done = write(here, tmp_path / "kept", NOW)
    assert len(done.left_out) == 1 and "symbolic link" in done.left_out[0]
    assert done.runs == 1 and not [name for name in names(done.archive) if folder.name in name]


def test_the_same_again_changes_nothing_and_what_differs_stays_unless_forced(here: Places, tmp_path: Path) -> None:
    archive = write(here, tmp_path / "kept", NOW).archive
    before = tree(tmp_path / "a")
    again = restore(archive, here)
    assert (again.written, again.replaced, len(again.present)) == ((), (), 14)
    first, second = run_folder.sealed(here.runs)
    (first / "manifest.json").write_text("{}")
    (here.runs / "packs" / "import-1.run.parquet").write_text("PAR2")
    for path in second.iterdir():
        path.unlink()
    second.rmdir()
    changed = tree(tmp_path / "a")
    with pytest.raises(BadInput) as refused:
        restore(archive, here)
    assert refused.value.problems == [str(first), str(here.runs / "packs" / "import-1.run.parquet")]
    assert tree(tmp_path / "a") == changed, "nothing was written, not even what was absent"
    done = restore(archive, here, force=True)
    assert tree(tmp_path / "a") == before
    assert (done.written, set(done.replaced)) == (
        (f"runs/{second.name}",), {f"runs/{first.name}", "runs/packs/import-1.run.parquet"},
    )  # fmt: skip


def test_a_restored_database_waits_for_whoever_publishes(here: Places, tmp_path: Path) -> None:
    archive = write(here, tmp_path / "kept", NOW, database=True).archive
    kept, there = here.database.read_bytes(), elsewhere(tmp_path)
    done: list[Restored] = []
    with publish.alone(there.database):
        there.database.write_bytes(b"what a publish puts there")
        waiting = threading.Thread(target=lambda: done.append(restore(archive, there, force=True)))
        waiting.start()
        waiting.join(1.0)
        assert waiting.is_alive() and there.database.read_bytes() != kept
    waiting.join(60)
    assert done and there.database.read_bytes() == kept


@pytest.mark.parametrize("other", ["file", "link", "folder"])
def test_forced_a_run_takes_the_place_of_whatever_is_there(here: Places, tmp_path: Path, other: str) -> None:
    archive = write(here, tmp_path / "kept", NOW).archive
    before, place = tree(here.runs), run_folder.sealed(here.runs)[0]
    place.rename(tmp_path / "moved")
    if other == "file":
        place.write_text("none of ours")
    elif other == "link":
        place.symlink_to(tmp_path / "moved")
    else:
        place.mkdir()
    with pytest.raises(BadInput, match="Something else"):
        restore(archive, here)
    assert restore(archive, here, force=True).replaced == (f"runs/{place.name}",)
    assert tree(here.runs) == before and not place.is_symlink()
    assert tree(tmp_path / "moved"), "what a link meant stays"


def test_a_damaged_archive_changes_nothing(here: Places, tmp_path: Path) -> None:
    archive = write(here, tmp_path / "kept", NOW).archive
    data = archive.read_bytes()
    assert restore(archive, here, only_check=True).present
    for broken in (data[: len(data) // 2], data[:2000] + bytes([data[2000] ^ 255]) + data[2001:], b"", b"PK" + data):
        archive.write_bytes(broken)
        for only_check in (True, False):
            with pytest.raises((BadInput, RunFailed)):
                restore(archive, elsewhere(tmp_path), only_check=only_check)
        assert tree(tmp_path / "b") == {}


def forged(
    path: Path, *members: tuple[str, bytes], named: dict[str, bytes] | None = None, kind: bytes = tarfile.REGTYPE
) -> Path:
    """An archive with an index of ``named`` (else of its members) and members of any name."""
    files = [{"path": n, "size": len(d), "sha256": hashlib.sha256(d).hexdigest()}
             for n, d in (dict(members) if named is None else named).items()]  # fmt: skip
    index = json.dumps({"format": 1, "files": files}).encode()
    with ZstdFile(path, "w") as stream, tarfile.open(fileobj=stream, mode="w|") as tar:
        for number, (name, data) in enumerate([("backup.json", index), *members]):
            info = tarfile.TarInfo(name)
            info.size, info.type = len(data), tarfile.REGTYPE if number == 0 else kind
            tar.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize(
    "name",
    ["../evil", "/etc/evil", "runs/../evil", "runs/x/evil.py", "catalog/../../evil", "catalog/.hidden", "runs/packs/a/b",
     "runs/.journal/evil.jsonl", "runs/packs/manifest.json/x", "other.duckdb", "runs/.tmp-1-x/manifest.json"],
)  # fmt: skip
def test_a_path_that_leads_elsewhere_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="cannot be used"):
        restore(forged(tmp_path / "x.tar.zst", (name, b"evil")), elsewhere(tmp_path))
    assert not (tmp_path / "b").exists()


def test_members_that_no_index_names_and_links_and_half_runs_are_refused(tmp_path: Path) -> None:
    pack = ("runs/packs/a", b"PAR1")
    make: list[Callable[[Path], Path]] = [
        lambda p: forged(p, pack, ("runs/packs/b", b"PAR1"), named=dict([pack])),
        lambda p: forged(p, pack, kind=tarfile.SYMTYPE),
        lambda p: forged(p, ("runs/packs/a", b"PAR2"), named=dict([pack])),
        lambda p: forged(p, ("runs/packs/a", b"PAR1PAR1"), named=dict([pack])),
        lambda p: forged(p, named=dict([pack])),
        lambda p: forged(p, ("runs/one/manifest.json", b"{}")),
    ]
    for number, forge in enumerate(make):
        with pytest.raises((BadInput, RunFailed)):
            restore(forge(tmp_path / f"{number}.tar.zst"), elsewhere(tmp_path))
        assert tree(tmp_path / "b") == {}, number
    restore(forged(tmp_path / "good.tar.zst", pack), elsewhere(tmp_path))
    assert tree(tmp_path / "b") == {"runs/packs/a": b"PAR1"}


def test_the_newest_backups_stay_and_files_of_others_too(here: Places, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    for name in (
        "landscape-20260101T000000Z.tar.zst",
        "landscape-20260201T000000Z.tar.zst",
        "landscape-old.tar.zst",
        "notes",
    ):
        (folder / name).touch()
    done = write(here, folder, NOW, keep=2)
    assert done.removed == ("landscape-20260101T000000Z.tar.zst",)
    assert {p.name for p in folder.iterdir()} == {
        "landscape-20260201T000000Z.tar.zst", done.archive.name, "landscape-old.tar.zst", "notes",
    }  # fmt: skip
    with pytest.raises(BadInput, match="exists already"):
        write(here, folder, NOW)


def test_the_commands_say_what_was_done(
    here: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANDSCAPE_RUNS", str(here.runs))
    monkeypatch.setenv("LANDSCAPE_DB", str(here.database))
    monkeypatch.setenv("LANDSCAPE_CATALOG", str(here.catalog))
    assert run(["data", "backup", str(tmp_path / "all.tar.zst"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["runs"] == 2
    assert run(["data", "restore", str(tmp_path / "all.tar.zst"), "--check"]) == 0
    assert "is whole" in capsys.readouterr().out
    monkeypatch.setenv("LANDSCAPE_RUNS", str(tmp_path / "c"))
    monkeypatch.delenv("LANDSCAPE_CATALOG")
    assert run(["data", "restore", str(tmp_path / "all.tar.zst")]) == 1
    said = capsys.readouterr()
    assert (
        "4 runs and files written" in said.out and "LANDSCAPE_CATALOG" in said.err and "harness db rebuild" in said.err
    )
    assert run(["data", "restore", str(tmp_path / "none.tar.zst")]) == 2
    monkeypatch.setenv("LANDSCAPE_RUNS", str(tmp_path / "empty"))
    assert run(["data", "backup", str(tmp_path / "x")]) == 2 and "no sealed run" in capsys.readouterr().err
