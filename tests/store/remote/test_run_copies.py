"""Run folders, packs and speeds of several hosts: each is sealed once, comes whole to the others, or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness import files
from harness.errors import BadInput, StoreAway
from harness.store import run_folder
from harness.store.imported import replacing
from harness.store.remote import run_copies, tombstones
from harness.store.remote.objects import Objects
from harness.store.remote.run_copies import RunCopies
from harness.store.speeds import document as speeds
from tests.store.conftest import make_run


def host(objects: Objects, folder: Path, said: list[str] | None = None) -> RunCopies:
    (folder / "runs").mkdir(parents=True, exist_ok=True)
    return RunCopies(objects, folder / "runs", (said if said is not None else []).append)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("kind", ["s3", "file", "memory", "flaky"])
def test_a_run_sealed_on_one_host_is_the_same_on_another(
    address: Callable[[str], str], tmp_path: Path, kind: str
) -> None:
    place = Objects(address(kind), wait=lambda seconds: None)
    one, two = host(place, tmp_path / "one"), host(place, tmp_path / "two")
    sealed = [make_run(one.folder, number) for number in range(3)]
    one.send_missing()
    assert place.names().folders == tuple(folder.name for folder in sealed)
    assert two.bring(ending=sealed[1].name[-9:]) == [sealed[1].name]
    two.bring_missing(have={sealed[2].name})
    assert [folder.name for folder in run_folder.sealed(two.folder)] == [folder.name for folder in sealed[:2]]
    two.bring_missing()
    for folder in sealed:
        assert contents(two.folder / folder.name) == contents(folder)
    assert [path for path in two.folder.iterdir() if path.name.startswith(files.SCRATCH)] == []


def test_what_is_there_is_neither_sent_nor_brought_again(
    objects: Objects, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = host(objects, tmp_path / "one"), host(objects, tmp_path / "two")
    make_run(one.folder, 1)
    one.send_missing()
    two.bring_missing()
    for deed in ("send", "fetch"):
        monkeypatch.setattr(objects, deed, lambda *a, **k: pytest.fail("moved again"))
    for both in (one, two):
        both.send_missing()
        both.bring_missing()


def test_the_manifest_comes_last_and_without_it_there_is_no_run(objects: Objects, tmp_path: Path) -> None:
    one, two = host(objects, tmp_path / "one"), host(objects, tmp_path / "two")
    folder = make_run(one.folder, 1)
    send, sent = objects.send, list[str]()

    def broken(source: Path, path: str, **kwargs: Any) -> None:
        sent.append(path)
        if path.endswith("manifest.json") and sent.count(path) == 1:
            raise StoreAway("the line is dead.")
        send(source, path, **kwargs)

    objects.send = broken  # type: ignore[method-assign]
    with pytest.raises(StoreAway):
        one.send_missing()
    assert [path.rpartition("/")[2] for path in sent] == ["results.parquet", "samples.parquet", "manifest.json"]
    assert two.bring() == [] and run_folder.sealed(two.folder) == []
    one.send_missing()
    assert two.bring() == [folder.name]


def test_another_run_of_the_same_name_is_named_and_stays(objects: Objects, tmp_path: Path) -> None:
    said: list[str] = []
    one, two = host(objects, tmp_path / "one"), host(objects, tmp_path / "two", said)
    folder = make_run(one.folder, 1)
    one.send_missing()
    make_run(two.folder, 1, seed=5, dtype="float16")
    with pytest.raises(BadInput, match="another run of the same name"):
        two.send_run(folder.name)
    two.send_missing()
    two.send_missing()
    assert len(said) == 1
    assert objects.read(f"{folder.name}/manifest.json", 1 << 20) == (folder / "manifest.json").read_bytes()


def test_names_and_sizes_of_a_url_are_bounded(
    objects: Objects, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    one, two = host(objects, tmp_path / "one"), host(objects, tmp_path / "two", said)
    folder = make_run(one.folder, 1)
    one.send_missing()
    for odd in ("..%2f..", "a b", "x" * 300, ".hidden"):
        for name in run_folder.FILES:
            objects.write(f"{odd}/{name}", b"{}")
    for odd in ("packs/..%2fup.run.parquet", "packs/.dot.run.parquet", "speeds/a b.json"):
        objects.write(odd, b"x")
    monkeypatch.setattr(run_copies, "MOST_BYTES", 100)
    two.bring_missing()
    assert [p.name for p in two.folder.iterdir() if p.is_dir() and list(p.iterdir())] == []
    assert sum("no name" in line for line in said) == 3 and sum(folder.name in line for line in said) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one", "two"]


def test_a_pack_comes_with_all_its_files_or_not(objects: Objects, tmp_path: Path) -> None:
    one, two = host(objects, tmp_path / "one"), host(objects, tmp_path / "two")
    packs = one.folder / "packs"
    packs.mkdir()
    for table in ("outcome", "result", "run"):
        (packs / f"import-{'0' * 16}.{table}.parquet").write_bytes(table.encode())
    sent: list[str] = []
    send = objects.send

    def noted(source: Path, path: str, **kwargs: Any) -> None:
        sent.append(path)
        send(source, path, **kwargs)

    objects.send = noted  # type: ignore[method-assign]
    one.send_missing()
    assert sent[-1].endswith(".run.parquet") and len(sent) == 3
    objects.write(f"packs/import-{'1' * 16}.outcome.parquet", b"half")
    two.bring_missing()
    assert contents(two.folder / "packs") == contents(packs)


def test_a_measured_speed_comes_to_every_host(objects: Objects, tmp_path: Path) -> None:
    one, two = host(objects, tmp_path / "one"), host(objects, tmp_path / "two")
    path = speeds.write(one.folder, {"speed_id": "20260101T000000Z-one", "shapes": []})
    one.send_missing()
    two.bring_missing()
    assert speeds.read(two.folder / "speeds" / path.name)["speed_id"] == "20260101T000000Z-one"


def test_what_an_import_replaced_is_a_run_on_no_host(objects: Objects, tmp_path: Path) -> None:
    one, two, three = (host(objects, tmp_path / name) for name in ("one", "two", "three"))
    old, new = make_run(one.folder, 1), make_run(tmp_path, 2)
    one.send_missing()
    two.bring_missing()
    with tombstones.importing(objects, one.folder):
        with files.exclusive(one.folder):
            replacing.note(one.folder, [old.name], [new.name])
            new.rename(one.folder / new.name)
            replacing.settle(one.folder)
        one.send_missing()
    for other in (two, three):
        other.bring_missing()
        assert [folder.name for folder in run_folder.sealed(other.folder)] == [new.name]
    assert old.name not in objects.names().folders
    with tombstones.importing(objects, two.folder):  # the old mapping again: the old run is one again
        with files.exclusive(two.folder):
            replacing.note(two.folder, [new.name], [old.name])
            replacing.settle(two.folder)
        two.send_missing()
    one.bring_missing()
    three.bring_missing()
    assert [folder.name for folder in run_folder.sealed(three.folder)] in ([old.name], [])


@pytest.mark.parametrize(
    "note", [b"{", b'{"old": ["../up"], "new": []}', b'{"old": ["a"], "new": ["b"]}', b'{"old": 3}']
)
def test_a_hostile_note_is_left_at_the_url(objects: Objects, tmp_path: Path, note: bytes) -> None:
    one = host(objects, tmp_path / "one")
    objects.write(f".replacing-{'a' * 16}.json", note)
    one.bring_missing()
    assert list(one.folder.iterdir()) == []
    assert json.dumps(sorted(replacing.absent(one.folder))) == "[]"
