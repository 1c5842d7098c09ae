"""Objects at a URL, alike on S3, a local folder and memory: whole, once, bounded, tried again, and silent of secrets."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import fsspec
import pytest

from harness.errors import BadInput, StoreAway, StoreRefused
from harness.store.remote.objects import Objects, is_plain
from tests.store.remote.conftest import KEYS, Flaky

KINDS = ["s3", "file", "memory", "flaky"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_is_read_listed_and_removed(address: Callable[[str], str], tmp_path: Path, kind: str) -> None:
    place = Objects(address(kind))
    assert place.makes_once
    assert place.names() == place.names("nowhere") and place.names().objects == ()
    assert place.read("a/one", 10) is None and place.stat("a/one") is None
    place.write("a/one", b"1")
    place.write("a/b/two", b"22")
    first = place.stat("a/one")
    place.write("a/one", b"333")
    assert place.read("a/one", 10) == b"333" and place.stat("a/one") != first
    assert (place.names("a").objects, place.names("a").folders) == (("one",), ("b",))
    assert place.stat("a") is None
    big = tmp_path / "big"
    big.write_bytes(os.urandom(2_000_000))
    place.send(big, "a/big")
    stat = place.fetch("a/big", tmp_path / "again", 1 << 30)
    assert stat is not None and stat.size == 2_000_000 and (tmp_path / "again").read_bytes() == big.read_bytes()
    assert place.read_all(["a/one", "a/none", "a/b/two"], 10) == [b"333", None, b"22"]
    place.remove("a/one")
    place.remove("a/one")
    place.remove_folder("a")
    place.remove_folder("a")
    assert place.names("a").objects == place.names("a").folders == ()


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_is_made_once(address: Callable[[str], str], kind: str) -> None:
    place = Objects(address(kind))
    assert place.make("locks/1", b"mine")
    assert not place.make("locks/1", b"yours")
    assert place.make("locks/1", b"mine")  # the answer was lost, and it is asked again
    assert place.read("locks/1", 10) == b"mine"


def test_a_file_system_that_overwrites_instead_gives_the_name_to_the_last(
    objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects._fs, "pipe_file", lambda path, data, mode="": fsspec.filesystem("memory").store.clear())
    assert not objects.make("locks/1", b"mine")


def test_a_fifth_of_calls_may_fail(address: Callable[[str], str]) -> None:
    place, before = Objects(address("flaky"), wait=lambda seconds: None), Flaky.failed
    for number in range(40):
        place.write(f"n/{number}", str(number).encode())
    assert [place.read(f"n/{number}", 9) for number in range(40)] == [str(n).encode() for n in range(40)]
    assert Flaky.failed > before + 5


def test_who_does_not_answer_is_asked_eight_times(address: Callable[[str], str], away: Callable[[bool], None]) -> None:
    waits: list[float] = []
    place = Objects(address("away"), wait=waits.append)
    away(True)
    with pytest.raises(StoreAway, match="does not answer: .*the line is dead"):
        place.read("one", 10)
    assert len(waits) == 7


def test_more_than_was_bargained_for_is_not_read(objects: Objects, tmp_path: Path) -> None:
    objects.write("one", b"12345")
    with pytest.raises(BadInput, match="5 bytes, more than the 4"):
        objects.read("one", 4)
    with pytest.raises(BadInput, match="5 bytes; 4 are taken"):
        objects.fetch("one", tmp_path / "one", 4)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["../up", "a/../../up", "/root", "a//b", "a/.", ".."])
def test_no_path_leaves_the_url(objects: Objects, path: str) -> None:
    for deed in (objects.stat, objects.names, objects.remove_folder, lambda p: objects.write(p, b"")):
        with pytest.raises(BadInput, match="no place below a URL"):
            deed(path)


@pytest.mark.parametrize("name", ["", ".", "..", ".hidden", "a/b", "a\\b", "a\nb", "-x", "ü" * 200, "a" * 256, "a b"])
def test_odd_names_do_not_come_to_this_host(name: str) -> None:
    assert not is_plain(name)


def test_a_file_that_came_broken_off_is_not_taken(
    objects: Objects, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects.write("one", b"12345")
    monkeypatch.setattr(objects._fs, "get_file", lambda source, target: Path(target).write_bytes(b"123"))
    with pytest.raises(StoreAway, match="changes while it is read"):
        objects.fetch("one", tmp_path / "one", 100)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_arrives_otherwise_is_noticed(
    objects: Objects, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one").write_bytes(b"12345")
    put = objects._fs.pipe_file
    monkeypatch.setattr(objects._fs, "put_file", lambda source, target: put(target, b"12340"))
    with pytest.raises(StoreAway, match="does not hold what was written"):
        objects.send(tmp_path / "one", "one")


@pytest.mark.parametrize("url", ["nosuch://place/x", "s3://", "memory://"])
def test_a_url_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(StoreRefused):
        Objects(url)


def test_no_secret_is_in_a_message(monkeypatch: pytest.MonkeyPatch, bucket: str) -> None:
    monkeypatch.setattr("harness.store.remote.attempts.PATIENCE", 0.0)
    url = f"s3://{bucket}/x?token=planted-in-the-url-1234"
    for word in (KEYS["AWS_SECRET_ACCESS_KEY"], KEYS["AWS_ACCESS_KEY_ID"]):
        place = Objects(f"s3://{bucket}/land")
        monkeypatch.setattr(place._fs, "info", lambda path, word=word: (_ for _ in ()).throw(OSError(5, f"bad {word}")))
        with pytest.raises(StoreAway) as error:
            place.stat("one")
        assert word not in str(error.value) and "***" in str(error.value)
    assert "planted-in-the-url" not in Objects(url).shown
    with pytest.raises(StoreRefused) as refused:
        Objects("nosuch://user:planted-password@host/x")
    assert "planted-password" not in str(refused.value)
