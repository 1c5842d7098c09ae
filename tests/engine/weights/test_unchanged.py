"""Weights that are written over while a run is under way: nothing of the others is kept under the revision of the first."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from rich.console import Console
from safetensors.torch import load_file, save_file

from harness.engine.source import resolve
from harness.errors import RunFailed
from harness.runs import score
from harness.runs.execute import Outcome, run_model
from harness.runs.progress import Progress
from harness.store import run_folder
from harness.suites.model import Suite
from tests.runs.conftest import calibration as calibration_of_runs
from tests.runs.conftest import make_model, options

calibration = calibration_of_runs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_model(tmp_path / "m")


@pytest.fixture
def other(folder: Path, tmp_path: Path) -> Path:
    """A file of the same size with other weights."""
    path = tmp_path / "other.safetensors"
    tensors = load_file(folder / "model.safetensors")
    save_file({k: v * 0.5 if "mlp" in k else v for k, v in tensors.items()}, path, metadata={"format": "pt"})
    return path


class At(Progress):
    """Does something once, as a step whose words hold ``words`` begins."""

    def __init__(self, words: str, deed: Callable[[], Any]) -> None:
        super().__init__(Console(quiet=True))
        self.words, self.deed = words, deed

    def step(self, text: str) -> None:
        if self.words in text:
            self.words = "\0"
            self.deed()


def renamed(folder: Path, other: Path) -> None:
    shutil.copy(other, folder / "new")
    (folder / "new").rename(folder / "model.safetensors")


def in_place(folder: Path, other: Path) -> None:
    """Written over with the old time restored."""
    path = folder / "model.safetensors"
    before = path.stat()
    with path.open("r+b") as file:
        file.write(other.read_bytes())
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def run(folder: Path, suite: Suite, show: Progress | None = None) -> Outcome:
    return run_model(str(folder), suite, options(), folder.parent / "runs", show or Progress(Console(quiet=True)))


@pytest.mark.parametrize("swap", [renamed, in_place])
def test_weights_swapped_before_they_are_loaded_are_neither_scored_nor_kept(
    folder: Path, other: Path, calibration: Suite, swap: Callable[[Path, Path], None]
) -> None:
    shutil.copy(folder / "model.safetensors", right := folder.parent / "right.safetensors")
    with pytest.raises(
        RunFailed, match=r"Files of m were (written while it was loaded|changed .*): model\.safetensors"
    ):
        run(folder, calibration, At("loading", lambda: swap(folder, other)))
    runs = folder.parent / "runs"
    assert not [p for p in runs.rglob("*") if p.suffix in (".jsonl", ".json", ".parquet")]
    swap(folder, right)
    assert not run(folder, calibration).existing


def test_weights_swapped_and_put_back_while_they_are_loaded_are_refused(
    folder: Path, other: Path, calibration: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.engine import load as loading

    shutil.copy(folder / "model.safetensors", right := folder.parent / "right.safetensors")
    causal = loading._causal

    def late(*arguments: Any) -> Any:
        renamed(folder, other)
        try:
            return causal(*arguments)
        finally:
            renamed(folder, right)

    monkeypatch.setattr(loading, "_causal", late)
    with pytest.raises(RunFailed, match="written while it was loaded"):
        run(folder, calibration)


def test_weights_swapped_while_batches_are_scored_keep_the_batches_before(
    folder: Path, other: Path, calibration: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(shutil.copytree(folder, folder.parent / "apart" / "m"), calibration)
    shutil.copy(folder / "model.safetensors", right := folder.parent / "right.safetensors")
    bounded, batches = score.refuse_unbounded, []

    def second(*arguments: Any) -> None:
        batches.append(arguments)
        if len(batches) == 2:
            in_place(folder, other)
        bounded(*arguments)

    monkeypatch.setattr(score, "refuse_unbounded", second)
    with pytest.raises(RunFailed, match=r"Files of m were changed while it was scored: model\.safetensors"):
        run(folder, calibration)
    (kept,) = (folder.parent / "runs" / ".journal").glob("*.jsonl")
    assert kept.read_text().count('"done"') == 1
    in_place(folder, right)
    again = run(folder, calibration)
    assert run_folder.read_manifest(again.folder)["journal"]["starts"] == 2
    ours, theirs = (pq.read_table(o.folder / "results.parquet").drop(["run_id"]).to_pylist() for o in (again, first))
    assert ours == theirs, "batches of before and after are of the same weights"


def test_weights_swapped_before_the_run_is_sealed_are_refused(folder: Path, other: Path, calibration: Suite) -> None:
    with pytest.raises(RunFailed, match="Nothing was sealed"):
        run(folder, calibration, At("computing scores", lambda: renamed(folder, other)))
    assert not [p for p in (folder.parent / "runs").iterdir() if not p.name.startswith(".")]


def touched(folder: Path) -> None:
    os.utime(folder / "model.safetensors")


def linked(folder: Path) -> None:
    (folder / "trainer_state.json").write_text("{}")
    os.link(folder / "model.safetensors", folder.parent / "link")


@pytest.mark.parametrize("deed", [touched, linked, shutil.rmtree], ids=["touched", "linked", "removed"])
def test_files_that_hold_the_same_or_are_gone_once_loaded_are_no_change(
    folder: Path, calibration: Suite, deed: Callable[[Path], None]
) -> None:
    assert run(folder, calibration, At("computing scores", lambda: deed(folder))).folder.is_dir()


def test_a_file_that_appears_is_a_change(folder: Path) -> None:
    source = resolve(str(folder))
    assert source.files is not None
    source.files.refuse_changed("m")
    (folder / "chat_template.jinja").write_text("{{ messages }}")
    with pytest.raises(RunFailed, match=r"chat_template\.jinja"):
        source.files.refuse_changed("m")
