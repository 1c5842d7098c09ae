"""kill -9 at any write of import, run, rebuild and refresh: the same command then ends right, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.killed_commands import killed_and_repeated, make_scene, writes_of

KILLS = {"import": 8, "run": 4, "rebuild": 4, "refresh": 4}
"""Kills of each command, spread over its writes."""


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[str]]]:
    folder = tmp_path_factory.mktemp("scene")
    return folder, make_scene(folder)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KILLS)
def test_a_killed_command_ends_right_when_it_is_given_again(
    scene: tuple[Path, dict[str, list[str]]], tmp_path: Path, kind: str
) -> None:
    folder, commands = scene
    writes = writes_of(commands[kind], folder, tmp_path / "whole")
    assert writes >= KILLS[kind] - 1
    wrong = {}
    for number in range(KILLS[kind]):
        die_at = 1 + number * (writes - 1) // (KILLS[kind] - 1)
        problem = killed_and_repeated(kind, commands[kind], folder, tmp_path / str(number), die_at)
        if problem:
            wrong[die_at] = problem
    assert not wrong, f"of {writes} writes: {wrong}"
