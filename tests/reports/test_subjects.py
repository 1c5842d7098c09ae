"""Every subject of a report: the first pages are made for whatever is asked, in both languages, within their bounds."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import duckdb
import pytest

from harness.market.choice.wish import Wish
from harness.reports.build import build
from harness.reports.data import Material
from harness.reports.document import Report
from harness.reports.messages import Words
from harness.reports.selection import Choices
from harness.reports.subjects import MOST, subject
from harness.store.reader import Reader


def made(reader: Reader, choices: Choices, language: str = "en") -> Report:
    return build(reader, choices, language, "abc", lambda _, __: None)


@pytest.fixture(scope="module")
def with_bare(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """The database with two models of which nothing is published; of one it is not even known whether its weights are."""
    path = tmp_path_factory.mktemp("bare") / "bare.duckdb"
    shutil.copy(database, path)
    con = duckdb.connect(str(path))
    con.execute(
        "INSERT INTO model BY NAME SELECT 'bare' AS model_id, 'aurora' AS vendor_id, 'Bare' AS name, true AS open_weights"
    )
    con.execute("INSERT INTO model BY NAME SELECT 'barer' AS model_id, 'aurora' AS vendor_id, 'Barer' AS name")
    con.close()
    return Reader(path)


CASES = {
    "market": (Choices(), "market"),
    "segment": (Choices(segments=("lab",)), None),
    "vendor": (Choices(("aurora",)), "vendor"),
    "vendors": (Choices(("aurora", "borealis")), "vendors"),
    "answer": (Choices(wish=Wish("coding-help")), "answer"),
}


@pytest.mark.parametrize(("case", "language"), list(itertools.product(CASES, ("en", "zh"))))
def test_the_first_pages_follow_the_subject(reader: Reader, case: str, language: str) -> None:
    choices, kind = CASES[case]
    about = subject(Material(reader, choices))
    assert kind in (None, about.kind)
    assert len(about.named) <= MOST
    first = made(reader, choices, language).sections[0]
    assert first.sentences[0].topic == "decision"
    assert len(first.figures) <= 4
    assert first.tables[-1].key == "dates"
    assert first.tables[-1].rows


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_model_without_scores_is_said_to_have_no_place(with_bare: Reader, language: str) -> None:
    report = made(with_bare, Choices(models=("bare",)), language)
    said = report.sections[0].sentences
    place = Words(language)("sure.gap_place")
    assert any(place in s.text for s in said if s.topic == "unknown")
    assert "no place on the capability scale" in said[0].text or language == "zh"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_licence_is_missed_only_where_weights_are_known_to_be_open(with_bare: Reader, language: str) -> None:
    licence = Words(language)("sure.gap_licence")
    for model, missed in (("bare", True), ("barer", False)):
        said = made(with_bare, Choices(models=(model,)), language).sections[0].sentences
        assert any(licence in s.text for s in said if s.topic == "unknown") is missed


def test_dates_are_those_of_the_scopes_rows(reader: Reader) -> None:
    table = made(reader, Choices(("aurora",))).sections[0].tables[-1]
    keys = [c.key for c in table.columns]
    days = {row[0]: row[keys.index("newest_day")] for row in table.rows}
    own = reader.frame("reported").query("vendor_id == 'aurora'")["as_of"]
    assert str(days["Reported scores"]) == str(own.max())[:10]


def test_ids_for_machines_stand_in_no_page(reader: Reader) -> None:
    """Columns of ids are texts that pages leave out; every number that a page carries is shown on it."""
    report = made(reader, Choices(("aurora", "borealis")))
    for section in report.sections:
        for table in section.tables:
            assert all(column.kind == "text" for column in table.columns if not column.paged)
            if section.kind != "appendix":
                assert not [
                    c.key
                    for c in table.columns
                    if c.paged and c.key in ("model_id", "run_id", "source_id", "vendor_id")
                ]
