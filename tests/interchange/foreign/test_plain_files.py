"""Only regular files are opened, whatever lies in a folder under whatever name."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from harness.errors import BadInput
from harness.interchange.foreign import bounded, parquet, table
from harness.interchange.foreign.limits import nesting
from harness.interchange.importing import import_path
from tests.interchange import builders as b


@pytest.fixture
def odd(tmp_path: Path) -> dict[str, Path]:
    """A pipe, links to a device, to a file and to itself, a socket, a folder."""
    folder = tmp_path / "odd"
    folder.mkdir()
    os.mkfifo(folder / "pipe.json")
    (folder / "zero.json").symlink_to("/dev/zero")
    (tmp_path / "secret.txt").write_text('{"private": 1}')
    (folder / "link.json").symlink_to(tmp_path / "secret.txt")
    (folder / "loop.json").symlink_to(folder / "loop.json")
    (folder / "folder.json").mkdir()
    here = Path.cwd()
    os.chdir(folder)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.json")
    os.chdir(here)
    return {path.stem: path for path in folder.iterdir()}


READS = (
    lambda p: bounded.read_bytes(p, 9),
    lambda p: bounded.check(p, 9),
    bounded.digest_file,
    bounded.read_json,
    bounded.read_yaml,
    bounded.Archive,
    lambda p: list(bounded.read_lines(p)),
    lambda p: list(parquet.rows(p)),
    table.rows,
)


@pytest.mark.parametrize("read", READS)
def test_no_reader_opens_anything_else(odd: dict[str, Path], read: object) -> None:
    words = {
        "pipe": "is a pipe",
        "zero": "link",
        "link": "link",
        "loop": "link",
        "folder": "is a folder",
        "socket": "is a socket",
    }
    for name, path in odd.items():
        with pytest.raises(BadInput, match=words[name]):
            read(path)  # type: ignore[operator]
    assert table.header(odd["pipe"]) == []
    with pytest.raises(BadInput, match="is a device"):
        bounded.read_bytes(odd["zero"], 9, follow=True)
    assert bounded.read_json(odd["link"], follow=True) == {"private": 1}


def test_an_import_names_them_and_reads_the_rest(odd: dict[str, Path], tmp_path: Path) -> None:
    b.write(odd["pipe"].parent / f"results_{b.DATE}.json", b.lm_eval_results())
    started = time.monotonic()
    report = import_path(odd["pipe"].parent, runs_dir=tmp_path / "runs")
    assert len(report.imported) == 1 and time.monotonic() - started < 10
    reasons = {r.file: r.reason for r in report.refused}
    assert reasons["pipe.json"] == "is a pipe, no regular file" and "socket" in reasons["socket.json"]
    assert all("links are not followed" in reasons[f"{name}.json"] for name in ("zero", "link", "loop"))


def test_a_path_that_a_person_names_may_be_a_link_but_no_device(odd: dict[str, Path], tmp_path: Path) -> None:
    file = b.write(tmp_path / "r" / f"results_{b.DATE}.json", b.lm_eval_results())
    (tmp_path / "named.json").symlink_to(file)
    assert len(import_path(tmp_path / "named.json", runs_dir=tmp_path / "runs").imported) == 1
    for name in ("pipe", "zero", "socket"):
        report = import_path(odd[name], runs_dir=tmp_path / "runs")
        assert not report.imported and report.refused[0].reason.startswith(("is of no kind", "is a "))


def test_a_linked_folder_in_a_tree_is_not_read_through(tmp_path: Path) -> None:
    tree = b.evalscope_tree(tmp_path / "t")
    (tree / "configs").rename(tmp_path / "configs")
    (tree / "configs").symlink_to(tmp_path / "configs")
    report = import_path(tree, runs_dir=tmp_path / "runs")
    assert not report.imported and "configs, which is a symbolic link" in report.refused[0].reason


def test_a_pipe_in_a_tree_is_named(tmp_path: Path) -> None:
    tree = b.evalscope_tree(tmp_path / "t")
    os.mkfifo(tree / "configs" / "extra.yaml")
    reasons = [r.reason for r in import_path(tree, runs_dir=tmp_path / "runs").refused]
    assert "is a pipe, no regular file" in reasons


@pytest.mark.parametrize("depth", [nesting.MAX_DEPTH + 1, 50_000])
@pytest.mark.parametrize(("head", "tail"), [("[", "]"), ('{"a":', "}"), ('["]]]",', "]")])
def test_deep_json_is_refused_before_it_is_parsed(depth: int, head: str, tail: str) -> None:
    with pytest.raises(BadInput, match="nested too deeply"):
        bounded.parse_json(head * depth + "1" + tail * depth)


def test_many_brackets_side_by_side_or_in_texts_are_not_deep() -> None:
    assert len(bounded.parse_json("[" + "[],{}," * 10_000 + "[1]]")) == 20_001
    assert bounded.parse_json('["' + "[{" * 10_000 + '\\"[["]') == ["[{" * 10_000 + '"[[']
    depth = nesting.MAX_DEPTH
    assert bounded.parse_json("[" * depth + "]" * depth)


def test_a_zip_of_too_many_members_is_refused_by_its_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = b.zip_with(tmp_path / "a.zip", {f"m{i}": b"" for i in range(60)}, 0)
    monkeypatch.setattr(bounded, "MAX_MEMBERS", 50)
    with pytest.raises(BadInput, match="more than 50 members"):
        bounded.Archive(path)


@pytest.mark.parametrize(
    "text", ["!!timestamp x", "!!bool maybe", "!!int ''", "a: !!float x", "? [1]\n: 2", "2001-99-99"]
)
def test_odd_yaml_values_end_in_a_sentence(tmp_path: Path, text: str) -> None:
    try:
        bounded.read_yaml(b.write(tmp_path / "a.yaml", text))
    except BadInput as problem:
        assert "is no readable YAML" in str(problem)
