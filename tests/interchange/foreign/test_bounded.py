"""Reading within bounds: what is damaged, too large or kept elsewhere is refused with its reason."""

from __future__ import annotations

import gzip
import os
import tracemalloc
from pathlib import Path

import pytest

from harness.errors import BadInput
from harness.interchange.foreign import bounded
from tests.interchange import builders as b


def test_archive_members_are_checked(tmp_path: Path) -> None:
    path = b.zip_with(tmp_path / "a.zip", {"x": b"hello" * 100}, 93)
    assert bounded.Archive(path).read("x") == b"hello" * 100
    with pytest.raises(BadInput, match="lacks the member y"):
        bounded.Archive(path).read("y")
    raw = bytearray(path.read_bytes())
    raw[40] ^= 0xFF  # inside the packed bytes
    path.write_bytes(bytes(raw))
    with pytest.raises(BadInput, match="damaged"):
        bounded.Archive(path).read("x")


def test_an_archive_says_what_it_cannot_unpack(tmp_path: Path) -> None:
    path = b.zip_with(tmp_path / "a.zip", {"x": b"hello"}, 8)
    raw = path.read_bytes()
    for offset, value, reason in ((0, 14, "method"), (-2, 1, "encrypted")):
        changed = bytearray(raw)
        at = raw.index(b"PK\x01\x02") + 10 + offset
        changed[at] = value
        path.write_bytes(bytes(changed))
        with pytest.raises(BadInput, match=reason):
            bounded.Archive(path).read("x")
    path.write_bytes(b"PK no archive")
    with pytest.raises(BadInput, match="no readable ZIP"):
        bounded.Archive(path)


def test_a_member_larger_than_it_says_is_cut_off(tmp_path: Path) -> None:
    path = b.zip_with(tmp_path / "a.zip", {"x": b" " * (bounded.MAX_JSON + 10)}, 8)
    with pytest.raises(BadInput, match="unpacks to more than 64 MB"):
        bounded.Archive(path).read("x")
    raw = bytearray(path.read_bytes())
    at = bytes(raw).index(b"PK\x01\x02") + 24
    raw[at : at + 4] = (5).to_bytes(4, "little")  # the directory lies about the size
    path.write_bytes(bytes(raw))
    with pytest.raises(BadInput, match="unpacks to more than 64 MB"):
        bounded.Archive(path).read("x")


def test_lines_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"a": 1}\n\n[2]\nbroken\n'))
    lines = list(bounded.read_lines(path))
    assert [(line.number, line.value, line.problem is None) for line in lines] == [
        (1, {"a": 1}, True),
        (3, [2], True),
        (4, None, False),
    ]
    monkeypatch.setattr(bounded, "MAX_LINES", 2)
    with pytest.raises(BadInput, match="larger than"):
        list(bounded.read_lines(path))
    path.write_bytes(b"no gzip")
    with pytest.raises(BadInput, match="cannot be read"):
        list(bounded.read_lines(path))


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    missing = tmp_path / "nope"
    for read in (bounded.digest_file, lambda p: bounded.read_bytes(p, 9), lambda p: bounded.check(p, 9)):
        with pytest.raises(BadInput, match=os.strerror(2)):
            read(missing)
    missing.write_bytes(b"0123456789")
    with pytest.raises(BadInput, match="larger than"):
        bounded.check(missing, 9)
    with pytest.raises(BadInput, match="no JSON object"):
        bounded.read_json_object(b.write(tmp_path / "l.json", [1]))


def test_yaml_without_aliases_and_depth(tmp_path: Path) -> None:
    assert bounded.read_yaml(b.write(tmp_path / "a.yaml", "a: [1, {b: 2}]")) == {"a": [1, {"b": 2}]}
    for text in ("a: &x [1]\nb: *x", "[" * 50 + "]" * 50, "a: [", "!!python/object:os.system x"):
        with pytest.raises(BadInput):
            bounded.read_yaml(b.write(tmp_path / "b.yaml", text))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, 1.0),
        ("-11.02", -11.02),
        (" ", None),
        ("N/A", None),
        (float("nan"), None),
        (10**400, None),
        ("True", 1.0),
        ([], None),
    ],
)
def test_numbers(value: object, expected: float | None) -> None:
    assert bounded.number(value) == expected


def test_text_can_always_be_stored() -> None:
    assert bounded.text("\ud800a\x00") == "?a"
    assert bounded.text(12) == "12" and bounded.text(True) is None and bounded.text("") is None
    assert bounded.whole("5") == 5 and bounded.whole(2.5) is None and bounded.whole(-1) is None


@pytest.mark.parametrize("method", [8, 93])
def test_a_small_member_never_takes_much_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: int) -> None:
    path = b.zip_with(tmp_path / "a.zip", {"x": bytes(256 * bounded.MB)}, method)
    raw = bytearray(path.read_bytes())
    at = bytes(raw).index(b"PK\x01\x02") + 24
    raw[at : at + 4] = (5).to_bytes(4, "little")  # the directory lies about the size
    path.write_bytes(bytes(raw))
    monkeypatch.setattr(bounded, "MAX_JSON", bounded.MB)
    tracemalloc.start()
    try:
        with pytest.raises(BadInput, match="unpacks to more than 1 MB"):
            bounded.Archive(path).read("x")
        assert tracemalloc.get_traced_memory()[1] < 16 * bounded.MB
    finally:
        tracemalloc.stop()


def test_the_last_of_two_members_of_one_name_counts(tmp_path: Path) -> None:
    path = b.zip_with(tmp_path / "a.zip", {"x": b"one", "y": b"two"}, 93)
    path.write_bytes(path.read_bytes().replace(b"y", b"x"))
    archive = bounded.Archive(path)
    assert archive.names() == ["x"] and archive.read("x") == b"two"


@pytest.mark.parametrize("method", [0, 8, 93])
def test_a_member_that_is_cut_short_is_damaged(tmp_path: Path, method: int) -> None:
    with bounded.zipfile.ZipFile(tmp_path / "a.zip", "w", method) as archive:
        archive.writestr("x", os.urandom(4000))
    raw = bytearray((tmp_path / "a.zip").read_bytes())
    at = bytes(raw).rindex(b"PK\x01\x02") + 20
    raw[at : at + 4] = (1000).to_bytes(4, "little")  # the compressed size
    (tmp_path / "a.zip").write_bytes(bytes(raw))
    with pytest.raises(BadInput, match="damaged"):
        bounded.Archive(tmp_path / "a.zip").read("x")


def test_a_gzip_name_that_does_not_end_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * 50_000_000)
    with pytest.raises(BadInput, match="does not end"):
        list(bounded.read_lines(path))
    with gzip.GzipFile(tmp_path / "named.jsonl.gz", "wb") as out:
        out.write(b"{}\n")
    assert [line.value for line in bounded.read_lines(tmp_path / "named.jsonl.gz")] == [{}]
