"""Notes of replaced runs, killed at any change of a file: the runs that stand are those of before or of after, and all are there."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import files
from harness.store import run_folder
from harness.store.imported import replacing

NAMES = "abcdef"


class Killed(BaseException):
    """The end of a process at this place."""


class Steps:
    """Renames and unlinkings, of which the last that is allowed kills."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.left = -1
        for owner, name in ((Path, "rename"), (Path, "replace"), (Path, "unlink"), (os, "replace"), (os, "rename")):
            patch.setattr(owner, name, self.counted(getattr(owner, name)))

    def counted(self, change: Callable[..., object]) -> Callable[..., object]:
        def counting(*args: object, **options: object) -> object:
            if self.left == 0:
                raise Killed
            self.left -= 1
            return change(*args, **options)

        return counting


def standing(runs: Path) -> set[str]:
    return {folder.name for folder in run_folder.sealed(runs)}


def put(runs: Path, name: str) -> None:
    if not (runs / name / "manifest.json").exists():
        scratch = runs / f".tmp-own-{name}"
        scratch.mkdir(exist_ok=True)
        (scratch / "manifest.json").write_text("{}")
        scratch.rename(runs / name)


def replace(runs: Path, old: set[str], new: set[str], *, seen: bool = True) -> None:
    """What an import does: runs that are in their places already, hidden or not, it leaves there.

    ``seen``: it knows of those; else they came while it was reading.
    """
    replacing.settled(runs)
    there = {name for name in new if seen and (runs / name).exists()}
    with files.exclusive(runs):
        replacing.note(runs, old, new - there, there)
        for name in sorted(new - there):
            put(runs, name)
        replacing.settle(runs)


@pytest.mark.parametrize("seed", range(40))
def test_one_side_stands_whole_wherever_a_process_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(files, "sync", lambda _: None)
    rng, runs = random.Random(seed), tmp_path / "runs"
    (runs / "a").mkdir(parents=True)
    (runs / "a/manifest.json").write_text("{}")
    live, steps = {"a"}, Steps(monkeypatch)
    for _ in range(25):
        steps.left = rng.choice((-1, rng.randrange(8)))
        after, act = live, rng.choice(("replace", "replace", "sweep", "finish"))
        try:
            if act == "replace":
                old = set(rng.sample(sorted(live), rng.randint(1, len(live))))
                new = set(rng.sample(NAMES, rng.randint(1, 3)))
                after = (live - old) | new
                replace(runs, old - new, new, seen=rng.random() < 0.5)
            elif act == "sweep":
                replacing.sweep(runs)
            else:
                replacing.finish(runs, replacing.settled(runs))
            assert standing(runs) == after
        except Killed:
            pass
        steps.left = -1
        now = standing(runs)
        assert now in (live, after) or live <= now <= after  # runs that replace none come one by one
        live = now
    replacing.sweep(runs)
    replacing.finish(runs, replacing.settled(runs))
    assert standing(runs) == live == {p.name for p in runs.iterdir() if not p.name.startswith(".")}
    assert not list(runs.glob(".replacing-*"))


def test_what_the_database_has_not_forgotten_yet_stays(tmp_path: Path) -> None:
    tmp_path.joinpath("a").mkdir()
    tmp_path.joinpath("a/manifest.json").write_text("{}")
    replace(tmp_path, {"a"}, {"b"})
    forgotten = replacing.settled(tmp_path)
    replace(tmp_path, {"b"}, {"c"})
    replacing.finish(tmp_path, forgotten)
    assert forgotten == {"a"} and replacing.absent(tmp_path) == {"b"} and standing(tmp_path) == {"c"}
    assert {p.name for p in tmp_path.iterdir() if p.is_dir()} == {"b", "c"}
