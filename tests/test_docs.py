"""Every command is documented, and every command that the documents name exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import typer

from harness.cli import app
from harness.commands.reference import page

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def known() -> set[str]:
    top = typer.main.get_command(app)
    return set(top.commands) | {f"{n} {s}" for n, c in top.commands.items() for s in getattr(c, "commands", {})}  # type: ignore[attr-defined]


def named_commands(path: Path) -> list[str]:
    """What follows ``harness`` in a page's code, one or two words each."""
    return re.findall(r"(?:`|^\s*)harness ([a-z]+(?: [a-z]+)?)", path.read_text(encoding="utf-8"), re.MULTILINE)


def links(path: Path) -> list[str]:
    """A page's links to files, without their anchors."""
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text)
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def test_reference_is_what_the_code_says() -> None:
    written = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert written == page(), "docs/commands.md is old: python -m harness.commands.reference > docs/commands.md"


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_named_commands_exist(path: Path) -> None:
    first = {command.split()[0] for command in known()}
    assert [words for words in named_commands(path) if words.split()[0] not in first] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    assert [target for target in links(path) if not (path.parent / target).exists()] == []


def test_pages_name_commands_and_link_to_files() -> None:
    assert "run" in {words.split()[0] for path in PAGES for words in named_commands(path)}
    assert "docs/catalog.md" in links(ROOT / "CONTRIBUTING.md") + links(ROOT / "README.md")


def test_repository_names_no_machine() -> None:
    import subprocess

    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    texts = [
        p for p in listed if p.endswith((".py", ".md", ".toml", ".yaml", ".yml", ".sql", ".txt", "Makefile", ".ci/run"))
    ]
    marks = ("/" + "work/main", "/" + "work/shared", "/" + "root/", "/tmp/" + "bash_jobs")
    assert "README.md" in texts and "harness/cli.py" in texts
    for name in texts:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not [m for m in marks if m in text], name


GUIDES = [ROOT / "docs" / "anatomy.md", ROOT / "harness" / "engine" / "packed" / "README.md"]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda p: str(p.relative_to(ROOT)))
def test_named_files_and_functions_exist(guide: Path) -> None:
    """A path is the root's or stands beside the guide; the name after a path is defined in that file."""
    text = guide.read_text(encoding="utf-8")
    named = re.findall(r"((?:[\w.]+/)*\w+\.py)(?:` `(\w+)| (\w+)$)?", text, re.MULTILINE)
    assert len(named) > 10
    for file, quoted, bare in named:
        name = quoted or bare
        paths = [p for p in (ROOT / file, guide.parent / file, ROOT / "harness" / file) if p.is_file()]
        assert paths, f"{guide.name} names {file}"
        defined = {n.name for n in ast.walk(ast.parse(paths[0].read_text(encoding="utf-8"))) if hasattr(n, "name")}
        assert not name or name in defined, f"{guide.name}: {file} has no {name}"
