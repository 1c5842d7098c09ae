"""Data packs: whole, verified, resumable, and never outside their target."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from pathlib import Path

import pytest

from harness.errors import BadInput, MissingData, RunFailed
from harness.offline.pack import INDEX, Contents, is_safe, pack, unpack


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
