"""Every command of ours that a deployment file or a page on operating names is one that the command line takes."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from harness.cli import app
from harness.runs.jobs import run_file
from tests.deploy.command_lines import blocks, in_deploy, in_text, refused, run_files
from tests.deploy.shapes import ROOT

PAGES = ("docs/operations.md", "docs/nights.md", "docs/fleet.md", "docs/remote.md")
LINES = in_deploy()
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize(("file", "words"), LINES, ids=[f"{f}: {' '.join(w)[:50]}" for f, w in LINES])
def test_a_command_of_a_deployment_file_is_taken(file: str, words: list[str]) -> None:
    assert refused(words) is None, f"{file}: harness {' '.join(words)}"


@pytest.mark.parametrize("page", PAGES)
def test_a_command_of_a_page_is_taken(page: str) -> None:
    texts = [text for language, text in blocks(ROOT / page) if language in ("bash", "sh", "ini", "text")]
    lines = [words for text in texts for words in in_text(text)]
    assert len(lines) >= 2
    wrong = {" ".join(words): why for words in lines if (why := refused(words))}
    assert wrong == {}
    assert {words[0] for words in lines} <= set(COMMANDS)


def test_what_the_command_line_does_not_know_is_refused() -> None:
    assert refused(["site", "--adress", "::"]) and refused(["serve"]) and refused(["data", "backup"])
    assert refused(["run", "--limit", "many"]) and refused(["data"])
    assert refused(["site", "--address", "::", "--log", "json"]) is None


def test_command_lines_are_found_in_scripts() -> None:
    script = (
        "x=1\nsrun /opt/bin/harness run --suite a \\\n  --model 'b c' > out.json\n# harness old\nharness-like run\n"
    )
    assert in_text(script) == [["run", "--suite", "a", "--model", "b c"]]
    named = {words[0] for _, words in LINES}
    assert {"site", "run", "data", "fleet"} <= named and len(LINES) >= 12


@pytest.mark.parametrize(("name", "text"), run_files(), ids=[name for name, _ in run_files()])
def test_a_run_file_is_read(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "night.yaml").write_text(text, encoding="utf-8")
    run_file.read(tmp_path / "night.yaml")
