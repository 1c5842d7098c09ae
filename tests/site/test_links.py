"""Names from data never become links, on any page, in any text that Streamlit reads as Markdown."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from harness.charts.text import SEAM, unlinked
from harness.site.widgets.blocks import literal
from tests.site.conftest import PAGES, Open

NAMED = ("model", "task", "name_en", "name_zh", "name", "device_name", "licence", "benchmark", "provider")
"""Columns of names that come from files and catalog."""
HOSTILE = " http://evil.example/x www.evil.example mail@evil.example [x](https://evil.example)"
LINK = re.compile(r"https?://evil|www\.evil|@evil|\]\(https")
READ = ("body", "label", "help", "value", "text", "title", "header", "caption", "tooltip")
"""Fields of an element in which Streamlit reads Markdown."""
PLAIN = {"code", "arrow_data_frame", "plotly_chart", "selectbox", "multiselect", "text_input", "json", "html"}


@pytest.fixture(scope="module")
def hostile(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A filled database whose names all hold addresses."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(filled / "runs", folder / "runs")
    shutil.copy(filled / "land.duckdb", folder / "land.duckdb")
    with duckdb.connect(str(folder / "land.duckdb")) as con:
        columns = con.execute(
            "SELECT table_name, column_name FROM duckdb_columns() JOIN duckdb_tables() USING (table_name) "
            "WHERE data_type = 'VARCHAR' AND list_contains($names, column_name)",
            {"names": list(NAMED)},
        ).fetchall()
        assert {name for _, name in columns} >= {"model", "task", "name_en"}
        for table, column in columns:
            con.execute(f'UPDATE "{table}" SET "{column}" = "{column}" || $more', {"more": HOSTILE})
    return folder


def texts(element: Any) -> Iterator[tuple[str, str]]:
    """Kind and text of every field of a page's elements that Streamlit reads as Markdown."""
    for child in getattr(element, "children", {}).values():
        yield from texts(child)
    proto = getattr(element, "proto", None)
    kind = str(getattr(element, "type", ""))
    if proto is not None and kind not in PLAIN:
        for field in READ:
            text = getattr(proto, field, "")
            if isinstance(text, str):
                yield f"{kind}.{field}", text


@pytest.mark.parametrize("page", PAGES)
def test_no_page_makes_a_link_of_a_name(site: Open, hostile: Path, page: str) -> None:
    at = site(hostile, page)
    assert not at.exception
    shown = list(texts(at._tree))
    assert len(shown) > 5
    assert [(kind, text) for kind, text in shown if LINK.search(text)] == []


@pytest.mark.parametrize(
    "name",
    [
        "http://a.example",
        "HTTPS://a.example",
        "www.a.example",
        "me@a.example",
        "x:smile:",
        "see www.a.example/b",
        "ftp://a",
    ],
)
def test_an_address_in_a_name_looks_the_same_and_is_none(name: str) -> None:
    assert unlinked(name) != name and unlinked(name).replace(SEAM, "") == name
    assert literal(name).replace("\\", "") == unlinked(name)


@pytest.mark.parametrize("name", ["Qwen/Qwen3-0.6B", "wwwhisper", "a@", "4:20", "org/model:free"])
def test_other_names_stay_as_they_are(name: str) -> None:
    assert unlinked(name) == name
