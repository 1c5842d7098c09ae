"""Each public function of the room has a section in docs/methodology.md, and each section a function."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

import harness.analysis

ROOM = Path(harness.analysis.__file__).parent
DOCUMENT = ROOM.parents[1] / "docs" / "methodology.md"
FORBIDDEN = {"torch", "streamlit", "transformers", "lm_eval"}


def _public() -> set[str]:
    found = set()
    for path in ROOM.rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                module = ".".join(path.relative_to(ROOM).with_suffix("").parts)
                found.add(f"harness.analysis.{module}.{node.name}")
    return found


def _sections() -> dict[str, str]:
    parts = re.split(r"^### `(harness\.analysis\.[\w.]+)`\n", DOCUMENT.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_sections_and_functions_are_the_same() -> None:
    assert set(_sections()) == _public()


def _names(path: Path) -> set[str]:
    """Every name that a module's code uses."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    imported = {a.name for n in nodes if isinstance(n, ast.ImportFrom) for a in n.names}
    return imported | {n.id for n in nodes if isinstance(n, ast.Name)} | {
        n.attr for n in nodes if isinstance(n, ast.Attribute)
    }  # fmt: skip


def _bodies() -> dict[str, set[str]]:
    """Functions and classes of the room by name, each with the names that its body uses."""
    bodies: dict[str, set[str]] = {}
    for path in ROOM.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                used = {n.id if isinstance(n, ast.Name) else n.attr for n in ast.walk(node)
                        if isinstance(n, (ast.Name, ast.Attribute))}  # fmt: skip
                bodies.setdefault(node.name, set()).update(used)
    return bodies


def test_every_section_is_reached_by_a_page_a_report_or_a_command() -> None:
    house = ROOM.parents[1]
    outside = [p for p in (house / "harness").rglob("*.py") if ROOM not in p.parents]
    bodies = _bodies()
    reached: set[str] = set()
    waiting = {name for path in [*outside, *(house / "pages").glob("*.py")] for name in _names(path)} & set(bodies)
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= (bodies[name] & set(bodies)) - reached
    assert {name for name in _sections() if name.rsplit(".", 1)[1] not in reached} == set()


@pytest.mark.parametrize("name", sorted(_public()))
def test_each_function_says_what_it_does(name: str) -> None:
    module, function = name.rsplit(".", 1)
    text = getattr(importlib.import_module(module), function).__doc__
    assert text and len(text.split()) > 5, f"{name} needs a docstring"
    assert len(_sections()[name].split()) > 4


def test_formulas_are_closed_and_name_their_source() -> None:
    for name, text in _sections().items():
        assert text.count("$$") % 2 == 0, name
        assert text.replace("$$", "").count("$") % 2 == 0, name
    whole = DOCUMENT.read_text()
    for source in (
        "2411.00640",
        "2512.00193",
        "2502.04313",
        "2006.16736",
        "OECD/JRC (2008)",
        "Holm (1979)",
        "Wilson (1927)",
    ):
        assert source in whole


def test_the_room_imports_neither_engine_nor_site() -> None:
    paths = list(ROOM.rglob("*.py"))
    assert paths
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not FORBIDDEN & {name.split(".")[0] for name in names}, path.name
