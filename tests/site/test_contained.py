"""A failure stays in its section: on every page one section raises, and the rest of the page stands."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

from harness.errors import BadInput
from harness.site.widgets import contained
from tests.site.conftest import PAGES, ROOT, Open, rows, texts

SENTENCE = "This section cannot be shown"
BROKEN = {
    "overview": ("harness.site.overview.changes", "blocks", {}),
    "choose": ("harness.site.choice.lists", "columns", {}),
    "capability": ("harness.site.capability.diagnostics", "blocks", {"tab": "firm", "check": "benchmarks"}),
    "cost": ("harness.site.cost.gpus", "blocks", {"part": "own"}),
    "companies": ("harness.site.companies.market.vendors", "blocks", {}),
    "head_to_head": ("harness.site.head_to_head.every_pair", "blocks", {"view": "pairs"}),
    "homogeneity": ("harness.site.likeness.concentration", "blocks", {"view": "concentration"}),
    "methodology": ("harness.site.methodology.questions", "QUESTIONS", {}),
    "model": ("harness.site.product.compare_with", "scale", {}),
    "opportunities": ("harness.charts.grid", "heat", {}),
    "reports": ("harness.site.evidence.report_download", "st", {}),
    "runs_and_samples": ("harness.site.evidence.samples", "st", {"part": "samples"}),
}
"""By page: a module of one of its sections, and a name in it that the section uses and that is taken away."""


class Missing:
    """Whatever is asked of it fails."""

    def __getattr__(self, name: str) -> object:
        raise ZeroDivisionError("boom")

    def __iter__(self) -> object:
        raise ZeroDivisionError("boom")

    def __call__(self, *_: object, **__: object) -> object:
        raise ZeroDivisionError("boom")


def test_every_page_is_broken_once() -> None:
    assert sorted(BROKEN) == PAGES


@pytest.mark.parametrize("page", PAGES)
def test_one_failing_section_leaves_the_page(
    site: Open, filled: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, page: str
) -> None:
    module, name, choices = BROKEN[page]
    monkeypatch.setattr(importlib.import_module(module), name, Missing())
    if page == "model":
        choices = {"model": rows(filled, "SELECT min(model_id) AS id FROM reported_score")["id"].iloc[0]}
    at = site(filled, page, **choices)
    said = [error.value for error in at.error]
    assert said and all(SENTENCE in text for text in said) and not at.exception
    assert at.title[0].value and "boom" not in texts(at)
    assert "boom" in caplog.text, "the server's log has the trace"


def test_a_refusal_says_why(monkeypatch: pytest.MonkeyPatch, site: Open, filled: Path) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise BadInput("no such offer")

    monkeypatch.setattr("harness.site.cost.gpus.blocks.section", refuse)
    at = site(filled, "cost", part="own")
    assert any("no such offer" in block.value for block in at.code)


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_calls_for_a_section_is_one(page: str) -> None:
    source = (ROOT / "pages" / f"{page}.py").read_text(encoding="utf-8")
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("harness.site")
        for alias in node.names
    }
    for node in ast.walk(tree):
        call = node.value if isinstance(node, ast.Expr) else None
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or not call.args:
            continue
        owner, first = call.func.value, call.args[0]
        if not (isinstance(owner, ast.Name) and isinstance(first, ast.Name) and first.id == "seen"):
            continue
        if owner.id not in names or owner.id in ("blocks", "pins"):
            continue
        module = importlib.import_module(names[owner.id])
        assert contained.is_section(getattr(module, call.func.attr)), ast.unparse(call.func)


def test_every_section_that_a_module_shows_is_contained() -> None:
    folder = ROOT / "harness/site"
    shows = []
    for path in sorted(folder.rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if module.split(".")[2] in ("server", "widgets") or "def show(view: View" not in path.read_text("utf-8"):
            continue
        shows.append(module)
        assert contained.is_section(importlib.import_module(module).show), module
    assert len(shows) > 40
