"""Data packs at a URL: the same pack, as verified and as bounded as one in a folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import BadInput, MissingData, RunFailed, StoreAway
from harness.offline.at_url import pack_to, unpack_from
from harness.offline.pack import INDEX, Contents
from harness.store.remote.objects import Objects
from tests.offline.test_pack import contents  # noqa: F401
from tests.store.remote.conftest import address, bucket, server  # noqa: F401


@pytest.mark.parametrize("kind", ["s3", "file"])
@pytest.mark.parametrize("name", ["pack", "pack.tar", "pack.tar.gz"])
def test_a_pack_travels_by_url(
    address: Callable[[str], str],  # noqa: F811
    tmp_path: Path,
    contents: Contents,  # noqa: F811
    kind: str,
    name: str,
) -> None:
    url = f"{address(kind)}/{name}"
    entries = pack_to(contents, url, tmp_path / "cache")
    done = unpack_from(url, tmp_path / "t")
    assert sorted(done.written) == sorted(contents.files) == [entry.path for entry in entries]
    for place, source in contents.files.items():
        assert (tmp_path / "t" / place).read_bytes() == source.read_bytes()
    assert unpack_from(url, tmp_path / "t").written == ()
    assert sorted(p.name for p in (tmp_path / "t").iterdir()) == ["hub", "models"]


def test_packing_goes_on_and_the_index_comes_last(tmp_path: Path, contents: Contents) -> None:  # noqa: F811
    url = f"file://{tmp_path}/at_url"
    objects, send, sent = Objects(url), Objects.send, list[str]()

    def broken(self: Objects, source: Path, path: str, **more: bool) -> None:
        sent.append(path)
        if len(sent) == 2:
            raise StoreAway("the line is dead.")
        send(self, source, path, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Objects, "send", broken)
        with pytest.raises(StoreAway):
            pack_to(contents, url, tmp_path)
        with pytest.raises(MissingData, match="holds no pack.json"):
            unpack_from(url, tmp_path / "t")
        pack_to(contents, url, tmp_path)
    assert len(sent) == 4 and sent.count(sent[0]) == 1
    assert objects.read(INDEX, 1 << 20) is not None


def test_a_damaged_or_hostile_pack_at_a_url_is_refused(tmp_path: Path, contents: Contents) -> None:  # noqa: F811
    objects = Objects(f"file://{tmp_path}/at_url")
    pack_to(contents, objects.url, tmp_path)
    objects.write("models/m/config.json", b"[]")
    with pytest.raises(RunFailed, match="config.json does not have the size and SHA-256"):
        unpack_from(objects.url, tmp_path / "t")
    objects.remove("models/m/config.json")
    with pytest.raises(RunFailed, match="config.json is missing"):
        unpack_from(objects.url, tmp_path / "t")
    index = json.loads(objects.read(INDEX, 1 << 20) or b"")
    index["files"][0]["path"] = "hub/../../up"
    objects.write(INDEX, json.dumps(index).encode())
    with pytest.raises(BadInput, match="no path below"):
        unpack_from(objects.url, tmp_path / "t2")
    with pytest.raises(MissingData):
        unpack_from(f"{objects.url}/none.tar", tmp_path / "t3")
