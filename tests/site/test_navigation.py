"""The navigation is read from the pages themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import places
from harness.site.server.navigation import headings, page_entries


def _page(folder: Path, name: str, line: str) -> None:
    (folder / f"{name}.py").write_text(f'"""A page.\n\n{line}\n"""\n', encoding="utf-8")


def test_pages_stand_by_section_then_position(tmp_path: Path) -> None:
    _page(tmp_path, "last", "Navigation: evidence 1 functions")
    _page(tmp_path, "second", "Navigation: models 10 sell")
    _page(tmp_path, "first", "Navigation: models 9 home")
    _page(tmp_path, "start", "Navigation: top 1 explore")
    entries = page_entries(tmp_path)
    assert [e.name for e in entries] == ["start", "first", "second", "last"]
    assert entries[1].icon == "home"
    assert headings(entries) == {2: "models", 4: "evidence"}


@pytest.mark.parametrize("line", ["", "Navigation: nowhere 1 home", "Navigation: models first home"])
def test_a_page_that_does_not_say_where_it_stands_is_named(tmp_path: Path, line: str) -> None:
    _page(tmp_path, "lost", line)
    with pytest.raises(ValueError, match=r"lost\.py.*Navigation"):
        page_entries(tmp_path)


def test_every_page_that_ships_is_listed() -> None:
    folder = places.asset("pages")
    assert {e.name for e in page_entries(folder)} == {p.stem for p in folder.glob("*.py")}
    assert page_entries(folder)[0].name == "overview"
