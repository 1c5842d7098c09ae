"""Data packs: whole, verified, resumable, and never outside their target."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import tarfile
from pathlib import Path

import pytest

from harness.errors import BadInput, MissingData, RunFailed
from harness.offline.pack import INDEX, Contents, is_safe, model_files, pack, unpack


@pytest.fixture
def contents(tmp_path: Path) -> Contents:
    files = {}
    for name, text in (
        ("hub/o/n/default/test.parquet", "data"),
        ("models/m/config.json", "{}"),
        ("models/m/a.safetensors", "w" * 9999),
    ):
        path = tmp_path / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        files[name] = path
    return Contents(files, licences=({"what": "o/n", "licence": "MIT"},))


@pytest.mark.parametrize("name", ["pack", "pack.tar", "pack.tar.gz"])
def test_pack_and_unpack(tmp_path: Path, contents: Contents, name: str) -> None:
    pack(contents, tmp_path / name)
    done = unpack(tmp_path / name, tmp_path / "t")
    assert sorted(done.written) == sorted(contents.files)
    for place, source in contents.files.items():
        assert (tmp_path / "t" / place).read_bytes() == source.read_bytes()
    again = unpack(tmp_path / name, tmp_path / "t")
    assert again.written == () and sorted(again.present) == sorted(contents.files)


def test_unpack_goes_on_where_it_was_stopped(tmp_path: Path, contents: Contents) -> None:
    pack(contents, tmp_path / "p")
    unpack(tmp_path / "p", tmp_path / "t")
    (tmp_path / "t/models/m/a.safetensors").unlink()
    assert unpack(tmp_path / "p", tmp_path / "t").written == ("models/m/a.safetensors",)


def test_pack_goes_on_where_it_was_stopped(tmp_path: Path, contents: Contents) -> None:
    pack(contents, tmp_path / "p")
    kept = tmp_path / "p/models/m/config.json"
    before = kept.stat().st_mtime_ns
    (tmp_path / "p/hub/o/n/default/test.parquet").write_text("dama")
    pack(contents, tmp_path / "p")
    assert kept.stat().st_mtime_ns == before
    assert (tmp_path / "p/hub/o/n/default/test.parquet").read_text() == "data"


def test_a_damaged_file_is_named_and_the_rest_kept(tmp_path: Path, contents: Contents) -> None:
    pack(contents, tmp_path / "p")
    (tmp_path / "p/models/m/a.safetensors").write_text("x" * 9999)
    with pytest.raises(RunFailed, match="a.safetensors does not have"):
        unpack(tmp_path / "p", tmp_path / "t")
    assert not (tmp_path / "t/models/m/a.safetensors").exists()
    assert (tmp_path / "t/models/m/config.json").read_text() == "{}"


def test_a_missing_file_is_named(tmp_path: Path, contents: Contents) -> None:
    pack(contents, tmp_path / "p")
    shutil.rmtree(tmp_path / "p/hub")
    with pytest.raises(RunFailed, match=r"test\.parquet is missing"):
        unpack(tmp_path / "p", tmp_path / "t")


def test_other_content_in_the_target_is_not_overwritten(tmp_path: Path, contents: Contents) -> None:
    pack(contents, tmp_path / "p")
    (tmp_path / "t/models/m").mkdir(parents=True)
    (tmp_path / "t/models/m/config.json").write_text("mine")
    with pytest.raises(BadInput, match="other content"):
        unpack(tmp_path / "p", tmp_path / "t")
    assert (tmp_path / "t/models/m/config.json").read_text() == "mine"
    assert not (tmp_path / "t/hub").exists()


@pytest.mark.parametrize(
    "path",
    ["../x", "/etc/x", "hub/../../x", "hub/./x", "hub//x", "hub", "x/y", "hub\\..\\x", "C:/x", "hub/..", "hub/a\x00b", "hub/a/\n", "hub/ ../x", "hub/.. /x"],
)  # fmt: skip
def test_no_path_leaves_the_target(tmp_path: Path, path: str) -> None:
    assert not is_safe(path)
    index = {"format": 1, "files": [{"path": path, "size": 1, "sha256": "0" * 64}]}
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / INDEX).write_text(json.dumps(index))
    with pytest.raises(BadInput, match="nothing was written"):
        unpack(tmp_path / "p", tmp_path / "t")
    assert not (tmp_path / "t").exists()


def test_a_link_in_the_target_is_not_followed(tmp_path: Path, contents: Contents) -> None:
    pack(contents, tmp_path / "p")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "t").mkdir()
    (tmp_path / "t/models").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadInput, match="outside"):
        unpack(tmp_path / "p", tmp_path / "t")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def tar(path: Path, members: list[tarfile.TarInfo], index: dict[str, object]) -> Path:
    with tarfile.open(path, "w") as archive:
        raw = json.dumps(index).encode()
        head = tarfile.TarInfo(INDEX)
        head.size = len(raw)
        archive.addfile(head, io.BytesIO(raw))
        for member in members:
            archive.addfile(member, io.BytesIO(b"x" * member.size) if member.isreg() else None)
    return path


def test_links_and_strangers_in_an_archive_are_refused(tmp_path: Path) -> None:
    index: dict[str, object] = {"format": 1, "files": [{"path": "hub/a/b", "size": 1, "sha256": "0" * 64}]}
    link = tarfile.TarInfo("hub/a/b")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with pytest.raises(BadInput, match="no plain file"):
        unpack(tar(tmp_path / "a.tar", [link], index), tmp_path / "t")
    stranger = tarfile.TarInfo("../evil")
    stranger.size = 1
    with pytest.raises(BadInput, match="does not name"):
        unpack(tar(tmp_path / "b.tar", [stranger], index), tmp_path / "t")
    large = tarfile.TarInfo("hub/a/b")
    large.size = 5_000_000
    with pytest.raises(RunFailed, match="does not have the size"):
        unpack(tar(tmp_path / "c.tar", [large], index), tmp_path / "t")
    plain = tarfile.TarInfo("hub/a/b")
    with pytest.raises(BadInput, match="twice"):
        unpack(tar(tmp_path / "d.tar", [plain, plain], index), tmp_path / "t")
    assert not (tmp_path / "evil").exists() and not list((tmp_path / "t").rglob("b"))


def test_what_is_no_pack_is_said(tmp_path: Path) -> None:
    with pytest.raises(MissingData):
        unpack(tmp_path / "nowhere", tmp_path / "t")
    (tmp_path / "empty").mkdir()
    with pytest.raises(MissingData, match="holds no pack.json"):
        unpack(tmp_path / "empty", tmp_path / "t")
    (tmp_path / "x.tar").write_bytes(b"no archive")
    with pytest.raises(BadInput, match="no readable archive"):
        unpack(tmp_path / "x.tar", tmp_path / "t")
    (tmp_path / "empty" / INDEX).write_text("{")
    with pytest.raises(BadInput, match="not valid JSON"):
        unpack(tmp_path / "empty", tmp_path / "t")
    (tmp_path / "empty" / INDEX).write_text('{"format": 9}')
    with pytest.raises(BadInput, match="format 9"):
        unpack(tmp_path / "empty", tmp_path / "t")
    with pytest.raises(BadInput, match="nothing to pack"):
        pack(Contents({}), tmp_path / "o")


@pytest.mark.parametrize(
    "path",
    [
        "models/m/modeling.py", "models/m/x.so", "models/m/x.so.1", "models/m/weights.pkl", "models/m/pytorch_model.bin", "models/m/a.pt",
        "models/m/training_args.bin", "models/m/run.sh", "models/m/task.yaml", "hub/o/n/n.py", "hub/o/n/default/test.pickle",
        "hub/o/n/README.py", "models/m/README.py", "models/m/LICENSE.pkl", "hub/o/n/task.yml", "hub/o/n/a.PY", "models/m/x.exe",
        "models/m/x.npz", "hub/o/n/x.zip", "models/m/x.ipynb", "models/m/deep.json.py",
    ],
)  # fmt: skip
def test_code_and_what_runs_when_loaded_is_no_data(tmp_path: Path, path: str) -> None:
    index = {"format": 1, "files": [{"path": path, "size": 1, "sha256": hashlib.sha256(b"x").hexdigest()}]}
    place = tmp_path / "p" / path
    place.parent.mkdir(parents=True)
    place.write_bytes(b"x")
    (tmp_path / "p" / INDEX).write_text(json.dumps(index))
    with pytest.raises(BadInput, match="nothing was written"):
        unpack(tmp_path / "p", tmp_path / "t")
    assert not (tmp_path / "t").exists()


@pytest.mark.parametrize("content", [b"\x7fELF...", b"MZ...", b"#!/bin/sh\n", b"PK\x03\x04...", b"\x80\x04\x95."])
def test_a_program_under_a_name_of_data_is_refused(tmp_path: Path, content: bytes) -> None:
    files = [{"path": "models/m/config.json", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}]
    (tmp_path / "p/models/m").mkdir(parents=True)
    (tmp_path / "p/models/m/config.json").write_bytes(content)
    (tmp_path / "p" / INDEX).write_text(json.dumps({"format": 1, "files": files}))
    with pytest.raises(RunFailed, match="under a name of data"):
        unpack(tmp_path / "p", tmp_path / "t")
    assert not list((tmp_path / "t").rglob("*.json"))


def test_an_archive_larger_than_it_can_be_is_refused(tmp_path: Path) -> None:
    zeros = bytes(300 << 20)
    files = [{"path": "hub/a/b", "size": len(zeros), "sha256": hashlib.sha256(zeros).hexdigest()}]
    large = tarfile.TarInfo("hub/a/b")
    large.size = len(zeros)
    path = tar(tmp_path / "a.tar", [], {"format": 1, "files": files})
    with tarfile.open(path, "a") as archive:
        archive.addfile(large, io.BytesIO(zeros))
    (tmp_path / "a.tar.gz").write_bytes(gzip.compress(path.read_bytes()))
    with pytest.raises(BadInput, match="more than such an archive can hold; nothing was written"):
        unpack(tmp_path / "a.tar.gz", tmp_path / "t")
    files[0]["size"] = 1 << 50
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / INDEX).write_text(json.dumps({"format": 1, "files": files}))
    with pytest.raises(BadInput, match="has room for"):
        unpack(tmp_path / "p", tmp_path / "t")
    assert not (tmp_path / "t").exists()


def test_a_header_of_many_bytes_is_not_read_into_memory(tmp_path: Path) -> None:
    extra = tarfile.TarInfo("x")
    extra.type, extra.size = tarfile.XHDTYPE, 200 << 20
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        archive.fileobj.write(extra.tobuf(tarfile.USTAR_FORMAT))  # type: ignore[union-attr]
        archive.fileobj.write(bytes(200 << 20))  # type: ignore[union-attr]
    (tmp_path / "a.tar.gz").write_bytes(gzip.compress((tmp_path / "a.tar").read_bytes()))
    with pytest.raises(BadInput, match="no readable archive"):
        unpack(tmp_path / "a.tar.gz", tmp_path / "t")


def test_a_pipe_is_no_archive_and_no_member(tmp_path: Path, contents: Contents) -> None:
    os.mkfifo(tmp_path / "x.tar")
    with pytest.raises(BadInput, match="is a pipe"):
        unpack(tmp_path / "x.tar", tmp_path / "t")
    pack(contents, tmp_path / "p")
    (tmp_path / "p/models/m/config.json").unlink()
    os.mkfifo(tmp_path / "p/models/m/config.json")
    with pytest.raises(RunFailed, match=r"config\.json is missing"):
        unpack(tmp_path / "p", tmp_path / "t")


def test_a_link_out_of_a_model_folder_is_not_packed(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "private.txt").write_text("private")
    (tmp_path / "m" / "vocab.txt").symlink_to(tmp_path / "private.txt")
    with pytest.raises(BadInput, match="link out of its folder"):
        model_files(tmp_path / "m")
    cache = tmp_path / "models--a--b"
    (cache / "snapshots/0f").mkdir(parents=True)
    (cache / "blobs").mkdir()
    (cache / "blobs/1").write_text("{}")
    (cache / "snapshots/0f/config.json").symlink_to(cache / "blobs/1")
    assert list(model_files(cache / "snapshots/0f")) == ["config.json"]
