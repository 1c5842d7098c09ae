"""Every page in every state: filled, empty, absent, foreign; in both languages."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.site.conftest import PAGES, Open, texts

# Chinese on every page is looked at in `make check`; here on one of each kind.
QUICK = ("companies", "methodology", "opportunities")


@pytest.mark.parametrize("page", PAGES)
def test_a_filled_page_shows_without_failing(site: Open, filled: Path, page: str) -> None:
    at = site(filled, page)
    assert not at.exception and not at.error
    assert at.title[0].value


@pytest.mark.parametrize("page", [p if p in QUICK else pytest.param(p, marks=pytest.mark.slow) for p in PAGES])
def test_a_page_speaks_chinese(site: Open, filled: Path, page: str) -> None:
    at = site(filled, page, lang="中文")
    assert not at.exception and not at.error
    assert any("\u4e00" <= c <= "\u9fff" for c in at.title[0].value)
    assert at.session_state["lang"] == "zh"


@pytest.mark.parametrize("page", [p for p in PAGES if p != "methodology"])
def test_an_empty_page_says_what_fills_it(site: Open, bare: Path, page: str) -> None:
    at = site(bare, page)
    assert not at.exception and not at.error
    assert any("harness " in block.value for block in at.code)


def test_the_site_makes_the_database_where_there_is_none(
    site: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDSCAPE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("LANDSCAPE_PUBLIC_RUNS", str(tmp_path / "none"))
    at = site(tmp_path, "companies")
    assert not at.exception and not at.error and not at.code
    assert at.title[0].value and (tmp_path / "land.duckdb").exists()


def test_where_no_database_can_be_made_the_page_says_what_to_do(
    site: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDSCAPE_CATALOG", str(tmp_path / "nowhere"))
    at = site(tmp_path, "companies")
    assert not at.exception and not at.error
    assert any("harness db rebuild" in block.value for block in at.code)
    assert not (tmp_path / "land.duckdb").exists()


def test_a_foreign_file_is_told_in_a_sentence(site: Open, tmp_path: Path) -> None:
    con = duckdb.connect(str(tmp_path / "land.duckdb"))
    con.execute("CREATE TABLE other (x INTEGER)")
    con.close()
    at = site(tmp_path, "capability")
    assert at.error[0].value and not at.exception
    assert "no Landscape database" in at.code[0].value


def test_every_path_goes_through_the_navigation(site: Open, filled: Path) -> None:
    at = site(filled, "cost")  # as a link to a page does in a process that has shown none
    assert at.title[0].value == "Cost"
    assert at.get_by_key("lang").value == "en", "the switch of languages stands beside every page"


def test_a_failing_page_becomes_a_sentence(site: Open, filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from harness.site.capability import leaderboard

    def broken(*_: object) -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr(leaderboard, "present_origins", broken)
    at = site(filled, "capability")
    assert not at.exception
    assert "boom" not in texts(at) and at.error


def test_names_from_data_are_never_markup(site: Open, filled: Path) -> None:
    at = site(filled, "companies", view="One vendor", vendor="Krill <b>AI</b>")
    assert not at.exception and not at.error
    assert r"Krill \<b\>AI\</b\>" in texts(at)
