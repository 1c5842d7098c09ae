"""Paths as people type them: every option that takes one refuses what can be none with exit code 2 and a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.__main__ import run as harness
from harness.errors import BadInput
from harness.places import typed_path

NOBODY, LONG = "~nosuchuser/x", "x" * 5000
MODEL = ["--model", "stories260K"]


def test_a_home_folder_is_replaced_and_other_names_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    assert typed_path("~/models") == Path("/home/someone/models")
    assert typed_path("Qwen/Qwen3-0.6B") == Path("Qwen/Qwen3-0.6B") and typed_path("a~b") == Path("a~b")


@pytest.mark.parametrize("name", ["x" * 255, "/".join(["y" * 200] * 20), "é" * 127, "\ud800", "a\0b"])
def test_what_a_system_can_hold_or_look_for_passes(name: str) -> None:
    assert str(typed_path(name)) == name


@pytest.mark.parametrize("name", ["x" * 256, "/".join(["y" * 200] * 21), "é" * 128, NOBODY])
def test_what_can_be_no_path_is_a_sentence(name: str) -> None:
    with pytest.raises(BadInput) as caught:
        typed_path(name, "--model")
    assert str(caught.value).startswith(f"--model: {name[:80]}") and len(str(caught.value)) < 250


@pytest.mark.parametrize("name", [NOBODY, LONG])
@pytest.mark.parametrize(
    "line",
    [
        ["run", "--suite", "quick", "--offline", "--device", "cpu", "--model"],
        ["run", *MODEL, "--offline", "--device", "cpu", "--suite"],
        ["run", *MODEL, "--suite", "quick", "--offline", "--device", "cpu", "--tasks"],
        ["run", "--file"],
        ["suites", "check", "--suite"],
        ["suites", "check", "--suite", "quick", "--tasks"],
        ["bench", "--device", "cpu", "--model"],
        ["fleet", "run", "--suite", "quick", "--model"],
    ],
    ids=lambda line: " ".join(line),
)
def test_every_option_that_takes_a_path_ends_with_a_sentence(
    line: list[str], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANDSCAPE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("LANDSCAPE_DB", str(tmp_path / "landscape.duckdb"))
    assert harness([*line, name]) == 2
    told = capsys.readouterr().err
    assert "did not foresee" not in told and len(told) < 1500


@pytest.mark.parametrize("variable", ["LANDSCAPE_RUNS", "LANDSCAPE_HUB", "LANDSCAPE_DB", "LANDSCAPE_CATALOG"])
def test_every_place_of_the_environment_names_itself(
    variable: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("LANDSCAPE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("LANDSCAPE_DB", str(tmp_path / "landscape.duckdb"))
    monkeypatch.setenv(variable, NOBODY)
    assert harness(["run", "--suite", "quick", *MODEL, "--offline", "--device", "cpu"]) == 2
    assert f"{variable}: {NOBODY} names the home folder of nosuchuser" in " ".join(capsys.readouterr().err.split())
