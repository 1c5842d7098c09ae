"""Prompts and answers come from the exact folder of one run, a page at a time."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from harness.errors import BadInput, MissingData
from harness.store.samples import samples, samples_path
from tests.store.conftest import make_run


def test_pages_follow_the_file(runs: Path) -> None:
    folder = make_run(runs, 1, items=10)
    whole = pq.read_table(folder / "samples.parquet").to_pandas()
    seen = []
    for offset in range(0, 20, 6):
        page = samples(folder.name, offset=offset, limit=6, runs=runs)
        assert page.total == 20 and page.offset == offset
        seen += page.frame["prompt"].tolist()
    assert seen == whole["prompt"].tolist()
    assert samples(folder.name, offset=99, runs=runs).frame.empty


def test_filters(runs: Path) -> None:
    folder = make_run(runs, 1, items=6)
    whole = pq.read_table(folder / "samples.parquet").to_pandas()
    pick = samples(folder.name, "pick", metric="acc", filter="none", runs=runs)
    assert pick.total == 6 and set(pick.frame["task"]) == {"pick"}
    wrong = samples(folder.name, "pick", below=1, runs=runs)
    assert wrong.total == int((whole["task"].eq("pick") & whole["value"].lt(1)).sum())
    found = samples(folder.name, text="üNSURE", limit=2, runs=runs)
    assert found.total == 6 and len(found.frame) == 2
    assert samples(folder.name, text="prompt pick 3", runs=runs).frame["item"].tolist() == [3]
    assert samples(folder.name, text="(.*", runs=runs).total == 0


def test_the_folder_of_runs_is_that_of_the_environment(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_run(runs, 1)
    monkeypatch.setenv("LANDSCAPE_RUNS", str(runs))
    assert samples_path(folder.name) == runs / folder.name / "samples.parquet"
    assert samples(folder.name).total == 8


@pytest.mark.parametrize("run_id", ["../secret", "/etc/passwd", "", ".tmp-x", "a/b", "a\0b", "x" * 300])
def test_an_id_names_nothing_outside(runs: Path, run_id: str) -> None:
    with pytest.raises(BadInput, match="is no run id"):
        samples_path(run_id, runs)


def test_missing_unsealed_and_damaged_runs(runs: Path) -> None:
    with pytest.raises(MissingData, match="not on this machine"):
        samples("20260101T000000Z-a-b-00000000", runs=runs)
    folder = make_run(runs, 1)
    with pytest.raises(BadInput, match="page"):
        samples(folder.name, limit=0, runs=runs)
    (folder / "samples.parquet").write_bytes(b"junk")
    with pytest.raises(BadInput, match="cannot be read"):
        samples(folder.name, runs=runs)
    (folder / "manifest.json").unlink()
    with pytest.raises(MissingData):
        samples(folder.name, runs=runs)
