"""Each line of docs/security.md is held by a test that exists; a model's own code is off."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

from harness import cli
from harness.runs.commands import Request

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = [row for row in re.findall(r"^\| (?!what holds|-)(.+) \|$", PAGE, re.MULTILINE) if not row.startswith("---")]


def defined(path: Path) -> set[str]:
    """Names of the tests that a file defines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_the_page_has_lines() -> None:
    assert len(ROWS) > 20


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split(" | ")[0][:50])
def test_each_line_names_tests_that_exist(row: str) -> None:
    _, tests = row.rsplit(" | ", 1)
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", tests)
    assert named and re.sub(r"`tests/[\w/]+\.py::test_\w+`(, )?", "", tests) == ""
    for file, name in named:
        assert (ROOT / file).is_file() and name in defined(ROOT / file), f"{file}::{name}"


def test_a_models_own_code_is_off_until_it_is_asked_for() -> None:
    for command in (cli.run, cli.verify):
        assert inspect.signature(command).parameters["trust_remote_code"].default is False
    assert "trust_remote_code" in Request.__dataclass_fields__
    named = re.compile(r"trust_remote_code\s*=\s*True")
    assert [p.name for p in (ROOT / "harness").rglob("*.py") if named.search(p.read_text(encoding="utf-8"))] == []
