"""The recipes of docs/extending.md: few files each, all of them there, and the smallest ones tried."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PARTS = re.split(r"^## (.+)\n", (ROOT / "docs/extending.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
SECTIONS = dict(zip(PARTS[1::2], PARTS[2::2], strict=True))
RECIPES = {title: text for title, text in SECTIONS.items() if title.startswith(("A ", "An "))}
MOST_FILES = 3


def _files(recipe: str) -> list[str]:
    return re.findall(r"^- `([^`]+)`", RECIPES[recipe], re.MULTILINE)


def test_the_common_changes_have_a_recipe() -> None:
    assert {"A suite", "A chart on a page", "A page", "A vendor", "A company fact", "A price source", "A result format", "A source of item outcomes", "A metric",
            "A report section", "A language", "A model architecture", "A kind of task", "A machine", "An input of positions", "A claim"} == set(RECIPES)  # fmt: skip


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_change_takes_at_most_three_files_and_they_are_there(recipe: str) -> None:
    files = _files(recipe)
    assert 1 <= len(files) <= MOST_FILES
    for name in files:
        pattern = re.sub(r"<\w+>", "*", name)
        assert list(ROOT.glob(pattern)), name


@pytest.mark.parametrize("recipe", SECTIONS)
def test_files_that_a_section_mentions_are_there(recipe: str) -> None:
    for name in re.findall(r"`((?:harness|pages|data|docs|sql)/[\w/.]+)`", SECTIONS[recipe]):
        assert (ROOT / name).exists(), name
